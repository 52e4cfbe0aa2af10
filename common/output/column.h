/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The columns of a tool.  This table is the source of everything that names a column: the text
 * table, JSON, --help, -o, --metrics and, through `make generate`, the FIELDS of the man page,
 * the JSON schema and docs/fields.md.
 *
 *	enum { COL_PID, COL_COMM, COL_LATENCY };
 *	static struct column columns[] = {
 *		[COL_PID]     = { "PID", "pid", 7, COLUMN_ID, .about = "Process" },
 *		[COL_COMM]    = { "COMM", "comm", -16, COLUMN_COMM, .about = "Its name" },
 *		[COL_LATENCY] = { "LAT(ms)", "latency_ns", 10, COLUMN_NS, .about = "Duration" },
 *	};
 *
 * Keys are stable: never rename one or change its type.
 */
#ifndef COMMON_COLUMN_H
#define COMMON_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"

#define COLUMNS_MAX 64			/* maximum per table */

/* The type of a column's values: how the table shows them, and their type in JSON. */
enum column_type {
	COLUMN_STRING,
	COLUMN_COMM,		/* thread name, at most 15 bytes */
	COLUMN_STRINGS,		/* list: an array in JSON, joined by commas in the table */
	COLUMN_ARGV,		/* list, joined by spaces in the table */
	COLUMN_ADDRESS,		/* an IP address */
	COLUMN_BOOL,		/* Y or N in the table */
	COLUMN_INT,		/* signed */
	COLUMN_COUNT,		/* unsigned, up to 2^64 - 1 */
	COLUMN_ID,		/* up to 2^32 - 1: processes, users, CPUs */
	COLUMN_PORT,
	COLUMN_FAMILY,		/* 4 or 6 */
	COLUMN_ERRNO,		/* 0 or an error number */
	COLUMN_RET,		/* 0 or a negative error number */
	COLUMN_OCTAL,		/* number; in the table octal, with at least .digits digits */
	COLUMN_NS,		/* nanoseconds; milliseconds with three decimals in the table */
	COLUMN_BYTES,
	COLUMN_KB,		/* bytes, signed; kibibytes in the table */
	COLUMN_MB,		/* bytes; mebibytes, rounded, in the table */
	COLUMN_PERCENT,		/* hundredths of a percent; "12.34%" in the table, 12.34 in JSON */
	COLUMN_HUNDREDTHS,	/* hundredths of a number, 12.34 in JSON; TABLE_OBJECT only */
	COLUMN_STRING_MAP,	/* an object of strings; TABLE_OBJECT only */
};

/* The use of a column in --metrics (metrics.h). */
enum metric {
	METRIC_NONE,
	METRIC_LABEL,		/* label; it has few different values */
	METRIC_ERRNO,		/* label "error" from an error number or 0: "ENOENT", "ok" */
	METRIC_TOTAL,		/* sum of the values */
	METRIC_SECONDS,		/* sum of nanoseconds; the key ends with "_ns" */
	METRIC_GAUGE,		/* last value */
};

struct column {
	const char *head;	/* heading in the table */
	const char *key;	/* JSON key and name on the command line */
	int width;		/* minimum width in the table; < 0: left-justified */
	enum column_type type;
	bool hidden;		/* not in the table unless an option adds it */
	bool count_first;	/* --count-by it: --top leaves out rows with a value last */
	bool optional;		/* absent from some records: "-" in the table, no key in JSON */
	enum metric metric;
	unsigned int digits;	/* for COLUMN_OCTAL */
	const char *about;	/* one sentence, no full stop; states when it is absent */
	const char *unit;	/* unit of a count that its key does not name: "pages" */
	const char *values;	/* all possible values, separated by spaces */
	const char *pattern;	/* regular expression for the value, or for each string of a list */
	long min, max;		/* limits of a number that are tighter than the type's */
};

/* The subject of the records, which determines their keys besides the columns. */
enum table_kind {
	TABLE_TASK,		/* a task: time, cgroup and container */
	TABLE_PLAIN,		/* only time */
	TABLE_HIST,		/* time and a histogram; the columns are its labels */
	TABLE_TEXT,		/* rows of the text table; JSON has other records */
	TABLE_OBJECT,		/* only time; JSON only, not printed by out_row() */
};

struct table {
	const char *type;	/* "type" in JSON: "event", "row" ... */
	const char *about;	/* one sentence without a full stop */
	enum table_kind kind;
	struct column *columns;
	int n;			/* number of columns */
	const struct table *other;	/* the next record type of the same tool, or NULL */
};

/*
 * Return the column whose key is @name (@len bytes, case-insensitive), or the only one whose
 * key starts with it.  Returns -ENOENT if there is none, -EINVAL if several start with it.
 */
int column_find(const struct table *table, const char *name, size_t len);

/*
 * Store in @cols the columns that the comma-separated @list names.  Returns their number.  On
 * error @bad points to the wrong name in @list.  Errors are those of column_find(), -EEXIST for
 * a duplicate column, and -E2BIG for too many.
 */
int columns_choose(const struct table *table, const char *list, int cols[COLUMNS_MAX],
		   const char **bad);

#endif /* COMMON_COLUMN_H */
