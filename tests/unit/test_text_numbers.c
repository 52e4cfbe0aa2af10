// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Numbers as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "one_text.h"

static void numbers(void **state)
{
	text_uint(&text, 0);
	text_char(&text, ' ');
	text_uint(&text, UINT64_MAX);
	text_char(&text, ' ');
	text_int(&text, INT64_MIN);
	text_char(&text, ' ');
	text_int(&text, INT64_MAX);
	text_char(&text, ' ');
	text_int(&text, -1);
	assert_string_equal(ended(), "0 18446744073709551615 -9223372036854775808 "
			    "9223372036854775807 -1");
}

static void fixed_point(void **state)
{
	static const struct {
		__u64 v;
		unsigned int digits;
		const char *want;
	} cases[] = {
		{ 1234567, 6, "1.234567" }, { 0, 3, "0.000" }, { 7, 3, "0.007" },
		{ 999, 3, "0.999" }, { 1000, 3, "1.000" }, { 42, 0, "42" },
		{ UINT64_MAX, 9, "18446744073.709551615" },
		{ UINT64_MAX, 19, "1.8446744073709551615" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_fixed(&text, cases[i].v, cases[i].digits);
		assert_string_equal(ended(), cases[i].want);
	}
}

static void leading_zeros(void **state)
{
	text_zeros(&text, 5, 3);
	text_zeros(&text, 1234, 3);
	text_zeros(&text, 0, 0);
	text_zeros(&text, 1, 25);
	assert_string_equal(ended(), "005123400000000000000000000000001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers, reset),
		cmocka_unit_test_setup(fixed_point, reset),
		cmocka_unit_test_setup(leading_zeros, reset),
	};

	return cmocka_run_group_tests_name("numbers in text", tests, NULL, reset);
}
