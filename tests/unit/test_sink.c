// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The output at the start, and standard output that is closed by its reader. */
#include "table.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Return what arrives at the other end of a pipe that is stdout while @fn runs. */
static char *through_pipe(void (*fn)(void))
{
	int fds[2], saved = dup(STDOUT_FILENO);
	static char got[65536];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[1]);
	fn();
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = read(fds[0], got, sizeof(got) - 1);
	close(fds[0]);
	assert_true(n >= 0);
	got[n] = '\0';
	return got;
}

static void start(void)
{
	out_start(&out, &args, args.json ? NULL : "Tracing...");
}

static void start_is_flushed_at_once(void **state)
{
	assert_string_equal(through_pipe(start), "Tracing...\n    PID COMM    LAT(ms) WHAT\n");
	assert_int_equal(out.text.len, 0);
}

static void meta_line_comes_first(void **state)
{
	char *argv[] = { "tool", "-p", "\x1b", NULL };
	const char *got;

	use_json();
	args.tool = "snoop";
	args.argc = 3;
	args.argv = argv;
	got = through_pipe(start);
	assert_ptr_equal(strstr(got, "{\"type\":\"meta\",\"time\":\""), got);
	assert_non_null(strstr(got, "\"schema\":1,\"tool\":\"snoop\",\"version\":\"" VERSION "\""));
	assert_non_null(strstr(got, "\"args\":[\"-p\",\"\\u001b\"],\"hooks\":[]}\n"));
}

static void flush_to_closed_pipe(void **state)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	out.sink.fd = fds[1];
	text_str(&out.text, "lost");
	out_flush(&out);
	text_str(&out.text, "more");
	out_flush(&out);
	close(fds[1]);
	assert_int_equal(out.sink.error, -EPIPE);
	assert_int_equal(out.text.len, 0);
}

static void flush_to_full_disk(void **state)
{
	out.sink.fd = open("/dev/full", O_WRONLY);
	text_str(&out.text, "lost");
	assert_int_equal(out_flush(&out), -ENOSPC);
	close(out.sink.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(start_is_flushed_at_once, reset),
		cmocka_unit_test_setup(meta_line_comes_first, reset),
		cmocka_unit_test_setup(flush_to_closed_pipe, reset),
		cmocka_unit_test_setup_teardown(flush_to_full_disk, reset, reset),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
