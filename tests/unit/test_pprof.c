// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The bytes of pprof profiles, compared with the description of the format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include "stacks/pprof.h"

static void check_varint(__u64 v, const char *bytes, size_t len)
{
	struct text text = {};

	pprof_varint(&text, v);
	assert_int_equal(text.len, len);
	assert_memory_equal(text.at, bytes, len);
	text_free(&text);
}

static void varints(void **state)
{
	check_varint(0, "\x00", 1);
	check_varint(1, "\x01", 1);
	check_varint(127, "\x7f", 1);
	check_varint(128, "\x80\x01", 2);
	check_varint(300, "\xac\x02", 2);
	check_varint(16383, "\xff\x7f", 2);
	check_varint(16384, "\x80\x80\x01", 3);
	check_varint(1ULL << 32, "\x80\x80\x80\x80\x10", 5);
	check_varint(~0ULL, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
}

static const struct frame outer = { .name = "outer", .module = "/bin/x", .kind = FRAME_USER };
static const struct frame inner = { .name = "inner", .module = "kernel", .kind = FRAME_KERNEL };
static const struct frame *const path[] = { &outer, &inner };

static void encode(struct text *profile)
{
	const struct pprof_unit unit = { "cpu", "nanoseconds", 1000 };
	const struct pprof_labels labels = { .comm = "0123456789abcdefNOT", .pid = 7 };
	struct pprof pprof;

	pprof_start(&pprof, &unit);
	pprof_add(&pprof, path, 2, 3, &labels);
	pprof_encode(&pprof, profile, 5000, 2000);
	pprof_free(&pprof);
}

static bool contains(const struct text *text, const char *bytes, size_t len)
{
	return memmem(text->at, text->len, bytes, len) != NULL;
}

/* Strings: 0 "", 1 value of comm, 2 comm, 3 pid, 4 samples, 5 count, 6 cpu, 7 nanoseconds ... */
static void a_sample_has_locations_values_and_labels(void **state)
{
	static const char sample[] =
		"\x12\x15"			/* field 2, 21 bytes */
		"\x0a\x02\x01\x02"		/* locations 1, 2: innermost first */
		"\x12\x03\x03\xb8\x17"		/* values 3 and 3000 */
		"\x1a\x04\x08\x02\x10\x01"	/* label: key 2, string 1 */
		"\x1a\x04\x08\x03\x18\x07";	/* label: key 3, number 7 */
	struct text profile = {};

	encode(&profile);
	assert_true(contains(&profile, sample, sizeof(sample) - 1));
	assert_true(contains(&profile, "\x32\x00", 2));			/* string 0 */
	assert_true(contains(&profile, "\x32\x10" "0123456789abcdef", 18));
	assert_true(contains(&profile, "\x0a\x04\x08\x04\x10\x05", 6));	/* samples, count */
	assert_true(contains(&profile, "\x0a\x04\x08\x06\x10\x07", 6));	/* cpu, nanoseconds */
	assert_true(contains(&profile, "\x5a\x04\x08\x06\x10\x07", 6));	/* the period's type */
	assert_true(contains(&profile, "\x60\xe8\x07", 3));		/* period 1000 */
	assert_true(contains(&profile, "\x48\xb8\x17", 3));		/* start time 3000 */
	assert_true(contains(&profile, "\x50\xd0\x0f", 3));		/* duration 2000 */
	text_free(&profile);
}

static void a_frame_is_a_function_a_location_and_a_mapping(void **state)
{
	struct text profile = {};

	encode(&profile);
	assert_true(contains(&profile, "\x2a\x06\x08\x01\x10\x09\x18\x09", 8));	/* function 1 */
	assert_true(contains(&profile, "\x22\x08\x08\x01\x10\x02\x22\x02\x08\x01", 10));
	assert_true(contains(&profile, "\x22\x08\x08\x02\x10\x03\x22\x02\x08\x02", 10));
	assert_true(contains(&profile, "\x1a\x06\x08\x01\x28\x00\x38\x01", 8));	/* no file */
	assert_true(contains(&profile, "\x1a\x06\x08\x02\x28\x08\x38\x01", 8));	/* mapping 2 */
	text_free(&profile);
}

static void the_file_is_gzip_of_it(void **state)
{
	struct text profile = {};
	FILE *file = tmpfile();
	char back[4096];
	gzFile gz;
	int len;

	assert_non_null(file);
	encode(&profile);
	assert_int_equal(pprof_write(&profile, fileno(file)), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	gz = gzdopen(dup(fileno(file)), "rb");
	len = gzread(gz, back, sizeof(back));
	assert_int_equal(len, profile.len);
	assert_memory_equal(back, profile.at, len);
	assert_false(gzdirect(gz));
	gzclose(gz);
	fclose(file);
	text_free(&profile);
}

static void a_full_disk_is_an_error(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct text profile = {};

	if (!full)
		skip();
	encode(&profile);
	assert_int_not_equal(pprof_write(&profile, fileno(full)), 0);
	fclose(full);
	text_free(&profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(varints),
		cmocka_unit_test(a_sample_has_locations_values_and_labels),
		cmocka_unit_test(a_frame_is_a_function_a_location_and_a_mapping),
		cmocka_unit_test(the_file_is_gzip_of_it),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests_name("pprof", tests, NULL, NULL);
}
