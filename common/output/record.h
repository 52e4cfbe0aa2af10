/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A record: one value for each column of a table.  What prints and what counts records
 * (table.h, json.h, metrics.h) gets them whole.
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
	__u32 len;		/* of a string, at most; of a list; the family of an address */
	union {
		__u64 u;
		__s64 i;
		const char *s;			/* also of VALUE_ARGV: each ended by a NUL */
		const char *const *list;
		const __u8 *address;
	};
	const char *shown;	/* the table has this instead; only if in record.shown */
	bool quote, more;	/* of VALUE_ARGV: out_argv() */
};

#define HOST_IDS_MAX 3		/* pid, tid, ppid */

struct record {
	const struct table *table;
	__u64 ns;		/* when: CLOCK_MONOTONIC */
	__u64 cgroup_id;	/* of its task; 0: unknown */
	__u64 given;		/* columns that have a value, as bits */
	__u64 strings;		/* those with a string or a list, of no fixed size */
	__u64 shown;		/* columns that have a text for the table */
	struct value values[COLUMNS_MAX];
	struct {
		int col;
		__u32 id;
	} host[HOST_IDS_MAX];	/* the machine's numbers of processes in columns: process.h */
	int n_host;
	bool other_pidns;	/* its task has no number in the tool's PID namespace */
	const struct hist *hist;	/* of TABLE_HIST */
	__u64 hist_unit_ns;	/* nanoseconds in a unit of it */
};

static inline bool record_has(const struct record *record, int col)
{
	return record->given >> col & 1;
}

/* Append the value of @col, which has one, as plain text: what identifies it, unescaped. */
void record_text(const struct record *record, int col, struct text *text);

#endif /* COMMON_RECORD_H */
