// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of execsnoop, on handwritten events: no BPF, no root. */
#include "render.h"
#define main execsnoop_main
#include "../../tools/execsnoop/execsnoop.c"
#undef main

static struct exec_event event;

static void set_data(const char *data, size_t file, size_t interp, size_t args)
{
	memset(&event, 0, sizeof(event));
	event.head = (struct event_head){ .ns = 1500000000, .pid = 42, .tid = 42, .uid = 1000,
					  .comm = "ls" };
	event.ppid = 7;
	strcpy(event.parent_comm, "bash");
	memcpy(event.text, data, file + interp + args);
	event.file_bytes = file;
	event.interp_bytes = interp;
	event.args_bytes = args;
	event.argc = 2;
}

/* Append the path components of the executed file to what set_data() wrote. */
static void set_exe(const char *names, size_t size, __u32 marks)
{
	memcpy(event.text + event.file_bytes + event.interp_bytes + event.args_bytes, names, size);
	event.exe_bytes = size;
	event.exe_marks = marks;
}

static const char *shown(bool json)
{
	opt.common.json = json;
	return render(&opt.common, &record_table, print_event, &event,
		      sizeof(event));
}

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	return 0;
}

static void table_shows_the_file_for_argv0(void **state)
{
	set_data("/bin/ls\0other\0-l", 8, 0, 9);
	assert_string_equal(shown(false),
		"PCOMM            PID     PPID    RET ARGS\n"
		"ls               42      7         0 /bin/ls -l\n");
}

static void script_keeps_its_interpreter(void **state)
{
	set_data("/s\0/bin/sh\0/bin/sh\0/s\0a", 3, 8, 13);
	assert_non_null(strstr(shown(false), " 0 /bin/sh /s a\n"));
	assert_non_null(strstr(shown(true), "\"file\":\"/s\",\"interp\":\"/bin/sh\""));
}

static void json_has_all_arguments_and_the_time(void **state)
{
	set_data("/bin/ls\0ls\0-l\0\x1b[2J", 8, 0, 11);
	set_exe("ls\0bin\0usr", 11, 0);
	assert_string_equal(shown(true),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"comm\":\"ls\",\"pid\":42,\"tid\":42,"
		"\"parent_comm\":\"bash\",\"ppid\":7,\"cpu\":0,\"ret\":0,\"file\":\"/bin/ls\","
		"\"exe\":\"/usr/bin/ls\",\"exe_memfd\":false,\"exe_deleted\":false,"
		"\"argc\":2,\"truncated\":false,\"args\":[\"ls\",\"-l\",\"\\u001b[2J\"]}\n");
}

static void deleted_and_memfd_executables_are_marked(void **state)
{
	set_data("/x\0x", 3, 0, 2);
	set_exe("a\0b", 4, EXE_DELETED);
	assert_non_null(strstr(shown(true), "\"exe\":\"/b/a (deleted)\",\"exe_memfd\":false,"
			       "\"exe_deleted\":true,"));
	set_exe("memfd:a", 8, EXE_ANONYMOUS);
	assert_non_null(strstr(shown(true), "\"exe\":\"/memfd:a (deleted)\",\"exe_memfd\":true,"
			       "\"exe_deleted\":true,"));
	set_exe("memfd:a", 8, 0);
	assert_non_null(strstr(shown(true), "\"exe\":\"/memfd:a\",\"exe_memfd\":false,"
			       "\"exe_deleted\":false,"));
	set_exe("a\0b", 4, EXE_UNREACHABLE);
	assert_non_null(strstr(shown(true), "\"exe\":\"(unreachable)/b/a\","));
	set_exe("a\0b", 4, EXE_CUT);
	assert_non_null(strstr(shown(true), "\"exe\":\".../b/a\","));
	event.ret = -2;
	assert_null(strstr(shown(true), "\"exe"));
}

static void hostile_arguments_stay_on_one_line(void **state)
{
	set_data("/x\0x\0a\nb \xff\"", 3, 0, 9);
	assert_non_null(strstr(shown(false), " 0 /x a\\x0ab \\xff\"\n"));
	opt.quote = true;
	assert_non_null(strstr(shown(false), " 0 \"/x\" \"a\\x0ab \\xff\\\"\"\n"));
}

static void truncated_arguments_are_marked(void **state)
{
	set_data("/x\0x\0a\0b\0c", 3, 0, 8);
	opt.max_args = 2;
	assert_non_null(strstr(shown(false), " 0 /x a ...\n"));
	assert_non_null(strstr(shown(true), "\"truncated\":true,\"args\":[\"x\",\"a\"]"));
	opt.max_args = 0;
	event.cut = 1;
	assert_non_null(strstr(shown(false), " 0 /x a b c ...\n"));
}

static void filters_by_name_and_arguments(void **state)
{
	set_data("/bin/ls\0ls\0-l\0/etc", 8, 0, 10);
	opt.name = "cat";
	assert_null(strstr(shown(false), "/bin/ls"));
	opt.name = "l";
	assert_non_null(strstr(shown(false), "/bin/ls"));
	opt.line = "-l /e";
	assert_non_null(strstr(shown(false), "/bin/ls"));
	opt.line = "-x";
	assert_null(strstr(shown(false), "/bin/ls"));
}

static void no_arguments_at_all(void **state)
{
	set_data("/bin/ls", 8, 0, 0);
	assert_non_null(strstr(shown(false), " 0 /bin/ls\n"));
	assert_non_null(strstr(shown(true), "\"args\":[]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_shows_the_file_for_argv0, reset),
		cmocka_unit_test_setup(script_keeps_its_interpreter, reset),
		cmocka_unit_test_setup(json_has_all_arguments_and_the_time, reset),
		cmocka_unit_test_setup(deleted_and_memfd_executables_are_marked, reset),
		cmocka_unit_test_setup(hostile_arguments_stay_on_one_line, reset),
		cmocka_unit_test_setup(truncated_arguments_are_marked, reset),
		cmocka_unit_test_setup(filters_by_name_and_arguments, reset),
		cmocka_unit_test_setup(no_arguments_at_all, reset),
	};

	return cmocka_run_group_tests_name("execsnoop", tests, NULL, NULL);
}
