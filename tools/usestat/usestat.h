/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * usestat: the USE method (utilisation, saturation, errors) from the kernel's own files.
 *
 * In each interval usestat.c looks at all subjects once (a "look").  A subject (cpu.c, disk.c ...)
 * reads its files (source.h) into sets of objects (set.h), and prints them as JSON records
 * (record.c) or as rows of the table (table.c).
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
	__u64 ns;		/* time of this look */
	__u64 before_ns;	/* time of the last look; 0: this is the first */
	bool detail;		/* this look includes details */
	bool last;		/* no further look follows */
	unsigned int top;	/* busiest processes and cgroups to show, by each measure */
	unsigned int tables;	/* number printed so far */
	__u64 detail_ns;	/* time of the last look with details */
	__u64 detail_cost_ns;	/* CPU time of that look */
	bool swapping;		/* swap is in use */
	const char *cgroup;	/* only processes and cgroups at or below this path; NULL: all */
};

struct subject {
	const char *name;
	bool detail;		/* read in detailed samples only */
	void (*look)(struct usestat *u);
	void (*records)(struct usestat *u);
	void (*rows)(struct usestat *u);
	const struct record_type *types[2];	/* of its records */
};

extern const struct subject cpu_subject, interrupt_subject, memory_subject, disk_subject,
	mount_subject, interface_subject, net_subject, socket_subject, limits_subject,
	process_subject, exits_subject, peer_subject, inotify_subject,
	lock_subject, cgroup_subject, machine_subject, log_subject;

/* --- JSON records (record.c) --- */

/* Descriptions of the keys that container_keys() adds, and of the cgroup. */
#define CONTAINER_KEYS							\
	{ "container", FIELD_STRING,					\
	  .about = "ID of the container that the cgroup belongs to; absent if none" },	\
	{ "container_name", FIELD_STRING,				\
	  .about = "Name of that container, in Kubernetes NAMESPACE/POD/CONTAINER; absent if its "	\
		   "runtime's files do not have it or cannot be read" }
#define CGROUP_KEYS							\
	{ "cgroup", FIELD_STRING,					\
	  .about = "Path of its cgroup below the mount: version 2, or version 1 where that is " \
		   "not in use" },					\
	CONTAINER_KEYS

extern const struct record_type missing_type, omitted_type;

/* Begin a record; the keys of its object follow by object_keys(). */
struct json *record_begin(struct usestat *u, const char *type);
/* Like record_begin(), with the time @ns. */
struct json *record_begin_at(struct usestat *u, const char *type, __u64 ns);
void record_str(struct usestat *u, const char *key, const char *s);	/* not printed if NULL or "" */
void record_uint(struct usestat *u, const char *key, __u64 v);
void record_flag(struct usestat *u, const char *key, bool v);
void record_end(struct usestat *u);

/* Print "name", "interval_ns" and the known fields. */
void object_keys(struct usestat *u, const struct set *set, const struct object *object);

/* Print only the fields. */
void field_keys(struct usestat *u, const struct set *set, const struct object *object);

/* Print a record per object; @more, if not NULL, adds keys. */
void set_records(struct usestat *u, const struct set *set,
		 void (*more)(struct usestat *u, const struct object *object));

/*
 * Print a record for each of the @max heaviest objects; an "omitted" record counts the others.
 * Objects of weight 0 are idle: they have records only in the first and the last look.
 */
void top_records(struct usestat *u, const struct set *set, size_t max,
		 __u64 (*weight)(const struct object *object),
		 void (*more)(struct usestat *u, const struct object *object));

#define RECORDS_MAX 50			/* objects of a kind in one look */

/* Count @n objects of @type that exist and have no record. */
void record_omitted(struct usestat *u, const char *type, __u64 n);
/* Like record_omitted(), for kernel messages of @class. */
void record_omitted_class(struct usestat *u, const char *type, const char *class, __u64 n);

/*
 * Report that this machine cannot show @what, why, and what would help; once for each @what.
 * Return its number, for a mark in the table.
 */
int missing(const char *what, const char *why, const char *remedy);

/* Return the reason for an errno: "permission denied" and so on. */
const char *missing_why(int err);

/* Print what is missing and was not yet printed: as records, or as lines below the table. */
void missing_print(struct usestat *u);

/* --- The table (table.c) --- */

enum { COL_RESOURCE, COL_NAME, COL_UTILISATION, COL_SATURATION, COL_ERRORS, COLUMNS };
extern struct table usestat_table;

/* columns.c: describe the records of @subjects as tables that follow usestat_table. */
void columns_init(const struct subject *const *subjects, size_t n);

/* Begin a row.  The functions below add to it; row_end() prints it. */
void row_begin(struct usestat *u, const char *resource, const char *name);
/* Set the utilisation: @part of @whole. */
void row_utilisation(__u64 part, __u64 whole);
/* Add "?N" to a column that this machine cannot show; @number is the result of missing(). */
void row_mark(int column, int number);
/* Add to a column, after a comma if it is not empty. */
void row_add(int column, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Return the "s" of a plural, or "". */
const char *plural(__u64 n);
/* Add "N what" to the errors if @n is not 0; "(s)" in @what becomes the ending of a plural. */
void row_errors(__u64 n, const char *what);
void row_end(struct usestat *u);

/* Return the nanoseconds of this interval, at least 1. */
__u64 interval_ns(const struct object *object);
/* Convert @n in this object's interval to a rate per second. */
__u64 per_second(const struct object *object, __u64 n);
/* Format @bytes, such as "12.3 MiB".  Returns one of four static buffers in turn. */
const char *human(__u64 bytes);

/* --- Shared by subjects --- */

/* All files of an idle process or cgroup are read once in this number of detailed samples. */
#define IDLE_LOOKS 12
/* A process that was idle in this number of looks is read only in every second look. */
#define IDLE_LONG 3

/*
 * Store the "total" of PSI's some and full lines, in microseconds, in the fields @some and @full.
 */
void pressure_parse(struct object *object, char *text, int some, int full);

/* Print the keys "container" and "container_name" for the path of a cgroup. */
void container_keys(struct usestat *u, const char *cgroup);

/* Return the name of the container of a cgroup's path, or the path if there is no name. */
const char *container_label(const char *cgroup);

/* Return true if @path is at or below the cgroup of --cgroup. */
bool cgroup_wanted(const struct usestat *u, const char *path);

#endif /* USESTAT_H */
