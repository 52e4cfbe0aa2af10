// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Both halves of a histogram: the slot in which the BPF side counts, and the output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The BPF side's arithmetic is plain C; its maps and helpers are not used here. */
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <linux/types.h>
#include <linux/bpf.h>
#include "hist.bpf.h"
#include "output/hist_out.h"

#define VALUES 10000
#define LIMIT (1ULL << HIST_EXP_MAX)

static struct hist hist;
static struct common_args args;
static struct out out;
static char shown[65536];

static int reset(void **state)
{
	memset(&hist, 0, sizeof(hist));
	memset(&args, 0, sizeof(args));
	return 0;
}

static void add(__u64 value, __u64 times)
{
	hist.slots[hist_slot(value)] += times;
	hist.sum += value * times;
	if (hist.max < value)
		hist.max = value;
}

static void slots_begin_and_end_where_the_bpf_side_changes(void **state)
{
	for (unsigned int slot = 0; slot < HIST_SLOTS; slot++) {
		assert_int_equal(hist_slot(hist_slot_min(slot)), slot);
		assert_int_equal(hist_slot(hist_slot_max(slot)), slot);
		if (slot) {
			assert_int_equal(hist_slot(hist_slot_min(slot) - 1), slot - 1);
			assert_int_equal(hist_slot_max(slot - 1) + 1, hist_slot_min(slot));
		}
	}
	assert_int_equal(hist_slot_min(0), 0);
	assert_true(hist_slot_max(HIST_SLOTS - 1) == UINT64_MAX);
}

static void slots_are_narrow(void **state)
{
	for (unsigned int slot = HIST_SUB; slot < HIST_SLOTS - 1; slot++) {
		__u64 min = hist_slot_min(slot), width = hist_slot_max(slot) - min + 1;

		assert_true(width * 8 <= min);		/* 12.5 % */
	}
	for (unsigned int slot = 0; slot < HIST_SUB; slot++)
		assert_true(hist_slot_min(slot) == slot && hist_slot_max(slot) == slot);
}

static void slots_of_all_small_and_extreme_values(void **state)
{
	__u64 last = 0;

	for (__u64 v = 0; v < 1 << 20; v++) {
		__u64 slot = hist_slot(v);

		assert_true(hist_slot_min(slot) <= v && v <= hist_slot_max(slot));
		assert_true(slot == last || slot == last + 1);
		last = slot;
	}
	assert_int_equal(hist_slot(LIMIT - 1), HIST_SLOTS - 1);
	assert_int_equal(hist_slot(LIMIT), HIST_SLOTS - 1);
	assert_int_equal(hist_slot(UINT64_MAX), HIST_SLOTS - 1);
}

static void log2_of_every_power(void **state)
{
	for (int i = 0; i < 64; i++) {
		assert_int_equal(hist_log2(1ULL << i), i);
		assert_int_equal(hist_log2(~0ULL >> (63 - i)), i);
	}
}

