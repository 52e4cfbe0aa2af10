/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads type information (BTF) in place, without a copy, and indexes its types.
 *
 * libbpf's struct btf can do the same, but it reads the kernel's 5 MB in steps of 4096 bytes,
 * copies them, and compares every type for every CO-RE lookup.  The code here does not trust
 * the data.
 */
#ifndef COMMON_BTF_INDEX_H
#define COMMON_BTF_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/btf.h>
#include <linux/types.h>

/*
 * The header that every kernel and libbpf write.  Newer definitions of the struct have more fields, which data of
 * older ones do not have.
 */
#define BTF_HEADER_BYTES (offsetof(struct btf_header, str_len) + sizeof(__u32))

struct btf_index {
	const char *types, *strings;
	__u32 types_bytes, strings_bytes;
	__u32 *offsets;		/* offset of each type in types, by id, starting at 1 */
	__u32 n;		/* the last id */
};

/*
 * Index @data, which the caller keeps.  Returns 0, -EINVAL if it is damaged, or -EOPNOTSUPP if
 * it contains an unknown kind.
 */
int btf_index_init(struct btf_index *index, const void *data, size_t size);
void btf_index_free(struct btf_index *index);

/* Return type @id, followed by its members, or NULL for void (0) and ids that do not exist. */
const struct btf_type *btf_index_type(const struct btf_index *index, __u32 id);

/* Return the string at @offset, or "" if @offset is out of range. */
const char *btf_index_string(const struct btf_index *index, __u32 offset);

/* Return the id of the first type of @kind with name @name, or 0 if there is none. */
__u32 btf_index_find(const struct btf_index *index, const char *name, unsigned int kind);

/* Return @id without typedefs and modifiers such as const, or 0 for void and endless chains. */
__u32 btf_index_resolve(const struct btf_index *index, __u32 id);

/* The widths since 2026.  Before, the kind had 5 bits and the member count 16; the rest was 0. */
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
