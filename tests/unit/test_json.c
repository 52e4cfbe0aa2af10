// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The JSON writer: commas, nesting, the end of a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "output/json.h"

static struct text text;
static struct json json;

static int begin(void **state)
{
	text.len = 0;
	json_start(&json, &text);
	return 0;
}

static const char *ended(void)
{
	text_char(&text, '\0');
	return text.at;
}

static void an_empty_object_is_a_line(void **state)
{
	json_end(&json);
	assert_string_equal(ended(), "{}\n");
}

static void every_kind_of_value(void **state)
{
	json_uint(&json, "u", UINT64_MAX);
	json_int(&json, "i", -1);
	json_bool(&json, "t", true);
	json_bool(&json, "f", false);
	json_string(&json, "s", "a\"bcd", 3);
	json_name(&json, "n", "");
	json_end(&json);
	assert_string_equal(ended(), "{\"u\":18446744073709551615,\"i\":-1,\"t\":true,\"f\":false,"
			    "\"s\":\"a\\\"b\",\"n\":\"\"}\n");
}

static void objects_and_arrays_nest(void **state)
{
	json_array(&json, "a");
	json_end(&json);
	json_array(&json, "b");
	json_uint(&json, NULL, 1);
	json_object(&json, NULL);
	json_uint(&json, "c", 2);
	json_array(&json, "d");
	json_name(&json, NULL, "x");
	json_name(&json, NULL, "y");
	json_end(&json);
	json_end(&json);
	json_uint(&json, NULL, 3);
	json_end(&json);
	json_uint(&json, "e", 4);
	json_end(&json);
	assert_string_equal(ended(), "{\"a\":[],\"b\":[1,{\"c\":2,\"d\":[\"x\",\"y\"]},3],\"e\":4}\n");
}

static void a_line_begun_elsewhere_is_continued(void **state)
{
	text.len = 0;
	text_str(&text, "{\"a\":1");
	json_resume(&json, &text);
	json_uint(&json, "b", 2);
	json_end(&json);
	assert_string_equal(ended(), "{\"a\":1,\"b\":2}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_empty_object_is_a_line, begin),
		cmocka_unit_test_setup(every_kind_of_value, begin),
		cmocka_unit_test_setup(objects_and_arrays_nest, begin),
		cmocka_unit_test_setup(a_line_begun_elsewhere_is_continued, begin),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
