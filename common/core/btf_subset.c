// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/btf_subset.h"
#include "core/core_relos.h"
#include "core/elf_section.h"

#define MAX_COUNT 0xffff	/* limit of members in the BTF that all releases of libbpf read */
#define KIND_ENUM64 19		/* BTF_KIND_ENUM64, v6.0 */
#define VOID_PTR 0		/* queue entry for void *, which replaces every pointer type */

struct builder {
	const struct btf_index *kernel;
	const struct core_relos *relos;
	__u32 *queue;		/* the kernel's ids in the order of ours, which start at 1 */
	__u32 *ours;		/* our id for each of the kernel's ids; 0: not in the subset */
	__u32 n;
	__u32 void_ptr;		/* our id of void *; 0: not in the subset */
	struct text types, strings;
	int err;
};

static __u32 put_string(struct builder *b, const char *s)
{
	__u32 offset = b->strings.len;

	if (!*s)
		return 0;
	text_bytes(&b->strings, s, strlen(s) + 1);
	return offset;
}

/* Return our id of the kernel's type @id.  Appends the type to the queue if it is new. */
static __u32 add(struct builder *b, __u32 id)
{
	__u32 *ours = id == VOID_PTR ? &b->void_ptr : &b->ours[id];

	if (!*ours) {
		b->queue[b->n++] = id;
		*ours = b->n;
	}
	return *ours;
}

/*
 * Return our id of the kernel's type @id without typedefs and modifiers, which libbpf skips, or
 * 0 for void.  Replaces pointer types by void *, because no relocation follows a pointer.
 */
static __u32 reach(struct builder *b, __u32 id)
{
	const struct btf_type *type;

	id = btf_index_resolve(b->kernel, id);
	type = btf_index_type(b->kernel, id);
	if (!type)
		return 0;
	switch (btf_index_kind(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FUNC_PROTO:
		return add(b, VOID_PTR);
	case BTF_KIND_INT:
	case BTF_KIND_ARRAY:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case KIND_ENUM64:
	case BTF_KIND_FWD:
	case BTF_KIND_FLOAT:
		return add(b, id);
	}
	b->err = -EINVAL;
	return 0;
}

static void put_head(struct builder *b, const struct btf_type *type, __u32 count, __u32 size)
{
	struct btf_type head = {
		.name_off = put_string(b, btf_index_string(b->kernel, type->name_off)),
		.info = (type->info & ~0xffffffU) | count,
		.size = size,
	};

	if (count > MAX_COUNT)
		b->err = -EOPNOTSUPP;
	text_bytes(&b->types, (const char *)&head, sizeof(head));
}

/* Return true if the subset needs @member.  An anonymous member may contain needed ones. */
static bool is_wanted(const struct builder *b, const struct btf_member *member)
{
	const char *name = btf_index_string(b->kernel, member->name_off);

	return !*name || name_set_has(&b->relos->members, name, strlen(name));
}

static void put_composite(struct builder *b, const struct btf_type *type)
{
	const struct btf_member *members = (const void *)(type + 1);
	__u32 wanted = 0;

	for (__u32 i = 0; i < btf_index_count(type); i++)
		wanted += is_wanted(b, &members[i]);
	put_head(b, type, wanted, type->size);
	for (__u32 i = 0; i < btf_index_count(type); i++) {
		struct btf_member member = members[i];

		if (!is_wanted(b, &members[i]))
			continue;
		member.name_off = put_string(b, btf_index_string(b->kernel, member.name_off));
		member.type = reach(b, member.type);
		text_bytes(&b->types, (const char *)&member, sizeof(member));
	}
}

/* Put the enumerators of @type, @bytes each.  Each starts with the offset of its name. */
static void put_enum(struct builder *b, const struct btf_type *type, size_t bytes)
{
	const char *value = (const char *)(type + 1);

	put_head(b, type, btf_index_count(type), type->size);
	for (__u32 i = 0; i < btf_index_count(type); i++, value += bytes) {
		__u32 name;

		memcpy(&name, value, sizeof(name));
		name = put_string(b, btf_index_string(b->kernel, name));
		text_bytes(&b->types, (const char *)&name, sizeof(name));
		text_bytes(&b->types, value + sizeof(name), bytes - sizeof(name));
	}
}

static void put_array(struct builder *b, const struct btf_type *type)
{
	struct btf_array array = *(const struct btf_array *)(type + 1);

	array.type = reach(b, array.type);
	array.index_type = reach(b, array.index_type);
	put_head(b, type, 0, type->size);
	text_bytes(&b->types, (const char *)&array, sizeof(array));
}

static void put_type(struct builder *b, __u32 id)
{
	static const struct btf_type void_ptr = { .info = BTF_KIND_PTR << 24 };
	const struct btf_type *type = id == VOID_PTR ? &void_ptr : btf_index_type(b->kernel, id);

	switch (btf_index_kind(type)) {
	case BTF_KIND_TYPEDEF:
		put_head(b, type, 0, reach(b, type->type));
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		put_composite(b, type);
		break;
	case BTF_KIND_ENUM:
		put_enum(b, type, sizeof(struct btf_enum));
		break;
	case KIND_ENUM64:
		put_enum(b, type, 12);
		break;
	case BTF_KIND_ARRAY:
		put_array(b, type);
		break;
	case BTF_KIND_INT:
		put_head(b, type, 0, type->size);
		text_bytes(&b->types, (const char *)(type + 1), sizeof(__u32));
		break;
	default:		/* FLOAT, FWD, PTR */
		put_head(b, type, 0, type->size);
	}
}

/* Return true if a relocation can refer to a type of this kind. */
static bool is_root_kind(unsigned int kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
	       kind == KIND_ENUM64 || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_INT ||
	       kind == BTF_KIND_FLOAT;
}

/* Add all types with the name of a root, whatever their flavour: libbpf compares all of them. */
static void add_roots(struct builder *b)
{
	for (__u32 id = 1; id <= b->kernel->n; id++) {
		const struct btf_type *type = btf_index_type(b->kernel, id);
		const char *name;

		if (!type->name_off || !is_root_kind(btf_index_kind(type)))
			continue;
		name = btf_index_string(b->kernel, type->name_off);
		if (name_set_has(&b->relos->roots, name, core_relos_essential_length(name)))
			add(b, id);
	}
}

static void put_subset(struct text *subset, const struct builder *b)
{
	struct btf_header header = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = BTF_HEADER_BYTES,
		.type_len = b->types.len, .str_off = b->types.len, .str_len = b->strings.len,
	};

	text_bytes(subset, (const char *)&header, BTF_HEADER_BYTES);
	text_bytes(subset, b->types.at, b->types.len);
	text_bytes(subset, b->strings.at, b->strings.len);
}

