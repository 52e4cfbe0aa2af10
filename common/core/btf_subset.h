/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The part of the kernel's BTF that the CO-RE relocations of one BPF object need: about 50
 * types of 130,000.
 *
 * For each relocation libbpf compares its type with every type of the kernel, which is 70 to
 * 90 % of the instructions of a start.  With the subset it finds the same candidates with the
 * same sizes and offsets, and generates the same instructions (tests/unit/test_relocations.c).
 */
#ifndef COMMON_BTF_SUBSET_H
#define COMMON_BTF_SUBSET_H

#include <stddef.h>
#include "core/btf_index.h"
#include "core/text.h"

/*
 * Append to @subset the types in @kernel that the BPF object file @object needs.  Returns 0,
 * -EOPNOTSUPP if a relocation needs all of the kernel's types, -EINVAL if @object is damaged,
 * or -ENOMEM.
 */
int btf_subset(struct text *subset, const struct btf_index *kernel, const void *object,
	       size_t object_bytes);

#endif /* COMMON_BTF_SUBSET_H */
