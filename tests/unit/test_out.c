// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Records as tables and as JSON lines, with columns of every kind. */
#include "table.h"
#include <errno.h>

static void table_is_aligned(void **state)
{
	out_heading(&out);
	assert_string_equal(ended(), "    PID COMM    LAT(ms) WHAT\n");
	assert_string_equal(record("ls", "file"), "     42 ls        1.235 file\n");
	assert_int_equal(out.records, 1);
}

static void long_values_push_and_lose_nothing(void **state)
{
	assert_string_equal(record("longer-than-it", "f"), "     42 longer-than-it    1.235 f\n");
}

static void columns_are_counted_not_bytes(void **state)
{
	assert_string_equal(record("\xc3\xa9\xc3\xa9", "f"), "     42 \xc3\xa9\xc3\xa9        1.235 f\n");
	assert_string_equal(record("\n", "f"), "     42 \\x0a      1.235 f\n");
}

static void json_has_hidden_columns_too(void **state)
{
	use_json();
	out_heading(&out);
	assert_string_equal(record("l\"s", "f"),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"pid\":42,\"comm\":\"l\\\"s\",\"hidden\":-3,"
		"\"latency_ns\":1234567,\"what\":\"f\"}\n");
}

/* Columns omitted at the beginning, in the middle and at the end. */
static const char *gaps(int first, int second)
{
	out_event(&out, &head);
	if (first >= 0)
		out_uint(&out, first, 1);
	if (second >= 0)
		out_uint(&out, second, 2);
	out_end(&out);
	return ended();
}

static void missing_columns_show_a_dash(void **state)
{
	assert_string_equal(gaps(-1, -1), "      - -             - -\n");
	assert_string_equal(gaps(COL_COMM, -1), "      - 1             - -\n");
	assert_string_equal(gaps(COL_PID, COL_WHAT), "      1 -             - 2\n");
	assert_string_equal(gaps(COL_HIDDEN, COL_LAT), "      - -         0.000 -\n");
}

static void missing_columns_have_no_key(void **state)
{
	use_json();
	assert_null(strstr(gaps(COL_COMM, COL_LAT), "pid"));
	assert_non_null(strstr(gaps(COL_COMM, COL_LAT), "\"mono_ns\":1500000000,\"comm\":1,"
			"\"latency_ns\":2}\n"));
}

static void kinds_of_values(bool json, const char *want)
{
	static const char *const names[] = { "O_RDONLY", "O_CLOEXEC" };
	static const __u8 v4[16] = { 192, 0, 2, 255 }, v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
	static struct column kinds[] = {
		{ "A", "a", 0, COLUMN_BOOL }, { "B", "b", 0, COLUMN_BOOL },
		{ "C", "c", 0, COLUMN_OCTAL, .digits = 4 }, { "D", "d", 0, COLUMN_ADDRESS },
		{ "E", "e", 0, COLUMN_PERCENT }, { "F", "f", 0, COLUMN_MB },
		{ "G", "g", 0, COLUMN_STRINGS }, { "H", "h", 0, COLUMN_STRINGS },
		{ "I", "i", 0, COLUMN_COUNT }, { "J", "j", 0, COLUMN_INT },
		{ "K", "k", 0, COLUMN_KB }, { "L", "l", 0, COLUMN_ADDRESS },
	};
	static const struct table every = { .type = "row", .columns = kinds, .n = ARRAY_SIZE(kinds) };
	int col = 0;

	args.json = json;
	init(&every);
	out_row(&out, 1);
	out_bool(&out, col++, true);
	out_bool(&out, col++, false);
	out_uint(&out, col++, 0644);
	out_addr(&out, col++, 4, v4);
	out_uint(&out, col++, 10000);
	out_uint(&out, col++, 3 << 19);
	out_list(&out, col++, names, 2);
	out_list(&out, col++, NULL, 0);
	out_uint(&out, col++, UINT64_MAX);
	out_int(&out, col++, INT64_MIN);
	out_int(&out, col++, 4095);
	out_addr(&out, col++, 6, v6);
	out_end(&out);
	assert_non_null(strstr(ended(), want));
}

static void every_kind_in_the_table(void **state)
{
	kinds_of_values(false, "Y N 0644 192.0.2.255 100.00% 2 O_RDONLY,O_CLOEXEC  "
			"18446744073709551615 -9223372036854775808 3 2001:db8::7\n");
}