static int build(struct text *subset, const struct btf_index *kernel,
		 const struct core_relos *relos)
{
	struct builder b = { .kernel = kernel, .relos = relos };

	b.queue = malloc(((size_t)kernel->n + 1) * sizeof(*b.queue));
	b.ours = calloc((size_t)kernel->n + 1, sizeof(*b.ours));
	if (!b.queue || !b.ours)
		b.err = -ENOMEM;
	text_char(&b.strings, '\0');
	if (!b.err)
		add_roots(&b);
	for (__u32 i = 0; i < b.n && !b.err; i++)
		put_type(&b, b.queue[i]);
	if (!b.err)
		put_subset(subset, &b);
	text_free(&b.types);
	text_free(&b.strings);
	free(b.queue);
	free(b.ours);
	return b.err;
}

int btf_subset(struct text *subset, const struct btf_index *kernel, const void *object,
	       size_t object_bytes)
{
	size_t local_bytes, ext_bytes;
	void *local_data = elf_section_copy(object, object_bytes, ".BTF", &local_bytes);
	void *ext = elf_section_copy(object, object_bytes, ".BTF.ext", &ext_bytes);
	struct core_relos *relos = malloc(sizeof(*relos));
	struct btf_index local = {};
	int err = relos && local_data ? 0 : -EINVAL;

	if (!err)
		err = btf_index_init(&local, local_data, local_bytes);
	if (!err)
		err = core_relos_read(relos, &local, ext, ext_bytes);
	if (!err)
		err = build(subset, kernel, relos);
	btf_index_free(&local);
	free(relos);
	free(ext);
	free(local_data);
	return err;
}
