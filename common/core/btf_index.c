// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/btf_index.h"

#define MAX_CHAIN 64		/* maximum length of a chain of typedefs and modifiers */
#define KIND_ENUM64 19		/* BTF_KIND_ENUM64, v6.0 */

/* Size of the data after a struct btf_type, by kind: fixed bytes, and bytes per member. */
static const struct {
	bool known;
	unsigned char bytes, each;
} layouts[] = {
	[BTF_KIND_INT]		= { true, 4, 0 },
	[BTF_KIND_PTR]		= { true, 0, 0 },
	[BTF_KIND_ARRAY]	= { true, sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT]	= { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION]	= { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM]		= { true, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD]		= { true, 0, 0 },
	[BTF_KIND_TYPEDEF]	= { true, 0, 0 },
	[BTF_KIND_VOLATILE]	= { true, 0, 0 },
	[BTF_KIND_CONST]	= { true, 0, 0 },
	[BTF_KIND_RESTRICT]	= { true, 0, 0 },
	[BTF_KIND_FUNC]		= { true, 0, 0 },
	[BTF_KIND_FUNC_PROTO]	= { true, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR]		= { true, sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC]	= { true, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT]	= { true, 0, 0 },
	[BTF_KIND_DECL_TAG]	= { true, sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG]	= { true, 0, 0 },
	[KIND_ENUM64]		= { true, 0, 12 },
};

/* Return true if @len bytes at @offset after the header lie within @size bytes. */
static bool fits(size_t size, const struct btf_header *header, __u32 offset, __u32 len)
{
	return offset % 4 == 0 && (__u64)header->hdr_len + offset + len <= size;
}

static int read_header(struct btf_index *index, const char *data, size_t size)
{
	struct btf_header header = {};

	if (size < BTF_HEADER_BYTES)
		return -EINVAL;
	memcpy(&header, data, BTF_HEADER_BYTES);
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION ||
	    header.hdr_len < BTF_HEADER_BYTES || header.hdr_len % 4 ||
	    !fits(size, &header, header.type_off, header.type_len) ||
	    (__u64)header.hdr_len + header.str_off + header.str_len > size)
		return -EINVAL;
	index->types = data + header.hdr_len + header.type_off;
	index->types_bytes = header.type_len;
	index->strings = data + header.hdr_len + header.str_off;
	index->strings_bytes = header.str_len;
	if (!header.str_len || index->strings[0] || index->strings[header.str_len - 1])
		return -EINVAL;
	return 0;
}

/* Return the size in bytes of the type at @offset, or a negative errno. */
static __s64 type_bytes(const struct btf_index *index, __u32 offset)
{
	__u32 left = index->types_bytes - offset;
	const struct btf_type *type = (const void *)(index->types + offset);
	unsigned int kind;
	__u64 bytes;

	if (left < sizeof(*type))
		return -EINVAL;
	kind = btf_index_kind(type);
	if (kind >= sizeof(layouts) / sizeof(layouts[0]) || !layouts[kind].known)
		return -EOPNOTSUPP;
	bytes = sizeof(*type) + layouts[kind].bytes +
		(__u64)layouts[kind].each * btf_index_count(type);
	return bytes <= left && type->name_off < index->strings_bytes ? (__s64)bytes : -EINVAL;
}

int btf_index_init(struct btf_index *index, const void *data, size_t size)
{
	__s64 bytes = 0;
	int err;

	*index = (struct btf_index){};
	err = read_header(index, data, size);
	if (err)
		return err;
	/* This is the upper limit.  Untouched pages take no memory. */
	index->offsets = malloc((index->types_bytes / sizeof(struct btf_type) + 1) * sizeof(__u32));
	if (!index->offsets)
		return -ENOMEM;
	index->offsets[0] = 0;
	for (__u32 offset = 0; offset < index->types_bytes; offset += bytes) {
		bytes = type_bytes(index, offset);
		if (bytes < 0) {
			btf_index_free(index);
			return bytes;
		}
		index->offsets[++index->n] = offset;
	}
	return 0;
}

void btf_index_free(struct btf_index *index)
{
	free(index->offsets);
	*index = (struct btf_index){};
}

const struct btf_type *btf_index_type(const struct btf_index *index, __u32 id)
{
	return id && id <= index->n ? (const void *)(index->types + index->offsets[id]) : NULL;
}

const char *btf_index_string(const struct btf_index *index, __u32 offset)
{
	return offset < index->strings_bytes ? index->strings + offset : "";
}

__u32 btf_index_find(const struct btf_index *index, const char *name, unsigned int kind)
{
	for (__u32 id = 1; id <= index->n; id++) {
		const struct btf_type *type = (const void *)(index->types + index->offsets[id]);

		if (btf_index_kind(type) == kind &&
		    strcmp(index->strings + type->name_off, name) == 0)
			return id;
	}
	return 0;
}

static bool is_alias(const struct btf_type *type)
{
	switch (btf_index_kind(type)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return true;
	}
	return false;
}

__u32 btf_index_resolve(const struct btf_index *index, __u32 id)
{
	for (int i = 0; i < MAX_CHAIN; i++) {
		const struct btf_type *type = btf_index_type(index, id);

		if (!type || !is_alias(type))
			return type ? id : 0;
		id = type->type;
	}
	return 0;
}
