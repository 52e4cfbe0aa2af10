// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* --count-by: which records share a row, what a row adds up, and which rows are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/count.h"

enum { COL_NAME, COL_PORT, COL_FLAGS, COL_ADDR, COL_BYTES, COL_LATENCY, COLS };

static struct column columns[] = {
	[COL_NAME] = { "NAME", "name", -7, COLUMN_STRING, .optional = true },
	[COL_PORT] = { "PORT", "port", 5, COLUMN_PORT },
	[COL_FLAGS] = { "FLAGS", "flags", -7, COLUMN_STRINGS, .hidden = true },
	[COL_ADDR] = { "ADDR", "addr", -7, COLUMN_ADDRESS },
	[COL_BYTES] = { "BYTES", "bytes", 7, COLUMN_BYTES },
	[COL_LATENCY] = { "LAT(ms)", "latency_ns", 7, COLUMN_NS, .metric = METRIC_SECONDS },
};

static const struct table table = { .type = "event", .columns = columns, .n = COLS };
static struct common_args args;
static struct count *count;
static struct out out;

static void begin(const char *by, const char *sort, unsigned long top, bool json)
{
	args = (struct common_args){ .table = &table, .json = json,
				     .count = { .by = by, .sort = sort, .top = top } };
	out_init(&out, &args);
	count = count_new(&args);
	out_observe(&out, count_record, count, count_columns(count));
}

static int end(void **state)
{
	count_free(count);
	out_free(&out);
	return 0;
}

/* Add one record, in memory that is reused for the next one. */
static void record(const char *name, unsigned int port, __u64 bytes, __u64 ns)
{
	static const char *const flags[] = { "A", "B" };
	static __u8 addr[16] = { 127, 0, 0, 1 };
	static char again[32];

	out_row(&out, 1);
	if (name) {
		snprintf(again, sizeof(again), "%s", name);
		out_name(&out, COL_NAME, again);
	}
	out_uint(&out, COL_PORT, port);
	out_list(&out, COL_FLAGS, flags, 1 + port % 2);
	addr[3] = port;
	out_addr(&out, COL_ADDR, 4, addr);
	out_uint(&out, COL_BYTES, bytes);
	if (ns)
		out_uint(&out, COL_LATENCY, ns);
	out_end(&out);
}

/* Return the output so far; the string is valid until the next call. */
static const char *printed(void)
{
	static char text[65536];

	out.text.len = 0;
	count_print(count, &out);
	snprintf(text, sizeof(text), "%.*s", (int)out.text.len, out.text.at);
	return text;
}

/* Without the beginning of each line up to mono_ns, which contains the time. */
static const char *printed_json(void)
{
	static char text[65536];
	const char *from = printed();
	char *to = text;

	while ((from = strstr(from, "\"mono_ns\":"))) {
		size_t len;

		from = strpbrk(from, ",}");
		len = strcspn(from, "\n") + 1;
		to += sprintf(to, "%.*s", (int)len, from);
	}
	*to = '\0';
	return text;
}

static void rows_count_and_sum(void **state)
{
	begin("name", NULL, 0, false);
	record("b", 1, 10, 1000000);
	record("a", 2, 1, 2000000);
	record("b", 3, 20, 3000000);
	assert_int_equal(out.text.len, 0);
	assert_string_equal(printed(),
			    "NAME       COUNT   BYTES   P50(ms)   P99(ms)   MAX(ms)\n"
			    "b              2      30     1.049     3.000     3.000\n"
			    "a              1       1     2.000     2.000     2.000\n");
}

static void counting_restarts_from_zero(void **state)
{
	begin("port", NULL, 0, false);
	record("a", 1, 0, 0);
	printed();
	record("a", 2, 0, 0);
	record("a", 2, 0, 0);
	assert_string_equal(printed(),
			    "\n"
			    " PORT    COUNT   BYTES   P50(ms)   P99(ms)   MAX(ms)\n"
			    "    2        2       0         -         -         -\n");
}

