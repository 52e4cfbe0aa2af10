// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Objects with counters, in a hash by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "set.h"
#include "source.h"

#define FIRST_SLOTS 64

static size_t hash(const char *name)
{
	size_t h = 5381;

	while (*name)
		h = h * 33 + (unsigned char)*name++;
	return h;
}

static void *must(void *memory)
{
	if (!memory)
		out_of_memory();
	return memory;
}

static void set_grow(struct set *set)
{
	size_t n = set->n_slots ? set->n_slots * 4 : FIRST_SLOTS;
	struct object **slots = must(calloc(n, sizeof(*slots)));

	for (size_t i = 0; i < set->n_slots; i++) {
		struct object *o = set->slots[i], *next;

		for (; o; o = next) {
			struct object **slot = &slots[hash(o->name) % n];

			next = o->next;
			o->next = *slot;
			*slot = o;
		}
	}
	free(set->slots);
	set->slots = slots;
	set->n_slots = n;
}

struct object *set_find(const struct set *set, const char *name)
{
	struct object *o = set->n_slots ? set->slots[hash(name) % set->n_slots] : NULL;

	while (o && strcmp(o->name, name) != 0)
		o = o->next;
	return o;
}

static size_t object_size(const struct set *set)
{
	size_t size = set->size ? set->size : sizeof(struct object);

	return (size + sizeof(__u64) - 1) / sizeof(__u64) * sizeof(__u64);
}

static struct object *set_add(struct set *set, const char *name)
{
	size_t size = object_size(set);
	struct object *o = must(calloc(1, size + 2 * set->type->n * sizeof(__u64)));
	struct object **slot;

	if (set->n_objects >= set->n_slots)
		set_grow(set);
	slot = &set->slots[hash(name) % set->n_slots];
	o->name = must(strdup(name));
	o->now = (__u64 *)((char *)o + size);
	o->before = o->now + set->type->n;
	o->next = *slot;
	*slot = o;
	set->n_objects++;
	if (set->whole && set->last_ns) {
		o->begun = true;
		o->ns = set->last_ns;
		o->known_before = ~0ULL;
	}
	return o;
}

static void object_free(struct set *set, struct object *object)
{
	if (set->release)
		set->release(object);
	free(object->name);
	free(object);
	set->n_objects--;
}

static void set_remove(struct set *set, struct object *object)
{
	struct object **at = &set->slots[hash(object->name) % set->n_slots];

	while (*at != object)
		at = &(*at)->next;
	*at = object->next;
	object_free(set, object);
}

/* A value that a look does not find keeps its old value, for a later difference. */
static void object_shift(const struct set *set, struct object *object)
{
	for (int i = 0; i < set->type->n; i++)
		if (object->known & 1ULL << i)
			object->before[i] = object->now[i];
	object->known_last = object->known;
	object->known_before |= object->known;
	object->known = 0;
	object->before_ns = object->ns;
}

struct object *set_look(struct set *set, const char *name, __u64 id, __u64 ns)
{
	struct object *o = set_find(set, name);

	if (o && o->id != id) {
		set_remove(set, o);
		o = NULL;
	}
	if (!o) {
		o = set_add(set, name);
		o->id = id;
	}
	if (o->ns != ns) {
		o->begun &= o->ns == set->last_ns && !o->known;
		object_shift(set, o);
	}
	o->ns = ns;
	return o;
}

void set_sweep(struct set *set, __u64 ns)
{
	set->last_ns = ns;
	for (size_t i = 0; i < set->n_slots; i++) {
		struct object **at = &set->slots[i], *o;

		while ((o = *at)) {
			if (o->ns == ns) {
				at = &o->next;
				continue;
			}
			*at = o->next;
			object_free(set, o);
		}
	}
}

void set_free(struct set *set)
{
	set_sweep(set, ~0ULL);
	set->last_ns = 0;
	free(set->slots);
	set->slots = NULL;
	set->n_slots = 0;
}

