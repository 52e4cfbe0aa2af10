// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* --metrics: what is counted under which labels, and the resulting file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/histogram.h"
#include "output/metrics.h"
#include "output/out.h"

enum { COL_NAME, COL_ERR, COL_BYTES, COL_LATENCY, COL_FREE, COLS };

static struct column columns[] = {
	[COL_NAME] = { "NAME", "name", -7, COLUMN_STRING, .metric = METRIC_LABEL },
	[COL_ERR] = { "ERR", "err", 3, COLUMN_ERRNO, .metric = METRIC_ERRNO },
	[COL_BYTES] = { "BYTES", "bytes", 7, COLUMN_BYTES, .metric = METRIC_TOTAL },
	[COL_LATENCY] = { "LAT(ms)", "latency_ns", 7, COLUMN_NS, .metric = METRIC_SECONDS },
	[COL_FREE] = { "FREE", "free_bytes", 7, COLUMN_BYTES, .metric = METRIC_GAUGE },
};

static const struct table table = { .type = "event", .columns = columns, .n = COLS };
static struct common_args args;

static struct metrics *metrics;
static struct out out;
static struct text text;

static int start(void **state)
{
	metrics = metrics_new("tool", &table);
	args.table = &table;
	out_init(&out, &args);
	out_observe(&out, metrics_record, metrics, metrics_columns(metrics));
	return 0;
}

static int end(void **state)
{
	out_free(&out);
	metrics_free(metrics);
	text_free(&text);
	text = (struct text){};
	return 0;
}

static void record(const char *name, int error, __s64 bytes, __s64 ns, __s64 left)
{
	out_row(&out, 1);
	out_name(&out, COL_NAME, name);
	out_int(&out, COL_ERR, error);
	out_int(&out, COL_BYTES, bytes);
	out_uint(&out, COL_LATENCY, ns);
	out_uint(&out, COL_FREE, left);
	out_end(&out);
}

static const char *file(void)
{
	text.len = 0;
	metrics_text(metrics, &text);
	text_char(&text, '\0');
	return text.at;
}

static void assert_line(const char *line)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (!strstr(file(), whole))
		fail_msg("no line %s in:\n%s", line, file());
}

static void records_with_the_same_labels_are_one(void **state)
{
	record("read", 0, 100, 1500000000, 7);
	record("read", 0, 28, 1, 5);
	record("read", -ENOENT, 0, 0, 5);
	assert_line("# TYPE sixty_tool_events_total counter");
	assert_line("sixty_tool_events_total{name=\"read\",error=\"ok\"} 2");
	assert_line("sixty_tool_events_total{name=\"read\",error=\"ENOENT\"} 1");
	assert_line("sixty_tool_bytes_total{name=\"read\",error=\"ok\"} 128");
	assert_line("sixty_tool_latency_seconds_total{name=\"read\",error=\"ok\"} 1.500000001");
	assert_line("# TYPE sixty_tool_free_bytes gauge");
	assert_line("sixty_tool_free_bytes{name=\"read\",error=\"ok\"} 5");
}

/* A value that a record lacks is not taken from the previous record. */
static void a_value_does_not_carry_over_to_the_next_record(void **state)
{
	record("read", 0, 100, 1, 7);
	out_row(&out, 1);
	out_name(&out, COL_NAME, "open");
	out_end(&out);
	assert_line("sixty_tool_events_total{name=\"open\"} 1");
	assert_line("sixty_tool_bytes_total{name=\"open\"} 0");
	assert_line("sixty_tool_bytes_total{name=\"read\",error=\"ok\"} 100");
}

static void an_error_without_a_name_is_its_number(void **state)
{
	record("read", 100000, 0, 0, 0);
	assert_line("sixty_tool_events_total{name=\"read\",error=\"100000\"} 1");
}

static void a_label_may_be_hostile(void **state)
{
	record("a\"b\\c\n\xff", 0, 0, 0, 0);
	assert_line("sixty_tool_events_total{name=\"a\\\"b\\\\\\\\c\\\\x0a\\\\xff\",error=\"ok\"} 1");
}

