/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Type information (BTF) read in place, without a copy: where each type is.
 *
 * libbpf's struct btf does this, too, but reads the kernel's 5 MB by 4096 bytes, copies
 * them, and compares every type for every search by CO-RE.  Nothing here trusts the data.
 */
#ifndef COMMON_BTF_INDEX_H
#define COMMON_BTF_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/btf.h>
#include <linux/types.h>

struct btf_index {
	const char *types, *strings;
	__u32 types_bytes, strings_bytes;
	__u32 *offsets;		/* of each type in types, by id from 1 on */
	__u32 n;		/* the last id */
};

/* Read @data, which stays the caller's.  0, -EINVAL: damaged, -EOPNOTSUPP: a kind unknown here. */
int btf_index_init(struct btf_index *index, const void *data, size_t size);
void btf_index_free(struct btf_index *index);

/* The type @id, whose members are there; NULL for void (0) and ids that do not exist. */
const struct btf_type *btf_index_type(const struct btf_index *index, __u32 id);

/* The string at @offset; "" if it is none. */
const char *btf_index_string(const struct btf_index *index, __u32 offset);

/* The first type of @kind called @name; 0: there is none. */
__u32 btf_index_find(const struct btf_index *index, const char *name, unsigned int kind);

/* @id without typedefs and modifiers such as const; 0 for void and for an endless chain. */
__u32 btf_index_resolve(const struct btf_index *index, __u32 id);

/* Widths of 2026: a kind had 5 bits and a count of members 16; the bits between were 0. */
static inline unsigned int btf_index_kind(const struct btf_type *type)
{
	return type->info >> 24 & 0x7f;
}

static inline __u32 btf_index_count(const struct btf_type *type)
{
	return type->info & 0xffffff;
}

static inline bool btf_index_is_composite(const struct btf_type *type)
{
	return btf_index_kind(type) == BTF_KIND_STRUCT || btf_index_kind(type) == BTF_KIND_UNION;
}

#endif /* COMMON_BTF_INDEX_H */
