// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of biosnoop, on handwritten events: no BPF, no root. */
#include "render.h"
#define main biosnoop_main
#include "../../tools/biosnoop/biosnoop.c"
#undef main

#define NO_SUCH_DEV DISK_DEV(4000, 77)
#define SYNC (1 << 11)
#define META (1 << 12)
#define FUA (1 << 17)
#define PREFLUSH (1 << 18)
#define RAHEAD (1 << 19)

static struct bio_event event;

static const char *shown(void)
{
	return render(&opt.common, &record_table, print_event, &event,
		      sizeof(event));
}

/* Return the second line: the first is the heading. */
static const char *line(void)
{
	return strchr(shown(), '\n') + 1;
}

/* The kernel's names since v4.10, independent of the running kernel. */
static void load_known_names(void)
{
	static const char *const ops[] = { "READ", "WRITE", "FLUSH", "DISCARD", "4", "SECURE_ERASE" };

	disk_load_names();
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		strcpy((char *)disk_operation(i), ops[i]);
	strcpy((char *)disk_operation(9), "WRITE_ZEROES");
	strcpy((char *)disk_flag(11), "SYNC");
	strcpy((char *)disk_flag(12), "META");
	strcpy((char *)disk_flag(17), "FUA");
	strcpy((char *)disk_flag(18), "PREFLUSH");
	strcpy((char *)disk_flag(19), "RAHEAD");
	strcpy((char *)disk_flag(31), "31");
}

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	columns[COL_PATTERN].hidden = true;
	columns[COL_QUEUE].hidden = true;
	load_known_names();
	event = (struct bio_event){
		.head = { .ns = 1500000000, .pid = 42, .tid = 43, .uid = 7, .comm = "dd" },
		.queue_ns = 2000, .latency_ns = 1234567, .sector = 2048, .dev = NO_SUCH_DEV,
		.disk = "loop7", .diskseq = 42,
		.cmd_flags = 1 | SYNC, .bytes = 4096, .owned = true,
	};
	return 0;
}

static void a_request_is_a_line(void **state)
{
	assert_string_equal(shown(),
		"COMM            PID     DISK    T    SECTOR     BYTES    LAT(ms)\n"
		"dd              42      loop7   WS   2048       4096       1.235\n");
}

static void queue_and_pattern_on_request(void **state)
{
	columns[COL_QUEUE].hidden = false;
	columns[COL_PATTERN].hidden = false;
	opt.pattern = true;
	event.pattern = PATTERN_SEQUENTIAL;
	assert_string_equal(line(),
		"dd              42      loop7   WS   2048       4096    S    0.002    1.235\n");
	event.queue_ns = BIO_NO_TIME;
	event.pattern = PATTERN_UNKNOWN;
	assert_string_equal(line(),
		"dd              42      loop7   WS   2048       4096    ?        -    1.235\n");
}

static void an_unknown_process_is_a_question_mark(void **state)
{
	event.owned = false;
	assert_string_equal(line(),
		"?               0       loop7   WS   2048       4096       1.235\n");
	opt.common.json = true;
	assert_non_null(strstr(shown(), "\"comm\":\"?\",\"pid\":0,\"disk\""));
	assert_null(strstr(shown(), "uid"));
}

static void a_kernel_without_numbers_of_disks(void **state)
{
	opt.common.json = true;
	event.diskseq = 0;
	assert_null(strstr(shown(), "diskseq"));
	event.disk[0] = '\0';
	assert_non_null(strstr(shown(), "\"disk\":\"?\",\"rwbs\""));
}

static void a_flush_has_no_sector(void **state)
{
	event.cmd_flags = 2 | PREFLUSH;
	event.sector = BIO_NO_SECTOR;
	event.bytes = 0;
	assert_string_equal(line(),
		"dd              42      loop7   FF   -          0          1.235\n");
	opt.common.json = true;
	assert_null(strstr(shown(), "sector"));
}

static void letters_as_in_blktrace(void **state)
{
	static const struct {
		__u32 cmd_flags;
		const char *letters;
	} cases[] = {
		{ 0, " R " }, { 0 | RAHEAD, " RA " }, { 0 | META, " RM " }, { 0 | SYNC | META, " RSM " },
		{ 1, " W " }, { 1 | FUA | SYNC, " WFS " }, { 1 | PREFLUSH | FUA | SYNC | META, " FWFSM " },
		{ 3, " D " }, { 5, " DE " }, { 9, " N " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		event.cmd_flags = cases[i].cmd_flags;
		assert_non_null(strstr(line(), cases[i].letters));
	}
}

static void json_has_all(void **state)
{
	opt.common.json = true;
	opt.pattern = true;
	event.pattern = PATTERN_RANDOM;
	event.error = 10;
	event.cmd_flags = 9 | SYNC | 1U << 31;
	assert_non_null(strstr(shown(), "\"uid\":7,\"comm\":\"dd\",\"pid\":42,\"tid\":43,"
		"\"disk\":\"loop7\",\"diskseq\":42,\"rwbs\":\"NS\",\"operation\":\"write_zeroes\","
		"\"flags\":[\"sync\",\"31\"],\"sector\":2048,\"bytes\":4096,\"pattern\":\"random\","
		"\"queue_ns\":2000,\"latency_ns\":1234567,\"error\":5,\"error_name\":\"EIO\"}"));
}

static void errors_of_both_kinds(void **state)
{
	assert_int_equal(error_number(0), 0);
	assert_int_equal(error_number(-ENOSPC), ENOSPC);
	assert_int_equal(error_number(3), ENOSPC);
	assert_int_equal(error_number(10), EIO);
	assert_int_equal(error_number(13), EBUSY);
	assert_int_equal(error_number(200), EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_request_is_a_line, reset),
		cmocka_unit_test_setup(queue_and_pattern_on_request, reset),
		cmocka_unit_test_setup(an_unknown_process_is_a_question_mark, reset),
		cmocka_unit_test_setup(a_kernel_without_numbers_of_disks, reset),
		cmocka_unit_test_setup(a_flush_has_no_sector, reset),
		cmocka_unit_test_setup(letters_as_in_blktrace, reset),
		cmocka_unit_test_setup(json_has_all, reset),
		cmocka_unit_test_setup(errors_of_both_kinds, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