static void every_kind_in_json(void **state)
{
	kinds_of_values(true, "\"a\":true,\"b\":false,\"c\":420,\"d\":\"192.0.2.255\","
			"\"e\":100.00,\"f\":1572864,\"g\":[\"O_RDONLY\",\"O_CLOEXEC\"],\"h\":[],"
			"\"i\":18446744073709551615,\"j\":-9223372036854775808,\"k\":4095,"
			"\"l\":\"2001:db8::7\"}\n");
}

static void percentages_and_halves(void **state)
{
	static struct column kinds[] = {
		{ "A", "a", 7, COLUMN_PERCENT }, { "B", "b", -6, COLUMN_PERCENT },
		{ "C", "c", 8, COLUMN_MB },
	};
	static const struct table some = { .type = "row", .columns = kinds, .n = 3 };

	init(&some);
	out_row(&out, 1);
	out_uint(&out, 0, 5);
	out_uint(&out, 1, 0);
	out_uint(&out, 2, (1 << 19) - 1);
	out_end(&out);
	assert_string_equal(ended(), "  0.05% 0.00%         0\n");
}

/* Text in place of a value, or for a missing one; JSON has only the value. */
static void the_table_may_show_another_text(void **state)
{
	for (int json = 0; json < 2; json++) {
		args.json = json;
		init(&table);
		out_row(&out, 1);
		out_name(&out, COL_COMM, "read");
		out_show(&out, COL_COMM, "R");
		out_show(&out, COL_WHAT, "EIO");
		out_end(&out);
		assert_non_null(strstr(ended(), json ? "\"mono_ns\":1,\"comm\":\"read\"}\n" :
				       "      - R             - EIO\n"));
	}
	out_row(&out, 1);
	out_end(&out);
	assert_null(strstr(ended(), "read"));	/* nothing is left over for the next record */
}

static void columns_are_chosen(const char *choice, bool json, const char *want)
{
	args.columns = choice;
	args.json = json;
	init(&table);
	out_heading(&out);
	out_row(&out, 1);
	out_uint(&out, COL_PID, 42);
	out_name(&out, COL_COMM, "ls");
	out_int(&out, COL_HIDDEN, -3);
	out_name(&out, COL_WHAT, "w");
	out_end(&out);
	assert_non_null(strstr(ended(), want));
}

static void columns_in_the_requested_order(void **state)
{
	columns_are_chosen("what,hidden,pid", false, "WHAT       HIDDEN     PID\nw            -3      42\n");
	columns_are_chosen("+hidden", false, "    PID COMM    LAT(ms) WHAT       HIDDEN\n"
			   "     42 ls            - w            -3\n");
	columns_are_chosen("+pid", false, "    PID COMM    LAT(ms) WHAT\n");
	columns_are_chosen("PID,comm", false, "    PID COMM\n     42 ls\n");
	columns_are_chosen("lat,what", false, "LAT(ms) WHAT\n       - w\n");
	columns_are_chosen("what,pid", true, "\"mono_ns\":1,\"what\":\"w\",\"pid\":42}\n");
	columns_are_chosen("+pid", true, "\"mono_ns\":1,\"pid\":42,\"comm\":\"ls\",\"hidden\":-3,"
			   "\"what\":\"w\"}\n");
}

static void a_bad_choice_is_found(void **state)
{
	static const struct {
		const char *list;
		int err;
		size_t at;
	} cases[] = {
		{ "pid,nonsense", -ENOENT, 4 }, { "", -ENOENT, 0 }, { "pid,", -ENOENT, 4 },
		{ ",pid", -ENOENT, 0 }, { "pid,comm,PID", -EEXIST, 9 }, { "pids", -ENOENT, 0 },
	};
	int cols[COLUMNS_MAX];
	const char *bad;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(columns_choose(&table, cases[i].list, cols, &bad), cases[i].err);
		assert_ptr_equal(bad, cases[i].list + cases[i].at);
	}
	assert_int_equal(columns_choose(&table, "latency_ns,Comm", cols, &bad), 2);
	assert_int_equal(cols[0], COL_LAT);
	assert_int_equal(cols[1], COL_COMM);
}

