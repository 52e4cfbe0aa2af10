// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of runqlat, on handwritten histograms: no BPF, no root. */
#include "render.h"
#define main runqlat_main
#include "../../tools/runqlat/runqlat.c"
#undef main

/* Waits of 3, 5 and 100 us. */
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

static const char *shown(enum runqlat_key key, __u64 of, const char *label)
{
	id = of;
	opt.key = key;
	memset(hist.label, 0, sizeof(hist.label));
	memcpy(hist.label, label, strlen(label));
	return render(&opt.common, &record_table, print, &hist, sizeof(hist));
}

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	return 0;
}

static void one_histogram_has_no_label(void **state)
{
	const char *text = shown(KEY_NONE, HIST_NO_KEY, "");

	assert_null(strstr(text, "pid ="));
	assert_non_null(strstr(text, "         2 -> 3          : 1 "));
	assert_non_null(strstr(text, "         4 -> 7          : 1 "));
	assert_non_null(strstr(text, "        64 -> 127        : 1 "));
	assert_non_null(strstr(text, "p50 = 5, p90 = 100, p99 = 100, p99.9 = 100, max = 100 usecs"));
}

static void labels_show_the_kind_of_key(void **state)
{
	assert_non_null(strstr(shown(KEY_PROCESS, 42, "cc1"), "pid = 42 comm = cc1\n"));
	assert_non_null(strstr(shown(KEY_THREAD, 43, "cc1"), "tid = 43 comm = cc1\n"));
	assert_non_null(strstr(shown(KEY_PIDNS, 4026531836, ""), "pidns = 4026531836\n"));
}

static void hostile_names_stay_on_one_line(void **state)
{
	assert_non_null(strstr(shown(KEY_PROCESS, 42, "a\nb\x1b[2J"), "comm = a\\x0ab\\x1b[2J\n"));
}

static void json_has_the_fine_buckets(void **state)
{
	const char *json;

	opt.common.json = true;
	json = shown(KEY_THREAD, 43, "a\"\xff");
	assert_non_null(strstr(json, "{\"type\":\"hist\","));
	assert_non_null(strstr(json, ",\"tid\":43,\"comm\":\"a\\\"\\ufffd\",\"unit\":\"usecs\","
				     "\"count\":3,\"sum\":108,\"max\":100,"));
	assert_non_null(strstr(json, "{\"min\":96,\"max\":103,\"count\":1}]}\n"));
	assert_null(strstr(json, "\"pid\""));
}

static void json_of_keys_without_room_has_no_label(void **state)
{
	const char *json;

	opt.common.json = true;
	json = shown(KEY_PROCESS, HIST_NO_KEY, "");
	assert_null(strstr(json, "\"pid\""));
	assert_null(strstr(json, "\"comm\""));
}

static void milliseconds_are_the_unit(void **state)
{
	opt.milliseconds = true;
	assert_non_null(strstr(shown(KEY_NONE, HIST_NO_KEY, ""), "     msecs  "));
	opt.common.json = true;
	assert_non_null(strstr(shown(KEY_NONE, HIST_NO_KEY, ""), "\"unit\":\"msecs\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_histogram_has_no_label, reset),
		cmocka_unit_test_setup(labels_show_the_kind_of_key, reset),
		cmocka_unit_test_setup(hostile_names_stay_on_one_line, reset),
		cmocka_unit_test_setup(json_has_the_fine_buckets, reset),
		cmocka_unit_test_setup(json_of_keys_without_room_has_no_label, reset),
		cmocka_unit_test_setup(milliseconds_are_the_unit, reset),
	};

	return cmocka_run_group_tests_name("runqlat", tests, NULL, NULL);
}
