// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bpf.h>

#include "core/core_relos.h"

/* The header of .BTF.ext, which the kernel's UAPI headers do not declare. */
struct ext_header {
	__u16 magic;
	__u8 version, flags;
	__u32 hdr_len;
	__u32 func_info_off, func_info_len;
	__u32 line_info_off, line_info_len;
	__u32 core_relo_off, core_relo_len;
};

/* Precedes the relocations of one section of the object. */
struct ext_section {
	__u32 name_off;
	__u32 n;
};

/* Return true if @s starts a flavour: "___" with a different character on both sides. */
static bool is_flavour(const char *s)
{
	return s[0] != '_' && s[1] == '_' && s[2] == '_' && s[3] == '_' && s[4] != '_';
}

size_t core_relos_essential_length(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len < 5 ? 0 : len - 4; i-- > 0;)
		if (is_flavour(name + i))
			return i + 1;
	return len;
}

static int add_root(struct core_relos *relos, const char *name)
{
	if (!*name)
		return -EOPNOTSUPP;
	return name_set_add(&relos->roots, name, core_relos_essential_length(name)) ? 0 : -E2BIG;
}

/* Add the named members on the path @spec ("0:7:1") that starts at type @id. */
static int add_members(struct core_relos *relos, const struct btf_index *local, __u32 id,
		       const char *spec)
{
	char *end;

	strtoul(spec, &end, 10);		/* array index of the root */
	for (spec = end; *spec == ':'; spec = end) {
		const struct btf_type *type = btf_index_type(local, btf_index_resolve(local, id));
		unsigned long i = strtoul(spec + 1, &end, 10);
		const struct btf_member *member;
		const char *name;

		if (!type || end == spec + 1)
			return -EINVAL;
		if (btf_index_kind(type) == BTF_KIND_ARRAY) {
			id = ((const struct btf_array *)(type + 1))->type;
			continue;
		}
		if (!btf_index_is_composite(type) || i >= btf_index_count(type))
			return -EINVAL;
		member = (const void *)(type + 1);
		name = btf_index_string(local, member[i].name_off);
		if (*name && !name_set_add(&relos->members, name, strlen(name)))
			return -E2BIG;
		id = member[i].type;
	}
	return *spec ? -EINVAL : 0;
}

/* Return true if a relocation that needs only the type itself or its values can use the subset. */
static bool root_suffices(const struct btf_type *root)
{
	/*
	 * libbpf would compare a typedef of a pointer with the pointed-to type, which is not in
	 * the subset.
	 */
	return root && btf_index_kind(root) != BTF_KIND_TYPEDEF;
}

static int add_relo(struct core_relos *relos, const struct btf_index *local,
		    const struct bpf_core_relo *relo)
{
	const struct btf_type *root = btf_index_type(local, relo->type_id);
	int err;

	if (!root)
		return -EINVAL;
	switch (relo->kind) {
	case BPF_CORE_TYPE_ID_LOCAL:
		return 0;
	case BPF_CORE_FIELD_BYTE_OFFSET ... BPF_CORE_FIELD_RSHIFT_U64:
		err = add_root(relos, btf_index_string(local, root->name_off));
		return err ? err : add_members(relos, local, relo->type_id,
					       btf_index_string(local, relo->access_str_off));
	case BPF_CORE_TYPE_EXISTS:
	case BPF_CORE_TYPE_SIZE:
	case BPF_CORE_ENUMVAL_EXISTS:
	case BPF_CORE_ENUMVAL_VALUE:
		if (root_suffices(root))
			return add_root(relos, btf_index_string(local, root->name_off));
		break;
	default:		/* needs the type's id or all of its members */
		break;
	}
	return -EOPNOTSUPP;
}

/* Add the relocations of all sections.  Each takes @record bytes; we know the first fields. */
static int add_sections(struct core_relos *relos, const struct btf_index *local, const char *at,
			const char *end, __u32 record)
{
	struct ext_section section;
	int err = 0;

	while (!err && at < end) {
		if ((size_t)(end - at) < sizeof(section))
			return -EINVAL;
		memcpy(&section, at, sizeof(section));
		at += sizeof(section);
		if (section.n > (size_t)(end - at) / record)
			return -EINVAL;
		for (; section.n && !err; section.n--, at += record) {
			struct bpf_core_relo relo;

			memcpy(&relo, at, sizeof(relo));
			err = add_relo(relos, local, &relo);
		}
	}
	return err;
}

int core_relos_read(struct core_relos *relos, const struct btf_index *local, const void *ext,
		    size_t ext_bytes)
{
	struct ext_header header = {};
	const char *at = ext;
	__u32 record;

	memset(relos, 0, sizeof(*relos));
	/* Before CO-RE relocations existed, the header was shorter. */
	if (ext_bytes < offsetof(struct ext_header, core_relo_off))
		return ext_bytes ? -EINVAL : 0;
	memcpy(&header, ext, ext_bytes < sizeof(header) ? ext_bytes : sizeof(header));
	if (header.magic != BTF_MAGIC || header.hdr_len > ext_bytes)
		return -EINVAL;
	if (header.hdr_len < sizeof(header) || !header.core_relo_len)
		return 0;
	ext_bytes -= header.hdr_len;
	if (header.core_relo_off > ext_bytes ||
	    header.core_relo_len > ext_bytes - header.core_relo_off ||
	    header.core_relo_len < sizeof(record))
		return -EINVAL;
	at += header.hdr_len + header.core_relo_off;
	memcpy(&record, at, sizeof(record));
	if (record < sizeof(struct bpf_core_relo))
		return -EINVAL;
	return add_sections(relos, local, at + sizeof(record), at + header.core_relo_len, record);
}
