/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Output of a tool, according to its table of columns (column.h): one line of text per record
 * or, with --json, one JSON object per line (NDJSON).
 *
 *	out_event(out, &e->head);
 *	out_uint(out, COL_PID, e->head.pid);
 *	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
 *	out_uint(out, COL_LATENCY, e->latency_ns);
 *	out_end(out);
 *
 * STRINGS AND LISTS ARE NOT COPIED: they must stay unchanged until out_end().  If a function
 * returns before that, its buffer must be static.
 *
 * A column that a record lacks is "-" in the table and has no key in the JSON object.  A hidden
 * column is not in the table, but always in JSON.
 *
 * The columns common to all tools come first and are not in the tool's table.  In the text
 * output they are TIME and CONTAINER, if selected; in JSON, "type", "time" (RFC 3339, ns),
 * "mono_ns", "cgroup" and "container".
 *
 * Types of JSON lines are "meta" (first), those of the tool's records, "lost", and "summary"
 * (last).
 *
 * All output is collected in memory until out_flush() writes it in one step.
 */
#ifndef COMMON_OUT_H
#define COMMON_OUT_H

#include <string.h>
#include "core/args.h"
#include "core/text.h"
#include "output/cells.h"
#include "output/json.h"
#include "output/record.h"
#include "output/sink.h"
#include "output/stamp.h"

#define OUT_OBSERVERS_MAX 2
#define JSON_HEAD_MAX 64		/* {"type":"TYPE","time":" */

/* Called with each complete record. */
typedef void (*out_observer_fn)(void *ctx, const struct record *record);

struct out {
	const struct common_args *args;
	const struct table *table;
	struct record record;		/* the current one */
	struct cells cells;		/* the printed columns */
	char json_head[JSON_HEAD_MAX];	/* JSON of each record, up to its time */
	size_t json_head_len;
	__u64 wanted;			/* bit mask of the columns that are printed or observed */
	struct text text;		/* not yet written */
	struct stamp stamp;
	struct sink sink;
	__u64 records;			/* number of records so far: events, rows or histograms */
	unsigned long sampled;		/* --sample: records printed in this interval */
	struct {
		out_observer_fn fn;
		void *ctx;
	} observers[OUT_OBSERVERS_MAX];
	int n_observers;
	__u64 delay_ns;			/* how long events may wait in the ring; 0: 50 ms */
};

/* Prepare the output of records of @args->table. */
void out_init(struct out *out, const struct common_args *args);

/*
 * Start the output: out_init(), then @banner (unless NULL) and the heading, or the meta line
 * with --json.  Call it after everything is attached: the output tells the user that the tool
 * is ready, so it is flushed at once.
 */
void out_start(struct out *out, const struct common_args *args, const char *banner);

/* Print the heading.  Does nothing with --json, or if the columns have no headings. */
void out_heading(struct out *out);

/* Call @fn with every record from now on.  It uses @columns, a bit mask. */
void out_observe(struct out *out, out_observer_fn fn, void *ctx, __u64 columns);

/* Start a record of @head's task (out_event), or one with only the time @ns (out_row). */
void out_event(struct out *out, const struct event_head *head);
void out_row(struct out *out, __u64 ns);

/* Return true if @col is printed or observed.  If not, the caller can skip slow lookups. */
static inline bool out_wants(const struct out *out, int col)
{
	return out->wanted >> col & 1;
}

static inline struct value *out_value(struct out *out, int col, enum value_kind kind)
{
	struct value *value = &out->record.values[col];

	out->record.given |= 1ULL << col;
	value->kind = kind;
	return value;
}

/* Like out_value(), for a string or a list of length @len. */
static inline struct value *out_string(struct out *out, int col, enum value_kind kind, size_t len)
{
	struct value *value = out_value(out, col, kind);

	out->record.strings |= 1ULL << col;
	value->len = len;
	return value;
}

static inline void out_uint(struct out *out, int col, __u64 v)
{
	out_value(out, col, VALUE_UINT)->u = v;
}

static inline void out_int(struct out *out, int col, __s64 v)
{
	out_value(out, col, VALUE_INT)->i = v;
}

static inline void out_bool(struct out *out, int col, bool v)
{
	out_value(out, col, VALUE_BOOL)->u = v;
}

/* Set a string of at most @len bytes, up to a NUL. */
static inline void out_str(struct out *out, int col, const char *s, size_t len)
{
	out_string(out, col, VALUE_STRING, len)->s = s;
}

/* Set a NUL-terminated string. */
static inline void out_name(struct out *out, int col, const char *name)
{
	out_str(out, col, name, out_wants(out, col) ? strlen(name) : 0);
}

/*
 * Set the name of @error, an errno or a negative errno, such as "ENOENT".  Errors without a
 * name, and 0, set nothing.
 */
void out_error_name(struct out *out, int col, int error);

/* Set @addr of @family 4 or 6. */
static inline void out_addr(struct out *out, int col, int family, const __u8 addr[16])
{
	struct value *value = out_value(out, col, VALUE_ADDRESS);

	value->address = addr;
	value->len = family;
}

/* Set a list of @n names. */
static inline void out_list(struct out *out, int col, const char *const *names, size_t n)
{
	out_string(out, col, VALUE_LIST, n)->list = names;
}

/*
 * Set a list of NUL-terminated strings, @len bytes in total.  In the table, @quote puts each in
 * double quotes, and @more appends "..." for a truncated list.
 */
static inline void out_argv(struct out *out, int col, const char *argv, size_t len, bool quote,
			    bool more)
{
	struct value *value = out_string(out, col, VALUE_ARGV, len);

	value->s = argv;
	value->quote = quote;
	value->more = more;
}

/* Set the path of a cgroup in column @col of the tool.  An unknown path sets nothing. */
void out_cgroup(struct out *out, int col, __u64 cgroup_id);

/* Show @text in column @col of the table, instead of a value or without one. */
static inline void out_show(struct out *out, int col, const char *text)
{
	out->record.shown |= 1ULL << col;
	out->record.values[col].shown = text;
}

/* Finish the record. */
void out_end(struct out *out);

/*
 * The two parts of out_end(), between which a tool can append to the record. out_print() does not
 * end the line.
 */
void out_print(struct out *out);
void out_done(struct out *out);

/* Return true if --max-events records were printed. */
static inline bool out_enough(const struct out *out)
{
	return out->args->max_events && out->records >= out->args->max_events;
}

/* Start a JSON line of @type at @ns that is not a record.  The caller adds members and ends it. */
void out_line(struct out *out, struct json *json, const char *type, __u64 ns);

/* Write the collected output with sink_write(). */
int out_flush(struct out *out);
void out_free(struct out *out);

#endif /* COMMON_OUT_H */
