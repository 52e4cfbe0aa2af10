// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of cachestat, on handwritten counts: no BPF, no root. */
#include "render.h"
#define main cachestat_main
#include "../../tools/cachestat/cachestat.c"
#undef main

static enum check check;

static void print_one(void *ctx, const void *event, size_t size)
{
	print_row(ctx, 1500000000, event, check);
}

static const char *shown(bool json, const struct row *row)
{
	opt.common.json = json;
	return render(&opt.common, &record_table, print_one, row, sizeof(*row));
}

static struct row row_of(struct counts counts)
{
	struct row row = { .counts = counts };
	__u64 taken_back = 0;

	derive(&row, &taken_back);
	assert_int_equal(taken_back, 0);
	assert_int_equal(row.hits + row.misses, counts.accesses);
	return row;
}

static void hits_and_misses_are_all_accesses(void **state)
{
	struct row row = row_of((struct counts){ .accesses = 1000, .added = 300, .created = 100 });

	assert_int_equal(row.hits, 800);
	assert_int_equal(row.misses, 200);
	assert_int_equal(row.read_ahead, 0);
}

static void unrequested_pages_are_readahead(void **state)
{
	struct row row = row_of((struct counts){ .accesses = 10, .added = 42 });

	assert_int_equal(row.hits, 0);
	assert_int_equal(row.misses, 10);
	assert_int_equal(row.read_ahead, 32);
	row = row_of((struct counts){ .added = 32 });
	assert_int_equal(row.misses, 0);
	assert_int_equal(row.read_ahead, 32);
}

/* A folio of 512 pages is added before a summary and dirtied after it. */
static void a_page_created_later_is_deducted(void **state)
{
	struct row rows[] = {
		{ .counts = { .accesses = 1000, .added = 512 } },
		{ .counts = { .accesses = 1000, .created = 512, .added = 12 } },
		{ .counts = { .accesses = 1000, .added = 600 } },
	};
	__u64 taken_back = 0, misses = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		derive(&rows[i], &taken_back);
		misses += rows[i].misses;
	}
	assert_int_equal(rows[1].misses, 0);
	assert_int_equal(misses, 512 + 12 + 600 - 512);
	assert_int_equal(taken_back, 0);
}

static void table(void **state)
{
	struct row row = row_of((struct counts){ .accesses = 1000, .added = 23, .dirtied = 7 });

	row.buffers_bytes = 5 << 20;
	row.cached_bytes = (123ULL << 20) + (600 << 10);
	assert_string_equal(shown(false, &row),
		"    HITS   MISSES  DIRTIES HITRATIO   BUFFERS_MB  CACHED_MB  READAHEAD\n"
		"     977       23        7   97.70%            5        124          0\n");
}

static void json(void **state)
{
	struct row row = row_of((struct counts){ .accesses = 3, .added = 11, .created = 10,
						 .dirtied = 12 });

	row.buffers_bytes = 1024;
	row.cached_bytes = 1ULL << 40;
	check = CHECK_PASSED;
	assert_string_equal(shown(true, &row),
		"{\"type\":\"row\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"hits\":2,\"misses\":1,\"dirties\":12,"
		"\"hit_ratio_pct\":66.66,\"buffers_bytes\":1024,\"cached_bytes\":1099511627776,"
		"\"read_ahead_pages\":0,\"accesses\":3,\"added_pages\":11,\"created_pages\":10,"
		"\"self_check\":true}\n");
	check = CHECK_FAILED;
	assert_non_null(strstr(shown(true, &row), "\"self_check\":false}"));
	check = CHECK_SKIPPED;
	assert_null(strstr(shown(true, &row), "self_check"));
}

static void no_accesses_no_ratio(void **state)
{
	struct row row = row_of((struct counts){ .dirtied = 1 });

	assert_non_null(strstr(shown(false, &row), "       1        -            0 "));
	assert_null(strstr(shown(true, &row), "hit_ratio_pct"));
}

static void ratio_is_never_rounded_up_to_all(void **state)
{
	struct row row = row_of((struct counts){ .accesses = 1ULL << 40, .added = 1 });

	assert_non_null(strstr(shown(true, &row), "\"hit_ratio_pct\":99.99,"));
}

static void meminfo_is_found_by_name_in_any_order(void **state)
{
	char text[] = "SwapCached:  7 kB\nCached:  20 kB\nNew: 5\nMemTotal: 9 kB\nBuffers:  3 kB\n";
	struct row row = {};

	read_meminfo(fmemopen(text, sizeof(text) - 1, "r"), &row);
	assert_int_equal(row.buffers_bytes, 3 * 1024);
	assert_int_equal(row.cached_bytes, 20 * 1024);
	read_meminfo(NULL, &row);
}

/* Hooks that count nothing leave the counter unchanged. */
static void self_check_detects_hooks_that_do_not_count(void **state)
{
	__u64 counted = 0;
	enum check result = self_check(&counted);

	assert_true(result == CHECK_FAILED || result == CHECK_SKIPPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hits_and_misses_are_all_accesses),
		cmocka_unit_test(unrequested_pages_are_readahead),
		cmocka_unit_test(a_page_created_later_is_deducted),
		cmocka_unit_test(table),
		cmocka_unit_test(json),
		cmocka_unit_test(no_accesses_no_ratio),
		cmocka_unit_test(ratio_is_never_rounded_up_to_all),
		cmocka_unit_test(meminfo_is_found_by_name_in_any_order),
		cmocka_unit_test(self_check_detects_hooks_that_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
