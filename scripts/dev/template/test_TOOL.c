// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of TOOL, on handwritten events: no BPF, no root. */
#include "render.h"
#define main TOOL_main
#include "../../tools/TOOL/TOOL.c"
#undef main

static void prints_table(void **state)
{
	struct TOOL_event e = { .head = { .pid = 42, .tid = 42, .comm = "ls" } };

	assert_string_equal(render(&opt.common, &record_table, print_event, &e, sizeof(e)),
			    "PID     COMM\n"
			    "42      ls\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(prints_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