static void absent_is_not_empty(void **state)
{
	begin("name,port", NULL, 0, true);
	record(NULL, 1, 0, 0);
	record("", 1, 0, 0);
	record("1", 1, 0, 0);
	record("11", 1, 0, 0);
	assert_string_equal(printed_json(),
			    ",\"name\":\"\",\"port\":1,\"count\":1,\"bytes\":0}\n"
			    ",\"name\":\"1\",\"port\":1,\"count\":1,\"bytes\":0}\n"
			    ",\"name\":\"11\",\"port\":1,\"count\":1,\"bytes\":0}\n"
			    ",\"port\":1,\"count\":1,\"bytes\":0}\n");
}

static void values_keep_their_types(void **state)
{
	begin("addr,flags", NULL, 0, true);
	record("a", 7, 5, 1000);
	record("a", 8, 6, 1000);
	assert_string_equal(printed_json(),
			    ",\"addr\":\"127.0.0.7\",\"flags\":[\"A\",\"B\"],\"count\":1,\"bytes\":5,"
			    "\"p50_ns\":1000,\"p99_ns\":1000,\"max_ns\":1000}\n"
			    ",\"addr\":\"127.0.0.8\",\"flags\":[\"A\"],\"count\":1,\"bytes\":6,"
			    "\"p50_ns\":1000,\"p99_ns\":1000,\"max_ns\":1000}\n");
}

static void others_add_up(void **state)
{
	begin("port", "bytes", 1, true);
	record("a", 1, 100, 0);
	record("a", 2, 300, 0);
	record("a", 3, 200, 9);
	assert_string_equal(printed_json(),
			    ",\"port\":2,\"count\":1,\"bytes\":300}\n"
			    ",\"count\":2,\"bytes\":300,\"p50_ns\":9,\"p99_ns\":9,\"max_ns\":9,"
			    "\"others\":2}\n");
}

static void others_are_named(void **state)
{
	begin("port", NULL, 1, false);
	record("a", 1, 1, 0);
	record("a", 2, 1, 0);
	record("a", 2, 1, 0);
	record("a", 3, 1, 0);
	assert_non_null(strstr(printed(), "(2 others)        2       2         -"));
}

static void rows_can_be_sorted_by_a_key_column(void **state)
{
	begin("port", "port", 0, true);
	record("a", 10, 0, 0);
	record("a", 9, 0, 0);
	record("a", 10, 0, 0);
	assert_string_equal(printed_json(), ",\"port\":9,\"count\":1,\"bytes\":0}\n"
			    ",\"port\":10,\"count\":2,\"bytes\":0}\n");
}

static void rows_with_a_value_can_come_first(void **state)
{
	columns[COL_NAME].count_first = true;
	begin("name", NULL, 1, true);
	columns[COL_NAME].count_first = false;
	record(NULL, 1, 0, 0);
	record(NULL, 1, 0, 0);
	record("rare", 1, 0, 0);
	assert_string_equal(printed_json(), ",\"name\":\"rare\",\"count\":1,\"bytes\":0}\n"
			    ",\"count\":2,\"bytes\":0,\"others\":1}\n");
}

/* More combinations than fit: nothing is lost. */
static void memory_is_bounded(void **state)
{
	begin("port", NULL, 1, true);
	for (unsigned int port = 0; port < COUNT_GROUPS_MAX + 1000; port++)
		record("a", port, 1, 0);
	record("a", 5, 1, 0);
	record("a", COUNT_GROUPS_MAX + 1, 1, 0);
	assert_string_equal(printed_json(), ",\"port\":5,\"count\":2,\"bytes\":2}\n"
			    ",\"count\":5096,\"bytes\":5096,\"others\":4095}\n");
	record("a", COUNT_GROUPS_MAX + 1, 1, 0);
	assert_string_equal(printed_json(), ",\"port\":4097,\"count\":1,\"bytes\":1}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(rows_count_and_sum, end),
		cmocka_unit_test_teardown(counting_restarts_from_zero, end),
		cmocka_unit_test_teardown(absent_is_not_empty, end),
		cmocka_unit_test_teardown(values_keep_their_types, end),
		cmocka_unit_test_teardown(others_add_up, end),
		cmocka_unit_test_teardown(others_are_named, end),
		cmocka_unit_test_teardown(rows_can_be_sorted_by_a_key_column, end),
		cmocka_unit_test_teardown(rows_with_a_value_can_come_first, end),
		cmocka_unit_test_teardown(memory_is_bounded, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
