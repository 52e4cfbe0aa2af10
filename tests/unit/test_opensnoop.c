// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of opensnoop, on handwritten events: no BPF, no root. */
#include "render.h"
#include <sys/syscall.h>
#define main opensnoop_main
#include "../../tools/opensnoop/opensnoop.c"
#undef main

static struct open_event event;
static size_t event_size;

static void set_event(enum open_call call, int ret, __u32 flags, __u16 mode, const char *text,
		      size_t size)
{
	memset(&event, 0, sizeof(event));
	event.head = (struct event_head){ .ns = 1500000000, .pid = 42, .tid = 43, .uid = 1000,
					  .comm = "cat" };
	event.ret = ret;
	event.flags = flags;
	event.mode = mode;
	event.call = call;
	memcpy(event.text, text, size);
	event_size = offsetof(struct open_event, text) + size;
}

static const char *shown(bool json)
{
	opt.common.json = json;
	return render(&opt.common, &record_table, print_event, &event, event_size);
}

static void show_full_paths(bool yes)
{
	opt.full_path = yes;
	columns[COL_PATH].hidden = yes;
	columns[COL_FULL_PATH].hidden = !yes;
}

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	columns[COL_UID].hidden = columns[COL_FLAGS].hidden = columns[COL_MODE].hidden = true;
	show_full_paths(false);
	return 0;
}

static void table_has_fd_and_error(void **state)
{
	set_event(OPEN_OPENAT, 3, 0, 0, "/etc/x", 7);
	assert_string_equal(shown(false), "PID    COMM              FD ERR PATH\n"
					  "42     cat                3   0 /etc/x\n");
	event.ret = -2;
	assert_string_equal(shown(false), "PID    COMM              FD ERR PATH\n"
					  "42     cat               -1   2 /etc/x\n");
}

static void other_calls_have_a_name_and_the_path_of_their_file(void **state)
{
	set_event(OPEN_OTHER, -28, SYS_write, 0, "\0file\0dir", 10);
	event.marks = OPEN_DIRS;
	assert_non_null(strstr(shown(true), "\"fd\":-1,\"err\":28,\"error_name\":\"ENOSPC\","
					    "\"call\":\"other\",\"syscall\":\"write\",\"compat\":false,"
					    "\"truncated\":false,\"path\":\"/dir/file\""));
	set_event(OPEN_OTHER, -24, SYS_socket, 0, "", 1);
	assert_non_null(strstr(shown(true), "\"syscall\":\"socket\""));
	assert_null(strstr(shown(true), "\"path\""));
	assert_null(strstr(shown(true), "\"flags\""));
	set_event(OPEN_OPENAT, -28, O_WRONLY, 0, "x", 2);
	assert_null(strstr(shown(true), "\"syscall\""));
	opt.limits = true;
	assert_non_null(strstr(shown(true), "\"call\":\"openat\",\"syscall\":\"openat\""));
	event.ret = -2;
	assert_null(strstr(shown(true), "\"syscall\""));
}

static void table_with_user_flags_and_mode(void **state)
{
	columns[COL_UID].hidden = columns[COL_FLAGS].hidden = columns[COL_MODE].hidden = false;
	set_event(OPEN_OPENAT, 3, O_WRONLY | O_CREAT, 0600, "x", 2);
	assert_string_equal(shown(false),
		"UID     PID    COMM              FD ERR FLAGS    MODE  PATH\n"
		"1000    42     cat                3   0 00000101 0600  x\n");
	event.flags = O_WRONLY;			/* no file is created: the mode has no meaning */
	assert_non_null(strstr(shown(false), "  0 00000001 -     x\n"));
}

