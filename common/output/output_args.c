// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <unistd.h>

#include "output/column.h"
#include "output/columns_help.h"
#include "output/output_args.h"

enum { OPT_LIST_COLUMNS = 0x180 };

static const struct argp_option options[] = {
	{ "output", 'o', "COLUMNS", 0,
	  "Print COLUMNS (comma-separated) instead of the default ones; +COLUMNS adds them",
	  .group = 10 },
	{ "list-columns", OPT_LIST_COLUMNS, NULL, 0, "Print a description of the columns as JSON" },
	{}
};

static _Noreturn void print_columns(const struct common_args *common)
{
	struct text columns = {};

	columns_json(&columns, common->tool, common->table);
	exit(text_write(&columns, STDOUT_FILENO) ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type of argp */
static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common_args *common = state->input;

	switch (key) {
	case 'o':
		common->columns = arg;
		return 0;
	case OPT_LIST_COLUMNS:
		print_columns(common);
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp output_argp = { .options = options, .parser = parse };

void output_args_check(const struct common_args *common)
{
	const char *list = common->columns;
	char *error;

	if (!list)
		return;
	if (!common->json && !common->table->columns[0].head && common->table->kind != TABLE_HIST)
		args_fail("-o needs --json: only the JSON lines of %s have columns", common->tool);
	error = columns_error(common->table, list + (list[0] == '+'));
	if (error)
		args_fail("%s", error);
}
