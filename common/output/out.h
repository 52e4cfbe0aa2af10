/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a tool prints, by its table of columns (column.h): a line of text a record, or with
 * --json one JSON object a line (NDJSON).
 *
 *	out_event(out, &e->head);
 *	out_uint(out, COL_PID, e->head.pid);
 *	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
 *	out_uint(out, COL_LATENCY, e->latency_ns);
 *	out_end(out);
 *
 * STRINGS AND LISTS ARE NOT COPIED: they have to stay as they are until out_end().  A buffer
 * in a function that returns before is static.
 *
 * A column left out of a record shows as "-" and has no key in its JSON object.  A hidden
 * column is not in the table but always in JSON.
 *
 * The columns every tool shares come first and are not in its table: TIME and CONTAINER, if
 * asked for; in JSON "type", "time" (RFC 3339, ns), "mono_ns", "cgroup" and "container".
 *
 * JSON lines by type: "meta" (first), the tool's records, "lost", "summary" (last).
 *
 * Everything gathers in memory until out_flush(), which writes it at once.
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

/* Called with each record when it is complete, before it is printed. */
typedef void (*out_observer_fn)(void *ctx, const struct record *record);

struct out {
	const struct common_args *args;
	const struct table *table;
	struct record record;		/* the one at hand */
	struct cells cells;		/* that are printed */
	__u64 wanted;			/* columns that anybody looks at, as bits */
	struct text text;		/* not yet written */
	struct stamp stamp;
	struct sink sink;
	__u64 records;			/* printed so far: events, rows or histograms */
	struct {
		out_observer_fn fn;
		void *ctx;
	} observers[OUT_OBSERVERS_MAX];
	int n_observers;
};

/* Prepare for records of @args->table. */
void out_init(struct out *out, const struct common_args *args);

/*
 * Begin: out_init(), then @banner if not NULL, and the heading; or the meta line with --json.
 * Call when everything is attached: what it prints tells the user that the tool is ready, so
 * it is flushed at once.
 */
void out_start(struct out *out, const struct common_args *args, const char *banner);

/* The heading alone (nothing with --json, or if the columns have none). */
void out_heading(struct out *out);

/* Call @fn with every record from now on; it looks at @columns, as bits. */
void out_observe(struct out *out, out_observer_fn fn, void *ctx, __u64 columns);

/* Begin a record about @head's task, or about the time @ns alone. */
void out_event(struct out *out, const struct event_head *head);
void out_row(struct out *out, __u64 ns);

/* True if somebody looks at @col: what takes long to find is not worth it otherwise. */
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

/* The same of a string or a list, @len in all. */
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

/* At most @len bytes of @s up to a NUL. */
static inline void out_str(struct out *out, int col, const char *s, size_t len)
{
	out_string(out, col, VALUE_STRING, len)->s = s;
}

/* A string that ends with a NUL. */
static inline void out_name(struct out *out, int col, const char *name)
{
	out_str(out, col, name, out_wants(out, col) ? strlen(name) : 0);
}

/* The name of @error, an errno or a negative one, as "ENOENT"; nothing if it has none, as 0. */
void out_error_name(struct out *out, int col, int error);

/* @addr of @family 4 or 6. */
static inline void out_addr(struct out *out, int col, int family, const __u8 addr[16])
{
	struct value *value = out_value(out, col, VALUE_ADDRESS);

	value->address = addr;
	value->len = family;
}

/* @n names. */
static inline void out_list(struct out *out, int col, const char *const *names, size_t n)
{
	out_string(out, col, VALUE_LIST, n)->list = names;
}

/*
 * A list of NUL-ended strings, @len bytes in all.  In the table @quote: each in double
 * quotes; @more: "..." after them, for a truncated list.
 */
static inline void out_argv(struct out *out, int col, const char *argv, size_t len, bool quote,
			    bool more)
{
	struct value *value = out_string(out, col, VALUE_ARGV, len);

	value->s = argv;
	value->quote = quote;
	value->more = more;
}

/* The path of a cgroup id, in a column of the tool: "-" where unknown. */
void out_cgroup(struct out *out, int col, __u64 cgroup_id);

/* @text is what the table has in @col, instead of the value or where there is none. */
static inline void out_show(struct out *out, int col, const char *text)
{
	out->record.shown |= 1ULL << col;
	out->record.values[col].shown = text;
}

/* End the record. */
void out_end(struct out *out);

/* The two parts of out_end(), for what adds to a record: its print without the line's end. */
void out_print(struct out *out);
void out_done(struct out *out);

/* True if --max-events records were printed. */
static inline bool out_enough(const struct out *out)
{
	return out->args->max_events && out->records >= out->args->max_events;
}

/* A JSON line that is no record, of @type at @ns: the caller adds members and ends it. */
void out_line(struct out *out, struct json *json, const char *type, __u64 ns);

/* Write what has gathered: sink_write(). */
int out_flush(struct out *out);
void out_free(struct out *out);

#endif /* COMMON_OUT_H */