static void json_has_all_fields(void **state)
{
	set_event(OPEN_CREAT, 3, O_WRONLY | O_CREAT | O_TRUNC, 0640, "x", 2);
	event.marks = OPEN_COMPAT;
	assert_string_equal(shown(true),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"pid\":42,\"tid\":43,\"comm\":\"cat\","
		"\"fd\":3,\"err\":0,\"call\":\"creat\",\"compat\":true,\"flags_value\":577,"
		"\"flags\":[\"O_WRONLY\",\"O_CREAT\",\"O_TRUNC\"],\"mode_value\":416,"
		"\"mode\":[\"S_IRUSR\",\"S_IWUSR\",\"S_IRGRP\"],\"truncated\":false,"
		"\"path\":\"x\"}\n");
}

static void flags_are_named_once(void **state)
{
	set_event(OPEN_OPENAT, 3, O_SYNC | O_RDWR, 0, "x", 2);
	assert_non_null(strstr(shown(true), "\"flags\":[\"O_RDWR\",\"O_SYNC\"]"));
	event.flags = O_TMPFILE | O_WRONLY;
	assert_non_null(strstr(shown(true), "\"flags\":[\"O_WRONLY\",\"O_TMPFILE\"]"));
	event.flags = O_DSYNC | O_DIRECTORY | 0x80000000;
	assert_non_null(strstr(shown(true), "\"flags\":[\"O_RDONLY\",\"O_DSYNC\",\"O_DIRECTORY\","
					    "\"0x80000000\"]"));
	event.flags = ~0U;
	assert_non_null(strstr(shown(true), "\"O_PATH\",\"0xff800"));
}

static void every_flag_fits(void **state)
{
	const char *names[FLAG_NAMES_MAX];

	assert_true(flag_names(names, ~0U) <= FLAG_NAMES_MAX);
	assert_true(mode_names(names, ~0U) <= FLAG_NAMES_MAX);
}

static void interrupted_calls_are_eintr(void **state)
{
	set_event(OPEN_OPENAT, -512, 0, 0, "fifo", 5);
	assert_non_null(strstr(shown(false), " -1   4 fifo\n"));
}

static void hostile_path_stays_on_one_line(void **state)
{
	set_event(OPEN_OPENAT, -2, 0, 0, "a\nb\x1b[2J\xff", 9);
	assert_non_null(strstr(shown(false), "  2 a\\x0ab\\x1b[2J\\xff\n"));
	assert_non_null(strstr(shown(true), "\"path\":\"a\\u000ab\\u001b[2J\\ufffd\""));
}

static void truncated_name_is_marked(void **state)
{
	char text[OPEN_NAME_SIZE];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	set_event(OPEN_OPENAT, -36, 0, 0, text, sizeof(text));
	event.marks = OPEN_NAME_CUT;
	assert_non_null(strstr(shown(false), "xxx...\n"));
	assert_non_null(strstr(shown(true), "\"truncated\":true,\"path\":\"xxx"));
}

static void unreadable_name_is_a_dash(void **state)
{
	set_event(OPEN_OPENAT, -14, 0, 0, "", 1);
	event.marks = OPEN_NO_NAME;
	assert_non_null(strstr(shown(false), " -1  14 -\n"));
	assert_null(strstr(shown(true), "path"));
}

static void full_path_joins_directories(void **state)
{
	show_full_paths(true);
	set_event(OPEN_OPENAT, 3, 0, 0, "x\0c\0b\0a", 8);
	event.marks = OPEN_DIRS;
	assert_non_null(strstr(shown(false), "  0 /a/b/c/x\n"));
	assert_non_null(strstr(shown(true), "\"path\":\"x\",\"full_path\":\"/a/b/c/x\"}"));
	event.marks |= OPEN_DIRS_CUT;
	assert_non_null(strstr(shown(false), "  0 .../a/b/c/x\n"));
	event.marks = OPEN_DIRS | OPEN_UNREACHABLE;
	assert_non_null(strstr(shown(false), "  0 (unreachable)/a/b/c/x\n"));
	event.marks = OPEN_DIRS | OPEN_DELETED;
	assert_non_null(strstr(shown(false), "  0 /a/b/c (deleted)/x\n"));
}

