// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "output/columns_help.h"
#include "output/count.h"
#include "output/count_table.h"

enum { OPT_COUNT_BY = 0x1a0, OPT_TOP, OPT_SORT, OPT_SAMPLE };

static const struct argp_option options[] = {
	{ "count-by", OPT_COUNT_BY, "COLUMNS", 0,
	  "Print the number of records per combination of COLUMNS, every INTERVAL seconds",
	  .group = 5 },
	{ "top", OPT_TOP, "N", 0, "With --count-by, print N rows (default 20)" },
	{ "sort", OPT_SORT, "COLUMN", 0, "With --count-by, sort by COLUMN instead of the count" },
	{ "sample", OPT_SAMPLE, "N", 0,
	  "With --count-by and --json, also print the first N records of each interval" },
	{}
};

static error_t set_interval(struct count_args *count, const char *arg)
{
	if (!count->by || count->interval.count)
		return ARGP_ERR_UNKNOWN;
	if (!count->interval.interval)
		count->interval.interval = args_number(arg, "interval", 1, DURATION_MAX);
	else
		count->interval.count = args_number(arg, "count", 1, LONG_MAX);
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct count_args *count = &((struct common_args *)state->input)->count;

	switch (key) {
	case OPT_COUNT_BY:
		count->by = arg;
		return 0;
	case OPT_TOP:
		count->top = args_number(arg, "number of rows", 1, COUNT_GROUPS_MAX);
		return 0;
	case OPT_SORT:
		count->sort = arg;
		return 0;
	case OPT_SAMPLE:
		count->sample = args_number(arg, "number of records", 1, LONG_MAX);
		return 0;
	case ARGP_KEY_ARG:
		return set_interval(count, arg);
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp count_argp = { .options = options, .parser = parse };

static error_t parse_event(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	for (int i = 0; i < 3; i++)
		state->child_inputs[i] = state->input;
	return 0;
}

const struct argp event_argp = {
	.parser = parse_event,
	.children = (const struct argp_child[]){
		{ &filter_argp }, { &count_argp }, { &common_argp }, {}
	},
};

void count_args_check(const struct common_args *args)
{
	const struct count_args *count = &args->count;
	struct count_table table;
	char *error;

	if (count->sample && !(count->by && args->json))
		args_fail("--sample needs --count-by and --json");
	if (!count->by) {
		if (count->top || count->sort)
			args_fail("%s needs --count-by", count->top ? "--top" : "--sort");
		return;
	}
	if (args->columns)
		args_fail("-o and --count-by exclude each other: --count-by selects the columns");
	if (args->print_container)
		args_fail("--print-container and --count-by exclude each other: a row has no one "
			  "container");
	error = columns_error(args->table, count->by);
	if (error)
		args_fail("%s", error);
	count_table_init(&table, args->table, count->by);
	error = count->sort ? columns_error(&table.rows, count->sort) : NULL;
	if (error)
		args_fail("--sort: %s", error);
	if (count->sort && strchr(count->sort, ','))
		args_fail("--sort takes one column");
}
