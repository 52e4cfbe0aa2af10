// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of biolatency, on handwritten histograms: no BPF, no root. */
#include <errno.h>
#include "render.h"
#define main biolatency_main
#include "../../tools/biolatency/biolatency.c"
#undef main

/* Latencies of 3, 5 and 100 us. */
static struct hist hist = {
	.slots = { [3] = 1, [5] = 1, [36] = 1 },	/* slot 36: 96 to 103 */
	.sum = 108,
	.max = 100,
};
static __u64 id;

static void print(void *ctx, const void *event, size_t size)
{
	print_hist(ctx, id, event);
}

static const char *shown(__u64 of)
{
	id = of;
	return render(&opt.common, &record_table, print, &hist, sizeof(hist));
}

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	memset(hist.label, 0, sizeof(hist.label));
	return 0;
}

static void one_histogram_has_no_label(void **state)
{
	const char *text = shown(HIST_NO_KEY);

	assert_null(strstr(text, " = loop"));
	assert_null(strstr(text, "flags"));
	assert_non_null(strstr(text, "usecs "));
	assert_non_null(strstr(text, "        64 -> 127        : 1 "));
	assert_null(strstr(text, "avg"));
}

static void extension_adds_average_and_total(void **state)
{
	opt.average = true;
	assert_non_null(strstr(shown(HIST_NO_KEY),
			       "avg = 36 usecs, total: 108 usecs, count: 3\n"));
}

static void milliseconds_are_named(void **state)
{
	opt.milliseconds = true;
	assert_non_null(strstr(shown(HIST_NO_KEY), "msecs "));
}

static void disks_of_one_name_differ_by_their_number(void **state)
{
	opt.by_disk = opt.diskseq = true;
	strcpy(hist.label, "loop7");
	assert_non_null(strstr(shown(BIO_ID(42, 0)), "disk = loop7 diskseq = 42\n"));
	opt.common.json = true;
	assert_non_null(strstr(shown(BIO_ID(42, 0)), "\"disk\":\"loop7\",\"diskseq\":42,"));
}

static void before_5_15_a_disk_has_only_a_name(void **state)
{
	opt.by_disk = true;
	strcpy(hist.label, "loop7");
	assert_non_null(strstr(shown(BIO_ID(DISK_DEV(7, 7), 0)), "disk = loop7\n"));
	hist.label[0] = '\0';
	assert_non_null(strstr(shown(BIO_ID(0, 0)), "disk = ?\n"));
}

static void names_become_readable(void **state)
{
	char name[32];

	camel_case(name, sizeof(name), "WRITE_ZEROES");
	assert_string_equal(name, "WriteZeroes");
	camel_case(name, sizeof(name), "FUA");
	assert_string_equal(name, "FUA");
	disk_lower_case(name, sizeof(name), "FAILFAST_DEV");
	assert_string_equal(name, "failfast_dev");
	camel_case(name, 5, "SECURE_ERASE");
	assert_string_equal(name, "Secu");
}

/* Operation 1 is a write on every kernel; no kernel has a flag at bit 31 so far. */
static void a_flag_without_name_is_a_number(void **state)
{
	opt.by_flags = true;
	assert_non_null(strstr(shown(BIO_ID(0, 1 | 1U << 31)), "flags = 31-"));
	opt.common.json = true;
	assert_non_null(strstr(shown(BIO_ID(0, 1 | 1U << 31)), "\"flags\":[\"31\"]"));
}

static void ids_hold_disk_and_flags(void **state)
{
	__u64 both = BIO_ID(DISK_DEV(4095, 0xfffff), 0xffffffff);

	assert_int_equal(DISK_MAJOR(BIO_ID_LIFE(both)), 4095);
	assert_int_equal(DISK_MINOR(BIO_ID_LIFE(both)), 0xfffff);
	assert_int_equal(BIO_ID_CMD_FLAGS(both), 0xffffffff);
}

static void unknown_disks_are_not_found(void **state)
{
	static const char *const names[] = { "", "nosuch", "..", ".", "/etc/passwd", "/dev/null",
					     "4000:77", "8:0x", "a/b" };
	struct disk_filter filter;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(disk_find(names[i], &filter), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_histogram_has_no_label, reset),
		cmocka_unit_test_setup(extension_adds_average_and_total, reset),
		cmocka_unit_test_setup(milliseconds_are_named, reset),
		cmocka_unit_test_setup(disks_of_one_name_differ_by_their_number, reset),
		cmocka_unit_test_setup(before_5_15_a_disk_has_only_a_name, reset),
		cmocka_unit_test_setup(names_become_readable, reset),
		cmocka_unit_test_setup(a_flag_without_name_is_a_number, reset),
		cmocka_unit_test_setup(ids_hold_disk_and_flags, reset),
		cmocka_unit_test_setup(unknown_disks_are_not_found, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
