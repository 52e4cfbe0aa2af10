/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Objects with counters: disks, interfaces, processes, cgroups ... of one kind, a set.
 *
 * A table of fields names what is known of each object.  A look at an object puts the
 * values it finds; a value that is not found stays unknown and is left out of the output:
 * absent is absent, never 0.  Of a counter the output has the difference from the last
 * look in which it was known, and nothing if it went backwards (it was reset, or the
 * object is another one of that name).
 */
#ifndef USESTAT_SET_H
#define USESTAT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct source;

#define FIELDS_MAX 64			/* of an object: one bit each */

enum field_kind {
	FIELD_NONE,
	FIELD_COUNTER,			/* only grows; the output has what was added */
	FIELD_GAUGE,			/* as it is */
	FIELD_HUNDREDTHS,		/* the same of a number with two decimals */
	FIELD_FLAG,			/* true or false */
};

struct field {
	const char *key;		/* in JSON */
	enum field_kind kind;
	const char *name;		/* in the kernel's text, NULL: it has none */
	__u32 scale;			/* the kernel's unit in ours; 0: 1 */
};

struct object {
	struct object *next;		/* in the slot */
	char *name;
	__u64 id;			/* an object of another id is another one */
	__u64 ns, before_ns;		/* time of this look and the last one; 0: none */
	bool begun;			/* it was not there yet in the last look */
	__u64 known, known_before;	/* one bit a field */
	__u64 *now, *before;
};

struct set {
	const char *type;		/* of its records in JSON */
	const struct field *fields;
	int n;				/* of them */
	size_t size;			/* of an object with what follows its struct object; 0: nothing */
	bool whole;			/* every look finds all of them: a new one counts from 0 */
	void (*release)(struct object *object);		/* before it is freed, or NULL */
	__u64 last_ns;			/* time of the last look that is over; 0: none */
	struct object **slots;
	size_t n_slots, n_objects;
};

/* Begin a look at the object of that name, at the time @ns; new ones are added, zeroed. */
struct object *set_look(struct set *set, const char *name, __u64 id, __u64 ns);

/* Find an object, or NULL. */
struct object *set_find(const struct set *set, const char *name);

/* Is this the first look at it? */
static inline bool object_is_new(const struct object *object)
{
	return !object->before_ns || object->begun;
}

/* End a look: remove the objects that were not looked at, at the time @ns. */
void set_sweep(struct set *set, __u64 ns);
void set_free(struct set *set);

/* The object after @object, or the first one of NULL; NULL at the end. */
struct object *set_next(const struct set *set, const struct object *object);

/* All objects in descending order of @weight, malloc'd; the set's n_objects of them. */
struct object **set_sorted(const struct set *set, __u64 (*weight)(const struct object *object));

/* A value in the kernel's unit (the field's scale is applied), and in ours. */
void object_scale(const struct set *set, struct object *object, int field, __u64 v);
void object_put(struct object *object, int field, __u64 v);

/* Add to a value; an unknown one counts as 0. */
void object_add(struct object *object, int field, __u64 v);

/* The value of the field whose name is @name; false if none has it. */
bool object_named(const struct set *set, struct object *object, const char *name, __u64 v);

/* Lines of "name value" or "name: value kB". */
void object_lines(const struct set *set, struct object *object, char *text);

/*
 * Put the numbers in the files @dir/name, of the fields whose name has a slash; @sources has
 * room for one a field.
 */
void object_files(const struct set *set, struct object *object, const char *dir,
		  struct source *sources);

bool object_value(const struct object *object, int field, __u64 *v);
bool object_delta(const struct object *object, int field, __u64 *v);

/* The same, 0 where unknown: to sort and to add up. */
__u64 object_value0(const struct object *object, int field);
__u64 object_delta0(const struct object *object, int field);

#endif /* USESTAT_SET_H */
