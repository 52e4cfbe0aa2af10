/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the CO-RE relocations of a BPF object ask the kernel's BTF for. */
#ifndef COMMON_CORE_RELOS_H
#define COMMON_CORE_RELOS_H

#include "core/btf_index.h"
#include "core/name_set.h"

struct core_relos {
	struct name_set roots;		/* names of types, without their flavour */
	struct name_set members;	/* of structs and unions */
};

/* As libbpf has it: the length of @name without a flavour, ___something. */
size_t core_relos_essential_length(const char *name);

/*
 * Collect the names from @ext, the section .BTF.ext, and @local, the types of the object,
 * which has to outlive @relos.  0; -EOPNOTSUPP: a relocation that names alone do not
 * describe; -EINVAL: damaged; -E2BIG: too many names.
 */
int core_relos_read(struct core_relos *relos, const struct btf_index *local, const void *ext,
		    size_t ext_bytes);

#endif /* COMMON_CORE_RELOS_H */
