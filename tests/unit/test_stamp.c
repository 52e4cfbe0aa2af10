// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The time of a record in the table. */
#include "table.h"
#include <stdlib.h>
#include <time.h>

/* 2001-09-09 01:46:40 UTC and 123456789 ns, 2.5 s after the start. */
static const char *at(enum stamp_format format)
{
	static struct column none[] = { { "X", "x", 0 } };
	static const struct table empty = { .type = "row", .columns = none, .n = 1 };

	args.time = format;
	init(&empty);
	out.stamp.wall_offset_ns = 1000000000123456789 - 5000000000;
	out.stamp.start_ns = 2500000000;
	out_heading(&out);
	out_row(&out, 5000000000);
	out_end(&out);
	return ended();
}

static void zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static void times_in_every_format(void **state)
{
	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_string_equal(at(STAMP_NONE), "X\n-\n");
	assert_string_equal(at(STAMP_UTC), "TIME         X\n01:46:40.123 -\n");
	assert_string_equal(at(STAMP_LOCAL), "TIME         X\n03:46:40.123 -\n");	/* CEST */
	assert_string_equal(at(STAMP_ISO), "TIME                        X\n"
			    "2001-09-09T01:46:40.123456Z -\n");
	assert_string_equal(at(STAMP_MONO), "TIME              X\n5.000000          -\n");
	assert_string_equal(at(STAMP_SINCE_START), "TIME(s)    X\n2.500      -\n");
}

/* Before and after the changes to and from summer time, in this order: the zone is never stale. */
static void local_time_follows_summer_time(void **state)
{
	static const struct {
		time_t second;
		const char *want;
	} cases[] = {
		{ 1774745999, "01:59:59.000" }, { 1774746000, "03:00:00.000" },	/* 2026-03-29 */
		{ 1792889999, "02:59:59.000" }, { 1792890000, "02:00:00.000" },	/* 2026-10-25 */
	};

	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	args.time = STAMP_LOCAL;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out_row(&out, cases[i].second * 1000000000ULL);
		out_end(&out);
		assert_memory_equal(ended(), cases[i].want, 12);
	}
}

static void a_bad_zone_is_utc(void **state)
{
	zone("No/Such:Zone");
	assert_string_equal(at(STAMP_LOCAL), "TIME         X\n01:46:40.123 -\n");
	unsetenv("TZ");
	tzset();
}

static void events_before_the_start_are_at_zero(void **state)
{
	args.time = STAMP_SINCE_START;
	out.stamp.start_ns = 2000000000;
	out_event(&out, &head);
	out_end(&out);
	assert_memory_equal(ended(), "0.000 ", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(times_in_every_format, reset),
		cmocka_unit_test_setup(local_time_follows_summer_time, reset),
		cmocka_unit_test_setup(a_bad_zone_is_utc, reset),
		cmocka_unit_test_setup(events_before_the_start_are_at_zero, reset),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
