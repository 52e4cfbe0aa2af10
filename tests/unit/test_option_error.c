// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is wrong with an option, and which option it resembles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "core/option_error.h"

static const struct argp_option child_options[] = {
	{ .doc = "A heading:" },
	{ "time", 't', "FORMAT", OPTION_ARG_OPTIONAL, "" },
	{ "print-cpu", 'C', NULL, 0, "" },
	{}
};
static const struct argp child = { .options = child_options };

static const struct argp_option options[] = {
	{ "failed", 'x', NULL, 0, "" },
	{ "flag-filter", 'f', "O_FLAG", 0, "" },
	{ "flag_filter", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN },
	{ "print-uid", 'U', NULL, 0, "" },
	{ "pid", 'p', "PID", 0, "" },
	{ "secret", 0x100, NULL, OPTION_HIDDEN, "" },
	{ NULL, 'd', "SECONDS", 0, "" },
	{}
};
static const struct argp argp = {
	.options = options,
	.children = (const struct argp_child[]){ { &child }, {} },
};

static const struct {
	const char *word, *why;
} cases[] = {
	{ "--failed", "" }, { "--fai", "" }, { "--pid=7", "" }, { "--time", "" },
	{ "--time=utc", "" }, { "-x", "" }, { "-xU", "" }, { "-p7", "" }, { "-xp7", "" },
	{ "-t", "" }, { "-tutc", "" }, { "--flag=O_CREAT", "" }, { "--secret", "" },
	{ "--faild", "unknown option '--faild' (did you mean '--failed'?)" },
	{ "--fialed", "unknown option '--fialed' (did you mean '--failed'?)" },
	{ "--tiem=utc", "unknown option '--tiem=utc' (did you mean '--time'?)" },
	{ "--print-cup", "unknown option '--print-cup' (did you mean '--print-cpu'?)" },
	{ "--flag-fliter", "unknown option '--flag-fliter' (did you mean '--flag-filter'?)" },
	{ "--secrt", "unknown option '--secrt'" },
	{ "--nonsense", "unknown option '--nonsense'" },
	{ "--x", "unknown option '--x'" },
	{ "--0123456789012345678901234567890123456789",
	  "unknown option '--0123456789012345678901234567890123456789'" },
	{ "--print", "ambiguous option '--print': one of --print-uid, --print-cpu" },
	{ "--f", "ambiguous option '--f': one of --failed, --flag-filter" },
	{ "--pid", "option '--pid' needs a value: PID" },
	{ "--flag", "option '--flag-filter' needs a value: O_FLAG" },
	{ "--flag_filter", "option '--flag_filter' needs a value: O_FLAG" },
	{ "--failed=yes", "option '--failed' takes no value, got 'yes'" },
	{ "-d", "option '-d' needs a value: SECONDS" },
	{ "-xd", "option '-d' needs a value: SECONDS" },
	{ "-Z", "unknown option '-Z'" }, { "-xZ", "unknown option '-Z' in '-xZ'" },
	{ "-Zx", "unknown option '-Z' in '-Zx'" },
};

static void reasons(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text why = {};

		option_error(&why, &argp, cases[i].word);
		text_char(&why, '\0');
		print_message("# %s\n", cases[i].word);
		assert_string_equal(why.at, cases[i].why);
		text_free(&why);
	}
}

static void distances(void **state)
{
	assert_int_equal(option_distance("", ""), 0);
	assert_int_equal(option_distance("abc", ""), 3);
	assert_int_equal(option_distance("", "abc"), 3);
	assert_int_equal(option_distance("abc", "abc"), 0);
	assert_int_equal(option_distance("abc", "abd"), 1);
	assert_int_equal(option_distance("abc", "ab"), 1);
	assert_int_equal(option_distance("abc", "xabc"), 1);
	assert_int_equal(option_distance("abc", "acb"), 1);
	assert_int_equal(option_distance("kitten", "sitting"), 3);
	assert_true(option_distance("0123456789012345678901234567890", "") == 31);
	assert_true(option_distance("01234567890123456789012345678901", "") == SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons),
		cmocka_unit_test(distances),
	};

	return cmocka_run_group_tests_name("option_error", tests, NULL, NULL);
}
