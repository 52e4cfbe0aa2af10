// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Losses: each reported once, as text and in JSON, and the total at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define skel_loss fake_loss
#define skel_object fake_object
#include "../../common/output/report.c"
#undef skel_loss
#undef skel_object

static struct loss loss;
static struct common_args args;
static struct out out;

const struct loss *fake_loss(void)
{
	return &loss;
}

const struct bpf_object *fake_object(void)
{
	return NULL;
}

static int reset(void **state)
{
	memset(&loss, 0, sizeof(loss));
	memset(&args, 0, sizeof(args));
	memset(&reported, 0, sizeof(reported));
	out_free(&out);
	out = (struct out){ .args = &args, .records = 7 };
	return 0;
}

static int result;

/* Return what @fn prints on stderr. */
static char *said_by(void (*fn)(void))
{
	int fds[2], saved = dup(STDERR_FILENO);
	static char said[4096];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	fn();
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = read(fds[0], said, sizeof(said) - 1);
	close(fds[0]);
	said[n > 0 ? n : 0] = '\0';
	return said;
}

static void report(void)
{
	report_loss(&out);
}

static void end(void)
{
	result = report_end(&out);
}

static const char *printed(void)
{
	text_char(&out.text, '\0');
	out.text.len = 0;
	return out.text.at;
}

static void without_losses_nothing_is_reported(void **state)
{
	assert_string_equal(said_by(report), "");
	assert_string_equal(said_by(end), "");
	assert_int_equal(result, 0);
	assert_int_equal(out.text.len, 0);
}

static void each_loss_is_reported_once(void **state)
{
	loss.ring_full = 3;
	assert_string_equal(said_by(report), "test_report: lost 3 events: the ring buffer was full "
			    "(increase --ring-size)\n");
	loss.ring_full = 5;
	assert_string_equal(said_by(report), "");	/* within the same second */
	reported.next_ns = 0;
	assert_non_null(strstr(said_by(report), "lost 2 events: the ring buffer"));
	assert_string_equal(said_by(end), "test_report: 7 shown, 5 lost in total\n");
}

static void the_latest_losses_are_reported_at_the_end(void **state)
{
	char *said;

	loss.ring_full = 3;
	said_by(report);
	loss.ring_full = 10;
	loss.map_full = 1;
	loss.no_start = 2;
	said = said_by(end);
	assert_non_null(strstr(said, "lost 7 events: the ring buffer was full"));
	assert_non_null(strstr(said, "lost 1 entries: a table in the kernel was full\n"));
	assert_non_null(strstr(said, "lost 2 events: their start was not seen\n"));
	assert_non_null(strstr(said, "7 shown, 13 lost in total\n"));
}

static void strict_makes_a_loss_an_error(void **state)
{
	args.strict = true;
	said_by(end);
	assert_int_equal(result, 0);
	loss.no_start = 1;
	said_by(end);
	assert_int_equal(result, -EIO);
	args.strict = false;
	said_by(end);
	assert_int_equal(result, 0);
}

/* The event is shown: it is reported, but is no loss, even with --strict. */
static void truncated_strings_are_not_lost_events(void **state)
{
	args.strict = true;
	loss.truncated = 4;
	loss.unreadable = 2;
	assert_string_equal(said_by(report), "");
	assert_string_equal(said_by(end), "test_report: 2 strings could not be read\n"
			    "test_report: 4 strings were truncated\n");
	assert_int_equal(result, 0);
}

static void json_lines(void **state)
{
	const char *line;

	args.json = true;
	said_by(report);
	assert_int_equal(out.text.len, 0);
	loss.ring_full = 3;
	loss.truncated = 1;
	reported.next_ns = 0;
	said_by(report);
	line = printed();
	assert_ptr_equal(strstr(line, "{\"type\":\"lost\",\"time\":\""), line);
	assert_non_null(strstr(line, ",\"ring_full\":3,\"map_full\":0,\"no_start\":0,"
			       "\"recursion\":0,\"unreadable\":0,\"truncated\":1}\n"));
	said_by(end);
	line = printed();
	assert_ptr_equal(strstr(line, "{\"type\":\"summary\",\"time\":\""), line);
	assert_non_null(strstr(line, ",\"events\":7,\"lost\":3,\"ring_full\":3,"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_losses_nothing_is_reported, reset),
		cmocka_unit_test_setup(each_loss_is_reported_once, reset),
		cmocka_unit_test_setup(the_latest_losses_are_reported_at_the_end, reset),
		cmocka_unit_test_setup(strict_makes_a_loss_an_error, reset),
		cmocka_unit_test_setup(truncated_strings_are_not_lost_events, reset),
		cmocka_unit_test_setup_teardown(json_lines, reset, reset),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
