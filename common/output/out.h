/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a tool prints, from one table of columns: a line of text a record, or
 * with --json one JSON object a line (NDJSON).
 *
 *	enum { COL_PID, COL_COMM, COL_LAT };
 *	static struct column columns[] = {
 *		[COL_PID]  = { "PID",  "pid",  7 },
 *		[COL_COMM] = { "COMM", "comm", -16 },
 *		[COL_LAT]  = { "LAT(ms)", "latency_ns", 10 },
 *	};
 *	...
 *	out_event(out, &e->head);
 *	out_uint(out, COL_PID, e->head.pid);
 *	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
 *	out_ms(out, COL_LAT, e->latency_ns);
 *	out_end(out);
 *
 * Give the values in the order of the columns.  A column left out of a record
 * shows as "-" and has no key in its JSON object.  A hidden column is not in
 * the table but always in JSON.
 *
 * The columns every tool shares come first and are not in its table: TIME and
 * CONTAINER, if asked for; in JSON "type", "time" (RFC 3339, ns), "mono_ns",
 * "cgroup" and "container".
 *
 * JSON lines by type: "meta" (first), "event" or "hist", "lost", "summary"
 * (last).  Keys are promises: never rename one.
 *
 * Everything gathers in memory until out_flush(), which writes it at once.
 */
#ifndef COMMON_OUT_H
#define COMMON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include "core/args.h"
#include "event.h"
#include "core/text.h"

struct hist;
struct metrics;

/* What a column is with --metrics (metrics.h). */
enum metric {
	METRIC_NONE,
	METRIC_LABEL,		/* its values are few */
	METRIC_ERRNO,		/* the label "error" of an error number or 0: "ENOENT", "ok" */
	METRIC_TOTAL,		/* summed up */
	METRIC_SECONDS,		/* the same, of nanoseconds; the key ends with "_ns" */
	METRIC_GAUGE,		/* the last value is told */
};

struct column {
	const char *head;	/* heading of the table */
	const char *key;	/* JSON key */
	int width;		/* at least; < 0: left-justified; 0: the last, unpadded */
	bool hidden;		/* not in the table; set before out_start() by the options */
	enum metric metric;
};

struct out {
	const struct common_args *args;
	const struct column *columns;
	int n;			/* of them */
	struct text text;	/* not yet written */
	struct text cell;	/* the value being formatted */
	int next;		/* first column of the record not yet printed */
	bool first;		/* nothing stands in this line or object yet */
	bool labels;		/* the columns are labels of histograms */
	__u64 start_ns;		/* when the tool was ready */
	__s64 wall_offset_ns;	/* CLOCK_REALTIME - CLOCK_MONOTONIC, as of the last flush */
	__u64 records;		/* printed so far: events, rows or histograms */
	int error;		/* negative errno of a failed write, kept */
	int fd;			/* where it is written to */
	int stop_fd;		/* readable: give up on a reader that does not read; < 0: none */
	__u64 stop_ns;		/* the same at this time; 0: never */
	struct metrics *metrics;	/* NULL: none wanted */
};

/*
 * Begin: @banner if not NULL, and the heading; or the meta line with --json.
 * Call when everything is attached: what it prints tells the user that the
 * tool is ready, so it is flushed at once.  A table whose first column has no
 * heading is one of labels, for histograms.
 */
void out_start(struct out *out, const struct common_args *args, const struct column *columns,
	       size_t n, const char *banner);

/* The heading alone (nothing with --json or labels). */
void out_heading(struct out *out);

/* Begin a record about @head's task, or about the time @ns alone. */
void out_event(struct out *out, const struct event_head *head);
void out_row(struct out *out, __u64 ns);
/* The same for a record of another @type in JSON. */
void out_record(struct out *out, const char *type, __u64 ns);

/* At most @len bytes of @s up to a NUL. */
void out_str(struct out *out, int col, const char *s, size_t len);
/* A string of our own, a literal for example. */
void out_name(struct out *out, int col, const char *name);
/* The same, by a @letter in the table. */
void out_letter(struct out *out, int col, const char *name, const char *letter);
void out_int(struct out *out, int col, __s64 v);
void out_uint(struct out *out, int col, __u64 v);
void out_bool(struct out *out, int col, bool v);	/* Y or N; true or false */
/* @v in base 8 with at least @digits digits; a number in JSON. */
void out_octal(struct out *out, int col, __u64 v, unsigned int digits);
/* @v / 10^@digits, as many decimals as that; the same number in JSON: percentages. */
void out_fixed(struct out *out, int col, __s64 v, unsigned int digits);
/* @v hundredths of a percent: "12.34%" in the table, 12.34 in JSON. */
void out_percent(struct out *out, int col, __u64 v);
/* Mebibytes, rounded, in the table; bytes in JSON. */
void out_mb(struct out *out, int col, __u64 bytes);
/* Milliseconds with three decimals in the table, nanoseconds in JSON. */
void out_ms(struct out *out, int col, __u64 ns);
/* @n names: joined by commas in the table, an array in JSON. */
void out_list(struct out *out, int col, const char *const *names, size_t n);
/*
 * A list of NUL-ended strings, @len bytes in all: spaced in the table, an array
 * in JSON.  @quote: each in double quotes.  @more: "..." behind them, for a list cut off.
 */
void out_argv(struct out *out, int col, const char *argv, size_t len, bool quote, bool more);

/* End the record. */
void out_end(struct out *out);

/*
 * The cgroup path and container id behind a cgroup id as columns of a tool's
 * own: "-" where unknown.
 */
void out_cgroup(struct out *out, int col, __u64 cgroup_id);

/*
 * Write what has gathered.  0, or the negative errno of the first failed write;
 * -ETIMEDOUT if the run was to stop and yet nobody read for a second.
 */
int out_flush(struct out *out);
void out_free(struct out *out);

/*
 * For lines that are no records (losses, summary) and the body of histograms:
 * out_line() begins a JSON line of @type at @ns, out_json_key() adds a key to
 * which the caller appends a value in out->text, out_end_line() ends it.
 */
void out_line(struct out *out, const char *type, __u64 ns);
void out_json_key(struct out *out, const char *key);
void out_json_uint(struct out *out, const char *key, __u64 v);
void out_end_line(struct out *out);

#endif /* COMMON_OUT_H */