static int ascending(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Return numbers of every size up to 2^40. */
static __u64 random_value(void)
{
	return ((__u64)random() << 31 | random()) & (LIMIT - 1) >> random() % 40;
}

/* The percentile by definition: the smallest value that this share does not exceed. */
static __u64 exact(const __u64 *sorted, size_t n, unsigned int per_mille)
{
	size_t rank = (n * per_mille + 999) / 1000;

	return sorted[rank ? rank - 1 : 0];
}

static void percentiles_of_random_values(void **state)
{
	static const unsigned int per_mille[] = { 0, 1, 10, 250, 500, 900, 990, 999, 1000 };
	__u64 values[VALUES], sum = 0;

	srandom(60);
	for (int i = 0; i < VALUES; i++) {
		values[i] = random_value();
		sum += values[i];
		add(values[i], 1);
	}
	qsort(values, VALUES, sizeof(values[0]), ascending);
	assert_int_equal(hist_count(&hist), VALUES);
	assert_int_equal(hist.sum, sum);
	for (size_t i = 0; i < sizeof(per_mille) / sizeof(per_mille[0]); i++) {
		__u64 want = exact(values, VALUES, per_mille[i]);
		__u64 got = hist_percentile(&hist, per_mille[i] / 10.0);

		assert_true(got >= want && got - want <= want / 8);
		assert_true(got <= values[VALUES - 1]);
	}
	assert_int_equal(hist_percentile(&hist, 100), values[VALUES - 1]);
}

/*
 * If exactly the share p of @n values is small, the percentile is not rounded up to the next value.
 */
static void percentiles_do_not_round_up(void **state)
{
	static const unsigned int per_mille[] = { 500, 900, 990, 999 };

	for (__u64 n = 1000; n <= 1000000; n += 1000)
		for (size_t i = 0; i < sizeof(per_mille) / sizeof(per_mille[0]); i++) {
			reset(NULL);
			add(1, n / 1000 * per_mille[i]);
			add(1000000, n - n / 1000 * per_mille[i]);
			assert_int_equal(hist_percentile(&hist, per_mille[i] / 10.0), 1);
			hist.slots[1]--;
			hist.slots[hist_slot(1000000)]++;
			assert_int_equal(hist_percentile(&hist, per_mille[i] / 10.0), 1000000);
		}
}

static void percentiles_of_one_value(void **state)
{
	add(1000, 1);
	for (int p = 0; p <= 100; p += 10)
		assert_int_equal(hist_percentile(&hist, p), 1000);
}

static void an_empty_histogram(void **state)
{
	assert_int_equal(hist_count(&hist), 0);
	assert_int_equal(hist_percentile(&hist, 50), 0);
	assert_int_equal(hist_percentile(&hist, 100), 0);
}

static void counts_above_32_bits(void **state)
{
	add(5, 1ULL << 33);
	add(100, 3);
	assert_true(hist_count(&hist) == (1ULL << 33) + 3);
	assert_int_equal(hist_percentile(&hist, 99.9), 5);
	assert_int_equal(hist_percentile(&hist, 100), 100);
}

/* Two CPUs may overwrite each other's maximum: it is then raised to the last slot's minimum. */
static void a_lost_maximum_is_corrected(void **state)
{
	add(1000, 1);
	hist.max = 3;
	assert_int_equal(hist_percentile(&hist, 100), hist_slot_min(hist_slot(1000)));
}

static struct column labels[] = {
	{ .key = "pid", .type = COLUMN_ID },
	{ .key = "comm", .type = COLUMN_COMM },
};

static const struct table table = {
	.type = "hist", .kind = TABLE_HIST, .columns = labels, .n = 2,
};

/* Return what out_hist() prints for a record with or without its two labels. */
static const char *show(bool labelled, bool average)
{
	args.table = &table;
	out_init(&out, &args);
	out_row(&out, 1500000000);
	if (labelled) {
		out_uint(&out, 0, 42);
		out_str(&out, 1, "a\nb", 3);
	}
	out_hist(&out, &hist, "usecs", average);
	assert_int_equal(out.records, 1);
	snprintf(shown, sizeof(shown), "%.*s", (int)out.text.len, out.text.at);
	out_free(&out);
	return shown;
}

static void rows_match_bcc(void **state)
{
	add(0, 1);
	add(1, 1);
	add(2, 4);
	add(9, 1);
	add(15, 1);
	assert_string_equal(show(false, false),
		"\n"
		"     usecs               : count    distribution\n"
		"         0 -> 1          : 2        |********************                    |\n"
		"         2 -> 3          : 4        |****************************************|\n"
		"         4 -> 7          : 0        |                                        |\n"
		"         8 -> 15         : 2        |********************                    |\n"
		"\n"
		"p50 = 2, p90 = 15, p99 = 15, p99.9 = 15, max = 15 usecs\n");
}

static void labels_are_above_and_escaped(void **state)
{
	add(1, 1);
	assert_ptr_equal(strstr(show(true, false), "\npid = 42 comm = a\\x0ab\n     usecs "), shown);
}

static void average_total_and_count(void **state)
{
	add(10, 3);
	add(1, 1);
	assert_non_null(strstr(show(false, true), "\navg = 7 usecs, total: 31 usecs, count: 4\n"));
	assert_null(strstr(show(false, false), "avg"));
}

static void no_values_in_words(void **state)
{
	assert_string_equal(show(true, true), "\npid = 42 comm = a\\x0ab\n(no values)\n");
}

/* Return the sum of the rows' counts; checks each row's bounds against the previous row. */
static __u64 sum_of_rows(const char *text)
{
	unsigned long long min, max, count, sum = 0, next = 0;

	for (const char *line = text; line; line = strchr(line + 1, '\n')) {
		if (sscanf(line, " %llu -> %llu : %llu |", &min, &max, &count) != 3)
			continue;
		assert_true(min == next && max > min);
		next = max + 1;
		sum += count;
	}
	return sum;
}

static void rows_hold_every_value(void **state)
{
	srandom(61);
	for (int i = 0; i < VALUES; i++)
		add(random_value(), 1);
	add(UINT64_MAX, 2);			/* beyond the end of the last row */
	add(5, 1ULL << 40);
	show(false, false);
	assert_true(sum_of_rows(shown) == hist_count(&hist));
	assert_true(hist_count(&hist) == VALUES + 2 + (1ULL << 40));
	assert_non_null(strstr(shown, "max = 18446744073709551615 usecs"));
}

static void rows_end_with_the_largest_value(void **state)
{
	for (int i = 1; i < HIST_EXP_MAX; i++) {
		char last[64];

		reset(NULL);
		add(1ULL << i, 1);
		show(false, false);
		assert_int_equal(sum_of_rows(shown), 1);
		snprintf(last, sizeof(last), " : 1        |%.40s|\n\np50",
			 "****************************************");
		assert_non_null(strstr(shown, last));
	}
}

static void json_has_the_fine_buckets(void **state)
{
	args.json = true;
	add(3, 2);
	add(1000, 1);
	assert_string_equal(show(true, true),
		"{\"type\":\"hist\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"pid\":42,\"comm\":\"a\\u000ab\",\"unit\":\"usecs\","
		"\"count\":3,\"sum\":1006,\"max\":1000,\"p50\":3,\"p90\":1000,\"p99\":1000,"
		"\"p99_9\":1000,\"buckets\":[{\"min\":3,\"max\":3,\"count\":2},"
		"{\"min\":960,\"max\":1023,\"count\":1}]}\n");
}

static void json_of_an_empty_histogram(void **state)
{
	args.json = true;
	assert_non_null(strstr(show(false, false), "\"count\":0,\"sum\":0,\"max\":0,\"p50\":0,"));
	assert_non_null(strstr(shown, "\"buckets\":[]}\n"));
}

static void time_is_on_a_line_above(void **state)
{
	args.time = STAMP_MONO;
	add(1, 1);
	assert_ptr_equal(strstr(show(true, false), "\n1.500000\npid = 42 comm = a\\x0ab\n  "), shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(slots_begin_and_end_where_the_bpf_side_changes, reset),
		cmocka_unit_test_setup(slots_are_narrow, reset),
		cmocka_unit_test_setup(slots_of_all_small_and_extreme_values, reset),
		cmocka_unit_test_setup(log2_of_every_power, reset),
		cmocka_unit_test_setup(percentiles_of_random_values, reset),
		cmocka_unit_test_setup(percentiles_do_not_round_up, reset),
		cmocka_unit_test_setup(percentiles_of_one_value, reset),
		cmocka_unit_test_setup(an_empty_histogram, reset),
		cmocka_unit_test_setup(counts_above_32_bits, reset),
		cmocka_unit_test_setup(a_lost_maximum_is_corrected, reset),
		cmocka_unit_test_setup(rows_match_bcc, reset),
		cmocka_unit_test_setup(labels_are_above_and_escaped, reset),
		cmocka_unit_test_setup(average_total_and_count, reset),
		cmocka_unit_test_setup(no_values_in_words, reset),
		cmocka_unit_test_setup(rows_hold_every_value, reset),
		cmocka_unit_test_setup(rows_end_with_the_largest_value, reset),
		cmocka_unit_test_setup(json_has_the_fine_buckets, reset),
		cmocka_unit_test_setup(json_of_an_empty_histogram, reset),
		cmocka_unit_test_setup(time_is_on_a_line_above, reset),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
