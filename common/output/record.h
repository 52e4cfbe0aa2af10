/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A record: one value per column of a table.  The functions that print or count records
 * (cells.h, count.h, metrics.h) get complete records.
 */
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include "event.h"
#include "output/column.h"

struct hist;
struct text;

enum value_kind {
	VALUE_UINT, VALUE_INT, VALUE_BOOL, VALUE_STRING, VALUE_LIST, VALUE_ARGV, VALUE_ADDRESS,
};

struct value {
	enum value_kind kind;
	__u32 len;		/* length of a list, maximum length of a string; address family */
	union {
		__u64 u;
		__s64 i;
		const char *s;			/* also for VALUE_ARGV: NUL-terminated strings */
		const char *const *list;
		const __u8 *address;
	};
	const char *shown;	/* shown in the table instead; valid only if in record.shown */
	bool quote, more;	/* for VALUE_ARGV: see out_argv() */
};

#define HOST_IDS_MAX 3		/* pid, tid, ppid */

struct record {
	const struct table *table;
	__u64 ns;		/* timestamp, CLOCK_MONOTONIC */
	__u64 cgroup_id;	/* cgroup of its task; 0: unknown */
	__u64 given;		/* bit mask of columns with a value */
	__u64 strings;		/* bit mask of columns with a string or list (no fixed size) */
	__u64 shown;		/* bit mask of columns with a text for the table */
	struct value values[COLUMNS_MAX];
	struct {
		int col;
		__u32 id;
	} host[HOST_IDS_MAX];	/* IDs of processes on the host: process.h */
	int n_host;
	bool other_pidns;	/* the task has no ID in the tool's PID namespace */
	const struct hist *hist;	/* only for TABLE_HIST */
	__u64 hist_unit_ns;	/* nanoseconds in a unit of hist */
};

static inline bool record_has(const struct record *record, int col)
{
	return record->given >> col & 1;
}

/* Append @v as plain unescaped text that identifies it. */
void value_text(const struct value *v, struct text *text);

#endif /* COMMON_RECORD_H */
