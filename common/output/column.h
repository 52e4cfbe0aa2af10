/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The columns of a tool.  Everything that names a column comes from this table: the text
 * table, JSON, --help, -o, --metrics and, by `make generate`, the man page's FIELDS, the
 * JSON schema and docs/fields.md.
 *
 *	enum { COL_PID, COL_COMM, COL_LATENCY };
 *	static struct column columns[] = {
 *		[COL_PID]     = { "PID", "pid", 7, COLUMN_ID, .about = "Process" },
 *		[COL_COMM]    = { "COMM", "comm", -16, COLUMN_COMM, .about = "Its name" },
 *		[COL_LATENCY] = { "LAT(ms)", "latency_ns", 10, COLUMN_NS, .about = "Time it took" },
 *	};
 *
 * Keys are promises: never rename one, nor change its type.
 */
#ifndef COMMON_COLUMN_H
#define COMMON_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"

#define COLUMNS_MAX 64			/* of a table */

/* What a column holds: how the table shows it, and its type in JSON. */
enum column_type {
	COLUMN_STRING,
	COLUMN_COMM,		/* a thread's name, at most 15 bytes */
	COLUMN_STRINGS,		/* a list: an array in JSON, joined by commas in the table */
	COLUMN_ARGV,		/* the same, joined by spaces */
	COLUMN_ADDRESS,		/* an IP address */
	COLUMN_BOOL,		/* Y or N in the table */
	COLUMN_INT,		/* signed */
	COLUMN_COUNT,		/* 0 to 2^64 - 1 */
	COLUMN_ID,		/* 0 to 2^32 - 1: processes, users, CPUs */
	COLUMN_PORT,
	COLUMN_FAMILY,		/* 4 or 6 */
	COLUMN_ERRNO,		/* 0 or an error number */
	COLUMN_RET,		/* 0 or a negative error number */
	COLUMN_OCTAL,		/* a number, in the table in base 8 with at least .digits digits */
	COLUMN_NS,		/* nanoseconds; milliseconds with three decimals in the table */
	COLUMN_BYTES,
	COLUMN_KB,		/* bytes, signed; kibibytes in the table */
	COLUMN_MB,		/* bytes; mebibytes, rounded, in the table */
	COLUMN_PERCENT,		/* hundredths of a percent; "12.34%" in the table, 12.34 in JSON */
};

/* What a column is with --metrics (metrics.h). */
enum metric {
	METRIC_NONE,
	METRIC_LABEL,		/* its values are few */
	METRIC_ERRNO,		/* the label "error" of an error number or 0: "ENOENT", "ok" */
	METRIC_TOTAL,		/* summed up */
	METRIC_SECONDS,		/* the same, of nanoseconds; the key ends with "_ns" */
	METRIC_GAUGE,		/* the last value */
};

struct column {
	const char *head;	/* heading of the table */
	const char *key;	/* JSON key, and name on the command line */
	int width;		/* in the table, at least; < 0: left-justified */
	enum column_type type;
	bool hidden;		/* not in the table unless an option adds it */
	bool optional;		/* absent from some records: "-" in the table, no key in JSON */
	enum metric metric;
	unsigned int digits;	/* of COLUMN_OCTAL */
	const char *about;	/* one sentence without a full stop; when it is absent */
	const char *unit;	/* of a count, if it is not in the key: "pages" */
	const char *values;	/* all that it can be, separated by spaces */
	const char *pattern;	/* that it matches, or each string of a list: a regular expression */
	long min, max;		/* of a number, where the type says less */
};

/* What a record of a table is about: the keys that it has besides its columns. */
enum table_kind {
	TABLE_TASK,		/* a task: time, cgroup and container */
	TABLE_PLAIN,		/* time only */
	TABLE_HIST,		/* time, and a histogram, whose labels the columns are */
};

struct table {
	const char *type;	/* "type" in JSON: "event", "row" ... */
	const char *about;	/* one sentence without a full stop */
	enum table_kind kind;
	struct column *columns;
	int n;			/* of them */
	const struct table *other;	/* another type of records of the same tool, or NULL */
};

/*
 * The column whose key is @name, @len bytes without regard to case, or the only one whose key
 * begins with it.  -ENOENT: none; -EINVAL: several begin with it.
 */
int column_find(const struct table *table, const char *name, size_t len);

/*
 * The columns that @list names, separated by commas, into @cols; returns how many.  On an
 * error @bad points to the name in @list that is wrong: that of column_find(), -EEXIST: the
 * column is there already, -E2BIG: too many.
 */
int columns_choose(const struct table *table, const char *list, int cols[COLUMNS_MAX],
		   const char **bad);

#endif /* COMMON_COLUMN_H */
