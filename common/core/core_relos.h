/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The types and members in the kernel's BTF that a BPF object's CO-RE relocations refer to. */
#ifndef COMMON_CORE_RELOS_H
#define COMMON_CORE_RELOS_H

#include "core/btf_index.h"
#include "core/name_set.h"

struct core_relos {
	struct name_set roots;		/* names of types, without flavours */
	struct name_set members;	/* names of members of structs and unions */
};

/* Return the length of @name without its flavour (___something), like libbpf. */
size_t core_relos_essential_length(const char *name);

/*
 * Collect the names from @ext, the section .BTF.ext, and @local, the types of the object.
 * @local must outlive @relos.  Returns 0, -EOPNOTSUPP if names alone do not describe a
 * relocation, -EINVAL if the data is damaged, or -E2BIG if there are too many names.
 */
int core_relos_read(struct core_relos *relos, const struct btf_index *local, const void *ext,
		    size_t ext_bytes);

#endif /* COMMON_CORE_RELOS_H */
