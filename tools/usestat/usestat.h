/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * usestat: the USE method (utilisation, saturation, errors) from the kernel's own files.
 *
 * Each subject (cpu.c, disk.c ...) reads its files into sets of objects, prints these
 * as JSON records, and as rows of the table.
 */
#ifndef USESTAT_H
#define USESTAT_H

#include <stdbool.h>
#include <stddef.h>
#include "core/clock.h"
#include "output/out.h"
#include "set.h"
#include "source.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct usestat {
	struct out *out;
	__u64 ns;		/* of this look */
	__u64 before_ns;	/* of the last one; 0: this is the first */
	bool detail;		/* this look includes what is costly */
	bool last;		/* no further look follows */
	unsigned int top;	/* busiest processes and cgroups to show, by each measure */
	unsigned int tables;	/* printed so far */
	__u64 detail_ns;	/* of the last look with details */
	__u64 detail_cost_ns;	/* CPU time that it took */
	bool swapping;		/* swap is in use */
	const char *cgroup;	/* only processes and cgroups at or below this path; NULL: all */
};

struct subject {
	const char *name;
	bool detail;		/* is costly: looked at every few seconds */
	void (*look)(struct usestat *u);
	void (*records)(struct usestat *u);
	void (*rows)(struct usestat *u);
};

extern const struct subject cpu_subject, interrupt_subject, memory_subject, disk_subject,
	mount_subject, interface_subject, net_subject, socket_subject, limits_subject,
	process_subject, cgroup_subject, machine_subject, log_subject;

/* --- JSON records (record.c) --- */

/* Begin a record; the keys of its object follow by object_keys(). */
struct json *record_begin(struct usestat *u, const char *type);
/* The same of another time than that of the look. */
struct json *record_begin_at(struct usestat *u, const char *type, __u64 ns);
void record_str(struct usestat *u, const char *key, const char *s);	/* nothing if NULL or "" */
void record_uint(struct usestat *u, const char *key, __u64 v);
void record_flag(struct usestat *u, const char *key, bool v);
void record_end(struct usestat *u);

/* "name", "interval_ns" and what is known of the fields. */
void object_keys(struct usestat *u, const struct set *set, const struct object *object);

/* The fields alone. */
void field_keys(struct usestat *u, const struct set *set, const struct object *object);

/* A record of each object; @more, if not NULL, adds keys. */
void set_records(struct usestat *u, const struct set *set,
		 void (*more)(struct usestat *u, const struct object *object));

/*
 * The same of the @max heaviest ones; an "omitted" record counts the others.  Idle ones,
 * those of weight 0, have records only in looks with details.
 */
void top_records(struct usestat *u, const struct set *set, size_t max,
		 __u64 (*weight)(const struct object *object),
		 void (*more)(struct usestat *u, const struct object *object));

#define RECORDS_MAX 50			/* objects of a kind in one look */

/* Count @n objects of @type that exist and have no record. */
void record_omitted(struct usestat *u, const char *type, __u64 n);

/*
 * Say what this machine cannot show, why, and what would help; once for each @what.
 * Returns its number, for a mark in the table.
 */
int missing(const char *what, const char *why, const char *remedy);

/* The reason for an errno: "permission denied" and so on. */
const char *missing_why(int err);

/* What is missing and not yet reported: as records, or as lines after the table. */
void missing_print(struct usestat *u);

/* --- The table (table.c) --- */

enum { COL_RESOURCE, COL_NAME, COL_UTILISATION, COL_SATURATION, COL_ERRORS, COLUMNS };
extern const struct table usestat_table;

/* Rows are made of parts; row_end() prints them. */
void row_begin(struct usestat *u, const char *resource, const char *name);
/* Utilisation: @part of @whole. */
void row_utilisation(__u64 part, __u64 whole);
/* "?N" in a column: this machine cannot show it (missing()). */
void row_mark(int column, int number);
/* Add to a column, joined by commas. */
void row_add(int column, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Add "N what" to the errors if @n is not 0; the column is "0" if there are none. */
void row_errors(__u64 n, const char *what);
void row_end(struct usestat *u);

/* Nanoseconds of this interval; at least 1. */
__u64 interval_ns(const struct object *object);
/* @n in this object's interval, a second. */
__u64 per_second(const struct object *object, __u64 n);
/* "12.3 MiB" in a static buffer: one of four in turn. */
const char *human(__u64 bytes);

/* --- Shared by subjects --- */

/* The "total" of PSI's some and full lines, in microseconds, into the two fields. */
void pressure_parse(struct object *object, char *text, int some, int full);

/* The container of a cgroup's path: keys "container" and "container_name". */
void container_keys(struct usestat *u, const char *cgroup);

/* Is @path at or below the cgroup asked for? */
bool cgroup_wanted(const struct usestat *u, const char *path);

#endif /* USESTAT_H */
