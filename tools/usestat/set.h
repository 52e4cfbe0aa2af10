/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Objects with counters, such as disks, processes or cgroups.  The objects of one kind are a
 * set.
 *
 * A table of fields describes an object's values.  A look puts the values it finds; others
 * stay unknown and are left out of the output, never shown as 0.  For a counter the output has
 * the difference from the last look in which it was known, and nothing if it went backwards.
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
	const char *name;		/* in the kernel's text, NULL: it has none */
	__u32 scale;			/* the kernel's unit in ours; 0: 1 */
	bool always;			/* every record has it */
	const char *about;		/* one sentence without a full stop; when it is absent */
};

/*
 * A type of JSON records.  Man page, schema and docs/fields.md are made of this, so every
 * key of a record is here.
 */
struct record_type {
	const char *name;		/* "type" in JSON */
	const char *about;		/* one sentence without a full stop; where it is from */
	const char *object;		/* what its key "name" is; NULL: it has no such key */
	bool interval;			/* has the key "interval_ns" */
	const struct field *fields;	/* of a set's objects */
	int n;				/* of them */
	const struct field *keys;	/* further ones */
	int n_keys;
};

struct object {
	struct object *next;		/* in the same slot */
	char *name;
	__u64 id;			/* a new id makes it another object */
	__u64 ns, before_ns;		/* time of this look and the last one; 0: none */
	bool begun;			/* it did not exist in the last look */
	__u64 known, known_before;	/* one bit per field: in this look, in any before */
	__u64 known_last;		/* in the last look */
	__u64 *now, *before;
};

struct set {
	const struct record_type *type;
	size_t size;			/* of the struct whose first member is the object; 0: none */
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
 * Put the gauges of the last look again, for an object that has not changed.  Counters stay
 * unknown, since they were not read.
 */
void object_keep(const struct set *set, struct object *object);
void object_forget(struct object *object, int field);

/* Add to a value; if it is unknown, to 0. */
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

/* The same, but 0 if unknown: to sort and to add up. */
__u64 object_value0(const struct object *object, int field);
__u64 object_delta0(const struct object *object, int field);

#endif /* USESTAT_SET_H */