static void too_many_labels_are_counted_together(void **state)
{
	char name[16];

	for (int i = 0; i < METRICS_SETS + 5; i++) {
		snprintf(name, sizeof(name), "%d", i);
		record(name, 0, 1, 0, 0);
	}
	assert_line("sixty_tool_events_total{name=\"199\",error=\"ok\"} 1");
	assert_line("sixty_tool_events_total{name=\"other\",error=\"other\"} 5");
	assert_line("sixty_tool_bytes_total{name=\"other\",error=\"other\"} 5");
	assert_null(strstr(file(), "\"200\""));
	record("7", 0, 1, 0, 0);
	assert_line("sixty_tool_events_total{name=\"7\",error=\"ok\"} 2");
	for (int i = 0; i < 9; i++) {		/* also those with fewer labels */
		snprintf(name, sizeof(name), "late %d", i);
		out_row(&out, 1);
		if (i % 2)
			out_name(&out, COL_NAME, name);
		else
			out_int(&out, COL_ERR, i);
		out_end(&out);
	}
	assert_line("sixty_tool_events_total{name=\"other\",error=\"other\"} 14");
}

static void end_hist(const struct hist *hist, __u64 unit_ns)
{
	out.record.hist = hist;
	out.record.hist_unit_ns = unit_ns;
	out_done(&out);
}

static void add_hist(unsigned int slot, __u64 count, __u64 sum, __u64 unit_ns)
{
	struct hist hist = { .sum = sum };

	hist.slots[slot] = count;
	out_row(&out, 1);
	out_name(&out, COL_NAME, "sda");
	end_hist(&hist, unit_ns);
}

/* Slot 8 is 8 microseconds, slot 17 is 18 and 19. */
static void histograms_add_up_and_are_cumulative(void **state)
{
	add_hist(8, 3, 24, 1000);
	add_hist(17, 1, 19, 1000);
	add_hist(17, 2, 37, 1000);
	assert_line("# TYPE sixty_tool_seconds histogram");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"0.000008\"} 0");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"0.000009\"} 3");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"0.000018\"} 3");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"0.000020\"} 6");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"16.777216\"} 6");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"+Inf\"} 6");
	assert_line("sixty_tool_seconds_sum{name=\"sda\"} 0.000080000");
	assert_line("sixty_tool_seconds_count{name=\"sda\"} 6");
}

static void longer_times_are_in_the_last_bucket(void **state)
{
	add_hist(HIST_SLOTS - 1, 1, 1ULL << 40, 1000);
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"16.777216\"} 0");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"+Inf\"} 1");
}

static void milliseconds_are_seconds_too(void **state)
{
	add_hist(8, 1, 8, 1000000);
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"0.008000\"} 0");
	assert_line("sixty_tool_seconds_bucket{name=\"sda\",le=\"0.009000\"} 1");
	assert_line("sixty_tool_seconds_sum{name=\"sda\"} 0.008000000");
}

/* The percentile is the upper end of a bucket, minus one unit, as values are rounded down. */
static void buckets_end_where_percentiles_do(void **state)
{
	struct hist hist = { .max = 1000 };
	char line[128];

	hist.slots[40] = 99;
	hist.slots[60] = 1;
	out_row(&out, 1);
	end_hist(&hist, 1000);
	snprintf(line, sizeof(line), "sixty_tool_seconds_bucket{le=\"0.%06llu\"} 99",
		 hist_percentile(&hist, 99) + 1);
	assert_line(line);
}

static void the_file_is_replaced_at_once(void **state)
{
	char dir[] = "/tmp/test_metricsXXXXXX", path[64], content[16] = "";
	struct text old = {}, new = {};
	struct stat st;
	FILE *f;

	umask(022);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tool.prom", dir);
	text_str(&old, "old\n");
	text_str(&new, "new\n");
	assert_int_equal(metrics_save(path, &old), 0);
	f = fopen(path, "r");
	assert_int_equal(metrics_save(path, &new), 0);
	assert_non_null(fgets(content, sizeof(content), f));
	assert_string_equal(content, "old\n");	/* a reader keeps the complete old file */
	fclose(f);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);	/* no other file is left in it */
	assert_int_equal(metrics_save(path, &new), -ENOENT);
	text_free(&old);
	text_free(&new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_with_the_same_labels_are_one, start, end),
		cmocka_unit_test_setup_teardown(a_value_does_not_carry_over_to_the_next_record, start, end),
		cmocka_unit_test_setup_teardown(an_error_without_a_name_is_its_number, start, end),
		cmocka_unit_test_setup_teardown(a_label_may_be_hostile, start, end),
		cmocka_unit_test_setup_teardown(too_many_labels_are_counted_together, start, end),
		cmocka_unit_test_setup_teardown(histograms_add_up_and_are_cumulative, start, end),
		cmocka_unit_test_setup_teardown(longer_times_are_in_the_last_bucket, start, end),
		cmocka_unit_test_setup_teardown(milliseconds_are_seconds_too, start, end),
		cmocka_unit_test_setup_teardown(buckets_end_where_percentiles_do, start, end),
		cmocka_unit_test(the_file_is_replaced_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
