/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Objects with counters, such as disks, processes or cgroups.  The objects of one kind are a
 * set.
 *
 * A table of fields describes an object's values.  A look stores the values it finds.  All other
 * values are unknown: they are left out of the output, not shown as 0.  For a counter, the output
 * has the difference from the last look in which it was known, or nothing if it decreased.
 */
#ifndef USESTAT_SET_H
#define USESTAT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct source;

#define FIELDS_MAX 64			/* per object: one bit each */

enum field_kind {
	FIELD_NONE,
	FIELD_COUNTER,			/* only grows; the output has the difference */
	FIELD_GAUGE,			/* the output has its value */
	FIELD_HUNDREDTHS,		/* the same, a number with two decimals */
	FIELD_FLAG,			/* true or false */
	/* Only for further keys of a record, which the subject prints itself: */
	FIELD_ID,			/* of a process, thread, user, CPU ... */
	FIELD_INTEGER,			/* may be negative */
	FIELD_COMM,			/* name of a thread */
	FIELD_STRING,
	FIELD_STRINGS,			/* an array */
	FIELD_STRING_MAP,		/* an object of strings */
};

struct field {
	const char *key;		/* in JSON */
	enum field_kind kind;
	const char *name;		/* name in the kernel's text; NULL: none */
	__u32 scale;			/* our units in one of the kernel's; 0: 1 */
	bool always;			/* every record has it */
	const char *about;		/* one sentence, no full stop; states when it is absent */
};

/*
 * A type of JSON records.  Man page, schema and docs/fields.md are generated from this, so it has
 * every key of a record.
 */
struct record_type {
	const char *name;		/* "type" in JSON */
	const char *about;		/* one sentence, no full stop; names the source */
	const char *object;		/* meaning of its key "name"; NULL: no such key */
	bool interval;			/* has the key "interval_ns" */
	const struct field *fields;	/* of a set's objects */
	int n;				/* of them */
	const struct field *keys;	/* further ones */
	int n_keys;
};

struct object {
	struct object *next;		/* in the same slot */
	char *name;
	__u64 id;			/* if the id changes, it is another object */
	__u64 ns, before_ns;		/* time of this look and the last one; 0: none */
	bool begun;			/* it did not exist in the last look */
	__u64 known, known_before;	/* one bit per field: in this look, in any before */
	__u64 known_last;		/* in the last look */
	__u64 *now, *before;
};

struct set {
	const struct record_type *type;
	size_t size;			/* bytes of the struct that starts with the object; 0: none */
	bool whole;			/* each look finds all objects, so a new one counts from 0 */
	void (*release)(struct object *object);		/* called before an object is freed, or NULL */
	__u64 last_ns;			/* time of the last complete look; 0: none */
	struct object **slots;
	size_t n_slots, n_objects;
};

/* Begin a look at the object @name at the time @ns; a new one is added, zeroed. */
struct object *set_look(struct set *set, const char *name, __u64 id, __u64 ns);

/* Return the object @name, or NULL. */
struct object *set_find(const struct set *set, const char *name);

/* Return true in the first look at it. */
static inline bool object_is_new(const struct object *object)
{
	return !object->before_ns || object->begun;
}

/* End the look of the time @ns: remove the objects that it did not find. */
void set_sweep(struct set *set, __u64 ns);
void set_free(struct set *set);

/* Return the object after @object, the first one for NULL, NULL at the end. */
struct object *set_next(const struct set *set, const struct object *object);

/* Return all n_objects objects in descending order of @weight, malloc'd. */
struct object **set_sorted(const struct set *set, __u64 (*weight)(const struct object *object));

/* Put a value in the kernel's unit, to which the field's scale is applied, or in the output's unit. */
void object_scale(const struct set *set, struct object *object, int field, __u64 v);
void object_put(struct object *object, int field, __u64 v);

/*
 * Keep the gauges of the last look, for an object that has not changed.  Counters stay unknown,
 * because they were not read.
 */
void object_keep(const struct set *set, struct object *object);
void object_forget(struct object *object, int field);

/* Add to a value.  An unknown value counts as 0. */
void object_add(struct object *object, int field, __u64 v);

/* Put the value of the field with the kernel's name @name; return false if there is none. */
bool object_named(const struct set *set, struct object *object, const char *name, __u64 v);

/* Put the values in lines of "name value" or "name: value kB". */
void object_lines(const struct set *set, struct object *object, char *text);

/*
 * For fields whose name has a slash or names a file: put the number in the file @dir/name.
 * @sources has one element per field.
 */
void object_files(const struct set *set, struct object *object, const char *dir,
		  struct source *sources);

bool object_value(const struct object *object, int field, __u64 *v);
bool object_delta(const struct object *object, int field, __u64 *v);

/* Return the value or the difference, or 0 if it is unknown, for sorting and sums. */
__u64 object_value0(const struct object *object, int field);
__u64 object_delta0(const struct object *object, int field);

#endif /* USESTAT_SET_H */