static void full_path_at_the_root(void **state)
{
	show_full_paths(true);
	set_event(OPEN_OPENAT, 3, 0, 0, "x", 2);
	event.marks = OPEN_DIRS;
	assert_non_null(strstr(shown(false), "  0 /x\n"));
	set_event(OPEN_OPENAT2, 3, 0, 0, "/x\0a", 5);		/* RESOLVE_IN_ROOT */
	event.marks = OPEN_DIRS;
	assert_non_null(strstr(shown(false), "  0 /a/x\n"));
}

static void full_path_unknown(void **state)
{
	show_full_paths(true);
	set_event(OPEN_OPENAT, -9, 0, 0, "x", 2);		/* EBADF */
	assert_non_null(strstr(shown(false), " -1   9 x\n"));
	assert_null(strstr(shown(true), "full_path"));
	set_event(OPEN_OPENAT, 3, 0, 0, "/etc/x", 7);
	assert_non_null(strstr(shown(true), "\"path\":\"/etc/x\",\"full_path\":\"/etc/x\""));
}

static void handle_has_the_file_s_name(void **state)
{
	set_event(OPEN_BY_HANDLE, 3, 0, 0, "\0passwd", 8);
	assert_non_null(strstr(shown(false), "  0 passwd\n"));
	show_full_paths(true);
	set_event(OPEN_BY_HANDLE, 3, 0, 0, "\0passwd\0etc", 12);
	event.marks = OPEN_DIRS;
	assert_non_null(strstr(shown(true), "\"path\":\"passwd\",\"full_path\":\"/etc/passwd\"}"));
	set_event(OPEN_BY_HANDLE, 3, 0, 0, "", 1);
	event.marks = OPEN_DIRS;
	assert_non_null(strstr(shown(true), "\"path\":\"/\",\"full_path\":\"/\"}"));
	set_event(OPEN_BY_HANDLE, -116, 0, 0, "", 1);
	assert_non_null(strstr(shown(false), " -1 116 -\n"));
}

static void filter_by_name(void **state)
{
	set_event(OPEN_OPENAT, 3, 0, 0, "x", 2);
	opt.name = "at";
	assert_non_null(strstr(shown(false), "cat"));
	opt.name = "dog";
	assert_null(strstr(shown(false), "cat"));
}

static void flag_filter_takes_names(void **state)
{
	add_flag("O_RDONLY");
	add_flag("O_RDWR");
	assert_int_equal(opt.access_modes, 1 << O_RDONLY | 1 << O_RDWR);
	add_flag("O_TMPFILE");
	add_flag("O_CREAT");
	assert_int_equal(opt.any_flags, (O_TMPFILE & ~O_DIRECTORY) | O_CREAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_has_fd_and_error, reset),
		cmocka_unit_test_setup(other_calls_have_a_name_and_the_path_of_their_file, reset),
		cmocka_unit_test_setup(table_with_user_flags_and_mode, reset),
		cmocka_unit_test_setup(json_has_all_fields, reset),
		cmocka_unit_test_setup(flags_are_named_once, reset),
		cmocka_unit_test_setup(every_flag_fits, reset),
		cmocka_unit_test_setup(interrupted_calls_are_eintr, reset),
		cmocka_unit_test_setup(hostile_path_stays_on_one_line, reset),
		cmocka_unit_test_setup(truncated_name_is_marked, reset),
		cmocka_unit_test_setup(unreadable_name_is_a_dash, reset),
		cmocka_unit_test_setup(full_path_joins_directories, reset),
		cmocka_unit_test_setup(full_path_at_the_root, reset),
		cmocka_unit_test_setup(full_path_unknown, reset),
		cmocka_unit_test_setup(handle_has_the_file_s_name, reset),
		cmocka_unit_test_setup(filter_by_name, reset),
		cmocka_unit_test_setup(flag_filter_takes_names, reset),
	};

	return cmocka_run_group_tests_name("opensnoop", tests, NULL, NULL);
}
