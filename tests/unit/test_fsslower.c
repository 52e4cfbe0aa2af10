// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of fsslower, on handwritten events: no BPF, no root. */
#include "render.h"
#define main fsslower_main
#include "../../tools/fsslower/fsslower.c"
#undef main

static struct fs_event event;
static size_t event_size;

static void set_event(enum fs_op op, __s64 bytes, int error, const char *text, size_t size)
{
	memset(&event, 0, sizeof(event));
	event.head = (struct event_head){ .ns = 1500000000, .pid = 42, .tid = 43, .uid = 1000,
					  .comm = "cat" };
	event.op = op;
	event.latency_ns = 12345678;
	event.bytes = bytes;
	event.error = error;
	event.offset = 9000;
	strcpy(event.fs, "ext4");
	memcpy(event.text, text, size);
	event_size = offsetof(struct fs_event, text) + size;
}

static const char *shown(bool json)
{
	opt.common.json = json;
	return render(&opt.common, &record_table, print_event, &event, event_size);
}

static const char *csv(void)
{
	opt.csv = true;
	return render(&opt.common, &csv_table, print_event, &event, event_size);
}

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	columns[COL_FS].hidden = true;
	return 0;
}

static void table_has_bcc_s_columns(void **state)
{
	set_event(FS_READ, 4096, 0, "x\0b\0a", 6);
	assert_string_equal(shown(false),
		"COMM         PID     T BYTES   OFF_KB   LAT(ms) FILENAME\n"
		"cat          42      R 4096    8         12.346 /a/b/x\n");
	columns[COL_FS].hidden = false;
	assert_string_equal(shown(false),
		"COMM         PID     T BYTES   OFF_KB   LAT(ms) FS       FILENAME\n"
		"cat          42      R 4096    8         12.346 ext4     /a/b/x\n");
}

static void json_has_all_fields(void **state)
{
	set_event(FS_WRITE, 4096, 0, "x\0a", 4);
	assert_string_equal(shown(true),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"comm\":\"cat\",\"pid\":42,\"tid\":43,"
		"\"op\":\"write\",\"bytes\":4096,\"err\":0,\"offset_bytes\":9000,"
		"\"latency_ns\":12345678,\"fs\":\"ext4\",\"truncated\":false,\"file\":\"/a/x\"}\n");
}

static void operations_without_bytes_have_a_dash(void **state)
{
	set_event(FS_OPEN, 0, 0, "x", 2);
	assert_non_null(strstr(shown(false), " O -       -         12.346 /x\n"));
	assert_null(strstr(shown(true), "bytes"));
	set_event(FS_FSYNC, FS_WHOLE, 0, "x", 2);
	assert_non_null(strstr(shown(false), " F -       -         12.346 /x\n"));
	assert_null(strstr(shown(true), "bytes"));
	set_event(FS_FSYNC, 512, 0, "x", 2);		/* msync of a part */
	assert_non_null(strstr(shown(false), " F 512     8         12.346 /x\n"));
}

static void failure_has_a_name(void **state)
{
	set_event(FS_WRITE, 0, 28, "x", 2);
	assert_non_null(strstr(shown(false), " W ENOSPC  8         12.346 /x\n"));
	assert_non_null(strstr(shown(true), "\"op\":\"write\",\"err\":28,\"error_name\":\"ENOSPC\",\"offset_bytes\":9000,"));
	set_event(FS_READ, 0, 512, "x", 2);		/* ERESTARTSYS */
	assert_non_null(strstr(shown(false), " R EINTR   "));
	set_event(FS_READ, 0, 3000, "x", 2);
	assert_non_null(strstr(shown(false), " R error   "));
	set_event(FS_FSYNC, FS_WHOLE, 5, "x", 2);
	assert_non_null(strstr(shown(false), " F EIO     -         12.346 /x\n"));
}

static void csv_has_bcc_s_columns(void **state)
{
	set_event(FS_READ, 4096, 0, "x\0a", 4);
	assert_string_equal(csv(), "ENDTIME_ns,TASK,PID,TYPE,BYTES,OFFSET_b,LATENCY_us,FILE\n"
				   "1500000000,cat,42,R,4096,9000,12345,/a/x\n");
	set_event(FS_FSYNC, FS_WHOLE, 0, "x", 2);
	assert_non_null(strstr(csv(), ",42,F,LL_MAX,9000,12345,/x\n"));
	set_event(FS_WRITE, 0, 28, "x", 2);
	assert_non_null(strstr(csv(), ",42,W,-28,9000,12345,/x\n"));
}

static void csv_quotes_names(void **state)
{
	set_event(FS_READ, 1, 0, "a,\"b\"\n", 7);
	strcpy(event.head.comm, "x,y");
	assert_non_null(strstr(csv(), "\n1500000000,\"x,y\",42,R,1,9000,12345,\"/a,\"\"b\"\"\\x0a\"\n"));
}

static void marks_follow_the_path(void **state)
{
	set_event(FS_READ, 1, 0, "x\0a", 4);
	event.marks = FS_PATH_CUT;
	assert_non_null(strstr(shown(false), " .../a/x\n"));
	assert_non_null(strstr(shown(true), "\"truncated\":true,\"file\":\".../a/x\""));
	event.marks = FS_UNREACHABLE;
	assert_non_null(strstr(shown(false), " (unreachable)/a/x\n"));
	event.marks = FS_DELETED;
	assert_non_null(strstr(shown(false), " /a/x (deleted)\n"));
}

static void hostile_name_stays_on_one_line(void **state)
{
	set_event(FS_READ, 1, 0, "b\x1b[2J\xff\0a\n1", 11);
	assert_non_null(strstr(shown(false), " /a\\x0a1/b\\x1b[2J\\xff\n"));
	assert_non_null(strstr(shown(true), "\"file\":\"/a\\u000a1/b\\u001b[2J\\ufffd\"}"));
}

static void banner_matches_bcc(void **state)
{
	opt.min_ns = 10 * NS_PER_MS;
	assert_string_equal(banner(), "Tracing file system operations slower than 10 ms... "
				      "Hit Ctrl-C to end.");
	set_fs("xfs");
	opt.min_ns = 500000;
	opt.common.duration = 3;
	assert_string_equal(banner(), "Tracing xfs operations slower than 0.5 ms for 3 secs.");
	opt.min_ns = 0;
	assert_string_equal(banner(), "Tracing xfs operations for 3 secs.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_has_bcc_s_columns, reset),
		cmocka_unit_test_setup(json_has_all_fields, reset),
		cmocka_unit_test_setup(operations_without_bytes_have_a_dash, reset),
		cmocka_unit_test_setup(failure_has_a_name, reset),
		cmocka_unit_test_setup(csv_has_bcc_s_columns, reset),
		cmocka_unit_test_setup(csv_quotes_names, reset),
		cmocka_unit_test_setup(marks_follow_the_path, reset),
		cmocka_unit_test_setup(hostile_name_stays_on_one_line, reset),
		cmocka_unit_test_setup(banner_matches_bcc, reset),
	};

	return cmocka_run_group_tests_name("fsslower", tests, NULL, NULL);
}
