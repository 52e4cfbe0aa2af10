/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For unit tests of the output: a table of five columns, and records for it. */
#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include "output/out.h"

enum { COL_PID, COL_COMM, COL_HIDDEN, COL_LAT, COL_WHAT };

static struct column columns[] = {
	[COL_PID] = { "PID", "pid", 7, COLUMN_ID },
	[COL_COMM] = { "COMM", "comm", -6, COLUMN_COMM },
	[COL_HIDDEN] = { "HIDDEN", "hidden", 4, COLUMN_INT, .hidden = true },
	[COL_LAT] = { "LAT(ms)", "latency_ns", 8, COLUMN_NS },
	[COL_WHAT] = { "WHAT", "what", -10, COLUMN_STRING },
};

static const struct table table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = 5,
};

static struct common_args args;
static struct out out;
static struct event_head head;

static inline void init(const struct table *of)
{
	out_free(&out);
	args.table = of;
	out_init(&out, &args);
}

static inline int reset(void **state)
{
	memset(&args, 0, sizeof(args));
	head = (struct event_head){ .ns = 1500000000 };
	init(&table);
	return 0;
}

/* JSON has other columns: they are selected at the start. */
static inline void use_json(void)
{
	args.json = true;
	init(&table);
}

static inline const char *ended(void)
{
	text_char(&out.text, '\0');
	out.text.len = 0;
	return out.text.at;
}

/* Print one record with a value in every column. */
static inline const char *record(const char *comm, const char *what)
{
	out_event(&out, &head);
	out_uint(&out, COL_PID, 42);
	out_str(&out, COL_COMM, comm, strlen(comm));
	out_int(&out, COL_HIDDEN, -3);
	out_uint(&out, COL_LAT, 1234567);
	out_name(&out, COL_WHAT, what);
	out_end(&out);
	return ended();
}

#endif /* TESTS_TABLE_H */
