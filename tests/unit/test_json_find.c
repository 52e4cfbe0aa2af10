// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Strings in JSON that others wrote, damaged or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "core/json_find.h"

static void finds(const char *json, const char *key, const char *expected)
{
	char value[16] = "none";
	const char *at = json_member(json, key);

	if (at)
		json_copy(at, value, sizeof(value));
	assert_string_equal(value, expected);
}

static void members(void **state)
{
	finds("{\"a\":1,\"b\":[1,{\"c\":\"x\"}],\"c\":\"y\"}", "c", "y");
	finds("{\"a\":{\"c\":\"x\"}}", "c", "none");
	finds("{\"a\":\"\\\"c\\\":\\\"x\\\"\",\"c\":\"\\\\\\n\\/\\u0041\"}", "c", "\\\n/A");
	finds("{\"c\":\"too long for the room\"}", "c", "too long for th");
	finds("{\"c\":\"\\ud83d\\ude00\"}", "c", "??");
	finds("[\"c\"]", "c", "none");
}

/* Every beginning of a text, in memory of exactly that size: nothing after it is read. */
static void damaged(void **state)
{
	static const char text[] = "[{\"a\":[1,true,{\"b\":\"\\u00e9\\\"\"}],\"c\":\"x\"},{\"c\":\"y\"}] ";
	char value[8];

	for (size_t len = 0; len < sizeof(text); len++) {
		char *part = strndup(text, len);

		for (const char *e = json_first(part); e; e = json_next(e)) {
			const char *c = json_member(e, "c"), *a = json_member(e, "a");

			if (c)
				json_copy(c, value, sizeof(value));
			for (a = a ? json_first(a) : NULL; a; a = json_next(a))
				json_copy(json_member(a, "b") ?: "", value, sizeof(value));
		}
		free(part);
	}
	assert_null(json_member("", "a"));
	assert_null(json_member("{\"a\"", "a"));
	assert_null(json_first("]"));
	assert_false(json_copy("1", value, sizeof(value)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests_name("json_find", tests, NULL, NULL);
}