static void an_ambiguous_name_is_refused(void **state)
{
	static struct column alike[] = {
		{ "A", "flags", 0 }, { "B", "flags_value", 0 }, { "C", "flag_x", 0 },
	};
	static const struct table like = { .columns = alike, .n = 3 };

	assert_int_equal(column_find(&like, "flags", 5), 0);
	assert_int_equal(column_find(&like, "flag", 4), -EINVAL);
	assert_int_equal(column_find(&like, "flags_", 6), 1);
}

static const char *argv_of(const char *list, size_t len, bool quote, bool more)
{
	out_row(&out, 1);
	out_argv(&out, COL_WHAT, list, len, quote, more);
	out_end(&out);
	return strstr(ended(), args.json ? "\"what\":" : "- ") + (args.json ? 7 : 18);
}

static void lists_of_strings_in_the_table(void **state)
{
	assert_string_equal(argv_of("a\0b c", 6, false, false), "a b c\n");
	assert_string_equal(argv_of("a\0b c", 6, true, false), "\"a\" \"b c\"\n");
	assert_string_equal(argv_of("a\0\0b", 5, true, false), "\"a\" \"\" \"b\"\n");
	assert_string_equal(argv_of("a\0b", 4, false, true), "a b ...\n");
	assert_string_equal(argv_of("", 0, false, true), "...\n");
	assert_string_equal(argv_of("", 0, false, false), "\n");
	assert_string_equal(argv_of("a\0cut", 5, false, false), "a cut\n");	/* no NUL */
	assert_string_equal(argv_of("\x1b[2J\0\"", 7, true, false), "\"\\x1b[2J\" \"\\\"\"\n");
}

static void lists_of_strings_in_json(void **state)
{
	use_json();
	assert_string_equal(argv_of("a\0b c", 6, true, true), "[\"a\",\"b c\"]}\n");
	assert_string_equal(argv_of("a\0\0b", 5, false, false), "[\"a\",\"\",\"b\"]}\n");
	assert_string_equal(argv_of("", 0, false, false), "[]}\n");
	assert_string_equal(argv_of("", 1, false, false), "[\"\"]}\n");
}

/* A truncated list is padded unless in the last column, so that later columns stay aligned. */
static void a_truncated_list_is_padded(void **state)
{
	out_row(&out, 1);
	out_argv(&out, COL_COMM, "", 0, false, true);
	out_uint(&out, COL_LAT, 5000);
	out_end(&out);
	assert_string_equal(ended(), "      - ...       0.005 -\n");
}

/* The two timestamps of an event agree, and the last nanosecond is not rounded up. */
static void json_time_keeps_nanoseconds(void **state)
{
	use_json();
	head.ns = 1999999999;
	assert_non_null(strstr(gaps(-1, -1), "\"time\":\"1970-01-01T00:00:01.999999999Z\","
			"\"mono_ns\":1999999999}"));
}

static void unknown_containers_show_a_dash(void **state)
{
	args.print_container = true;
	args.time = STAMP_MONO;
	out_heading(&out);
	assert_string_equal(ended(),
			    "TIME              CONTAINER            PID COMM    LAT(ms) WHAT\n");
	assert_string_equal(record("a", "b"),
			    "1.500000          -                     42 a         1.235 b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_is_aligned, reset),
		cmocka_unit_test_setup(long_values_push_and_lose_nothing, reset),
		cmocka_unit_test_setup(columns_are_counted_not_bytes, reset),
		cmocka_unit_test_setup(json_has_hidden_columns_too, reset),
		cmocka_unit_test_setup(missing_columns_show_a_dash, reset),
		cmocka_unit_test_setup(missing_columns_have_no_key, reset),
		cmocka_unit_test_setup(every_kind_in_the_table, reset),
		cmocka_unit_test_setup(every_kind_in_json, reset),
		cmocka_unit_test_setup(percentages_and_halves, reset),
		cmocka_unit_test_setup(the_table_may_show_another_text, reset),
		cmocka_unit_test_setup(columns_in_the_requested_order, reset),
		cmocka_unit_test_setup(a_bad_choice_is_found, reset),
		cmocka_unit_test_setup(an_ambiguous_name_is_refused, reset),
		cmocka_unit_test_setup(lists_of_strings_in_the_table, reset),
		cmocka_unit_test_setup(lists_of_strings_in_json, reset),
		cmocka_unit_test_setup(a_truncated_list_is_padded, reset),
		cmocka_unit_test_setup(json_time_keeps_nanoseconds, reset),
		cmocka_unit_test_setup(unknown_containers_show_a_dash, reset),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