struct object *set_next(const struct set *set, const struct object *object)
{
	size_t slot = 0;

	if (object && object->next)
		return object->next;
	if (object)
		slot = hash(object->name) % set->n_slots + 1;
	for (; slot < set->n_slots; slot++)
		if (set->slots[slot])
			return set->slots[slot];
	return NULL;
}

static __u64 (*sort_weight)(const struct object *object);

/* Sort by weight, heaviest first; then by name, for a stable order. */
static int compare(const void *a, const void *b)
{
	const struct object *x = *(struct object *const *)a, *y = *(struct object *const *)b;
	__u64 wx = sort_weight(x), wy = sort_weight(y);

	if (wx != wy)
		return wx < wy ? 1 : -1;
	return strverscmp(x->name, y->name);
}

struct object **set_sorted(const struct set *set, __u64 (*weight)(const struct object *object))
{
	struct object **list = must(calloc(set->n_objects + 1, sizeof(*list)));
	size_t n = 0;

	for (struct object *o = set_next(set, NULL); o; o = set_next(set, o))
		list[n++] = o;
	sort_weight = weight;
	qsort(list, n, sizeof(*list), compare);
	return list;
}

void object_put(struct object *object, int field, __u64 v)
{
	object->now[field] = v;
	object->known |= 1ULL << field;
}

void object_keep(const struct set *set, struct object *object)
{
	for (int i = 0; i < set->type->n; i++)
		if (set->type->fields[i].kind != FIELD_COUNTER && (object->known_last & 1ULL << i))
			object_put(object, i, object->before[i]);
}

void object_forget(struct object *object, int field)
{
	object->known &= ~(1ULL << field);
}

void object_add(struct object *object, int field, __u64 v)
{
	object_put(object, field, object_value0(object, field) + v);
}

void object_scale(const struct set *set, struct object *object, int field, __u64 v)
{
	__u32 scale = set->type->fields[field].scale;

	object_put(object, field, scale ? v * scale : v);
}

bool object_named(const struct set *set, struct object *object, const char *name, __u64 v)
{
	for (int i = 0; i < set->type->n; i++) {
		const char *known = set->type->fields[i].name;

		if (known && known[0] == name[0] && strcmp(known, name) == 0) {
			object_scale(set, object, i, v);
			return true;
		}
	}
	return false;
}

void object_lines(const struct set *set, struct object *object, char *text)
{
	char *line;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);
		size_t len = name ? strlen(name) : 0;
		__u64 v;

		if (len && name[len - 1] == ':')
			name[len - 1] = '\0';
		if (len && number_next(&line, &v))
			object_named(set, object, name, v);
	}
}

void object_files(const struct set *set, struct object *object, const char *dir,
		  struct source *sources)
{
	for (int i = 0; i < set->type->n; i++) {
		const char *name = set->type->fields[i].name;
		char *text, *path;
		__u64 v;

		if (!name || !strchr(name, '/'))
			continue;
		if (!sources[i].path && asprintf(&path, "%s/%s", dir, name) >= 0)
			sources[i] = (struct source){ .path = path, .whole = true };
		text = sources[i].path ? source_read(&sources[i]) : NULL;
		if (text && number_next(&text, &v))
			object_scale(set, object, i, v);
	}
}

bool object_value(const struct object *object, int field, __u64 *v)
{
	if (!(object->known & 1ULL << field))
		return false;
	*v = object->now[field];
	return true;
}

bool object_delta(const struct object *object, int field, __u64 *v)
{
	__u64 bit = 1ULL << field;

	if (!(object->known & object->known_before & bit) ||
	    object->now[field] < object->before[field])
		return false;
	*v = object->now[field] - object->before[field];
	return true;
}

__u64 object_value0(const struct object *object, int field)
{
	__u64 v;

	return object_value(object, field, &v) ? v : 0;
}

__u64 object_delta0(const struct object *object, int field)
{
	__u64 v;

	return object_delta(object, field, &v) ? v : 0;
}
