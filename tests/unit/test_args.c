// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Command lines: what is accepted, and what ends the program with one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/args.h"
#include "net/addr.h"
#include "output/column.h"
#include "core/log.h"

static struct common_args common;
static struct interval_args interval;

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &interval;
	state->child_inputs[1] = &common;
	state->child_inputs[2] = &common;
	return 0;
}

static const struct argp argp = {
	.parser = parse,
	.doc = "A tool.\vExamples:\n  tool -p 181   # one\n  toolbox tool\n  tool --json",
	.children = (const struct argp_child[]){
		{ &interval_argp }, { &filter_argp }, { &common_argp }, {} },
};

static struct column columns[] = {
	{ "PID", "pid", 7, COLUMN_ID, .about = "Process; 0 if unknown" },
	{ "COMM", "comm", -16, COLUMN_COMM, .about = "Name" },
};

static struct table table = { .type = "event", .about = "One", .columns = columns, .n = 2 };

#define WORDS_MAX 16		/* and a NULL */

/* Split @line at spaces; '' is an empty argument. */
static int split(char *line, char *argv[WORDS_MAX + 1])
{
	int argc = 0;

	for (char *word; (word = strsep(&line, " ")) && argc < WORDS_MAX; )
		argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	argv[argc] = NULL;
	return argc;
}

static void parse_line(const char *line)
{
	static char *copy;		/* static, because options point into it */
	char *argv[WORDS_MAX + 1];

	free(copy);
	copy = strdup(line);
	memset(&common, 0, sizeof(common));
	memset(&interval, 0, sizeof(interval));
	args_parse("tool", &table, &argp, split(copy, argv), argv, &common);
}

/* Parse it in a child.  Return its exit status, and its output in @said. */
static int exit_of(const char *line, char said[4096])
{
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		parse_line(line);
		_exit(0);
	}
	close(fds[1]);
	n = read(fds[0], said, 4095);
	said[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Expect exit status 64 and one line that contains @value. */
static void refused(const char *line, const char *value)
{
	char said[4096];

	print_message("# %s\n", line);
	assert_int_equal(exit_of(line, said), EXIT_USAGE);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	assert_non_null(strstr(said, value));
	assert_non_null(strstr(said, "try 'test_args --help'"));
}

static void nothing_given(void **state)
{
	parse_line("tool");
	assert_false(common.json || common.verbose || common.strict || common.print_container);
	assert_false(common.bpf_stats);
	assert_int_equal(common.duration, 0);
	assert_int_equal(common.filter.pid, 0);
	assert_true(common.filter.uid == FILTER_ANY_UID);
	assert_int_equal(common.filter.self, getpid());
	assert_int_equal(interval.interval, 0);
}

static void everything_given(void **state)
{
	char line[64];

	parse_line("tool --json --strict --print-container --bpf-stats --no-sandbox -v 5 7");
	assert_true(common.json && common.verbose && common.strict && common.print_container);
	assert_true(common.bpf_stats && common.no_sandbox);
	assert_int_equal(interval.interval, 5);
	assert_int_equal(interval.count, 7);
	parse_line("tool --duration 10 --max-events 99 --ring-size=64 --time");
	assert_int_equal(common.duration, 10);
	assert_int_equal(common.max_events, 99);
	assert_int_equal(common.ring_bytes, 65536);
	assert_int_equal(common.time, STAMP_LOCAL);
	snprintf(line, sizeof(line), "tool --pid %d -u 0 --time=iso", getpid());
	parse_line(line);
	assert_int_equal(common.filter.pid, getpid());
	assert_int_equal(common.filter.uid, 0);
	assert_int_equal(common.time, STAMP_ISO);
}

static void columns_by_name(void **state)
{
	static struct column key_only[] = { { .key = "pid", .type = COLUMN_ID, .about = "Process" } };

	parse_line("tool -o comm,pid");
	assert_string_equal(common.columns, "comm,pid");
	parse_line("tool --output=+Co");
	assert_string_equal(common.columns, "+Co");
	refused("tool -o nope", "unknown column 'nope': expected pid, comm");
	refused("tool -o pid,", "unknown column ''");
	refused("tool -o +", "unknown column ''");
	refused("tool -o pid,comm,p", "column 'p' is listed twice");
	table.columns = key_only;
	table.n = 1;
	parse_line("tool --json -o pid");
	refused("tool -o pid", "-o needs --json");
	table.columns = columns;
	table.n = ARRAY_SIZE(columns);
}

/* The list for programs: every column with its type, unit and description. */
static void columns_for_programs(void **state)
{
	char said[4096];

	assert_int_equal(exit_of("tool --list-columns", said), EXIT_SUCCESS);
	assert_non_null(strstr(said, "{\"tool\":\"tool\",\"tables\":[{\"type\":\"event\","));
	assert_non_null(strstr(said, "{\"key\":\"pid\",\"heading\":\"PID\",\"type\":\"id\","
			       "\"in_table\":true,\"optional\":false,"
			       "\"about\":\"Process; 0 if unknown\"}"));
	assert_int_equal(exit_of("tool --help", said), EXIT_SUCCESS);
	assert_non_null(strstr(said, "Columns of -o:\n  pid               Process\n"));
}

static void users_by_name(void **state)
{
	parse_line("tool -u root");
	assert_int_equal(common.filter.uid, 0);
	parse_line("tool -u 4294967294");
	assert_true(common.filter.uid == 4294967294);
}

static void time_formats(void **state)
{
	parse_line("tool --time=local");
	assert_int_equal(common.time, STAMP_LOCAL);
	parse_line("tool --time=utc");
	assert_int_equal(common.time, STAMP_UTC);
	parse_line("tool --time=mono");
	assert_int_equal(common.time, STAMP_MONO);
}

/* Strings that are not numbers to the last character, for every option that takes one. */
static void bad_numbers(void **state)
{
	static const char *const options[] = {
		"-p %s", "--pid=%s", "--duration %s", "--max-events %s", "--ring-size %s",
		"-u %s", "-- %s", "-- 1 %s",
	};
	static const char *const values[] = {
		"abc", "''", "0x10", "12abc", "1.5", "1e9", "-1", "+1", "99999999999999999999",
		"1,2", "--1", "1;", "\t1", "1\n", "\xd9\xa1",
	};

	for (size_t o = 0; o < sizeof(options) / sizeof(options[0]); o++)
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			bool plain = values[v][0] > ' ' && v != 1 && !strchr(values[v], '\n');
			char line[128] = "tool ", value[64] = "'";

			snprintf(line + 5, sizeof(line) - 5, options[o], v == 1 && o == 1 ? "" : values[v]);
			strcat(value, plain ? values[v] : "");
			refused(line, value);
		}
}

static void numbers_out_of_range(void **state)
{
	static const char *const lines[] = {
		"tool -p 0", "tool -p 4294967296", "tool -p 4294967297", "tool -p 99999999999",
		"tool -p 4194305", "tool -p 9223372036854775807", "tool -p 18446744073709551615",
		"tool -u 4294967295", "tool -u 4294967296", "tool -u 99999999999",
		"tool --duration 0", "tool --duration 4294967296", "tool --max-events 0",
		"tool --max-events 9223372036854775808", "tool --ring-size 0",
		"tool --ring-size 63", "tool --ring-size 65", "tool --ring-size 100",
		"tool --ring-size 2097152", "tool 0", "tool 4294967296", "tool 1 0",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		refused(lines[i], strrchr(lines[i], ' ') + 1);
}

static void bad_words(void **state)
{
	static const struct {
		const char *line, *value;
	} cases[] = {
		{ "tool -p 4194304", "there is no process 4194304" },
		{ "tool -u no-such-user", "there is no user 'no-such-user'" },
		{ "tool --time=x", "'x'" }, { "tool --time=", "''" }, { "tool --time=UTC", "'UTC'" },
		{ "tool --cgroup /no/such", "'/no/such'" }, { "tool --cgroup ''", "''" },
		{ "tool --cgroup /etc", "'/etc'" }, { "tool --cgroup /etc/passwd", "'/etc/passwd'" },
		{ "tool --cgroup ../../..", "'../../..'" },
		{ "tool --container zz", "'zz'" }, { "tool --container ''", "''" },
		{ "tool --container 0123456789abcdef", "0123456789abcdef" },
		{ "tool --btf /no/such", "'/no/such'" }, { "tool --btf ''", "''" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].line, cases[i].value);
}

static void bad_options(void **state)
{
	static const struct {
		const char *line, *value;
	} cases[] = {
		{ "tool --nonsense", "unknown option '--nonsense';" },
		{ "tool -Z", "unknown option '-Z';" }, { "tool -vZ", "unknown option '-Z' in '-vZ';" },
		{ "tool -v -Zv 5", "unknown option '-Z' in '-Zv';" },
		{ "tool --nonsense=1", "unknown option '--nonsense=1';" },
		{ "tool -v --nonsense 5", "unknown option '--nonsense';" },
		{ "tool 1 --nonsense", "unknown option '--nonsense';" },
		{ "tool --jsno", "unknown option '--jsno' (did you mean '--json'?);" },
		{ "tool --durtion=5", "'--durtion=5' (did you mean '--duration'?);" },
		{ "tool --time=", "invalid time format ''" },
		{ "tool --ver", "ambiguous option '--ver': one of --verbose, --version;" },
		{ "tool -p", "option '-p' needs a value: PID;" },
		{ "tool -v -p", "option '-p' needs a value: PID;" },
		{ "tool -vp", "option '-p' needs a value: PID;" },
		{ "tool --pid", "option '--pid' needs a value: PID;" },
		{ "tool --dur", "option '--duration' needs a value: SECONDS;" },
		{ "tool --json=yes", "option '--json' takes no value, got 'yes';" },
		{ "tool 1 2 3", "'3'" }, { "tool -?", "'-?'" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].line, cases[i].value);
}

static void hostile_words_stay_on_one_line(void **state)
{
	refused("tool -p 1\nforged", "'1\\x0aforged'");
	refused("tool --cgroup \x1b[2J", "'\\x1b[2J'");
	refused("tool --nonsense\r\n", "'--nonsense\\x0d\\x0a'");
}

static void help_and_version(void **state)
{
	char said[4096];

	assert_int_equal(exit_of("tool --help", said), 0);
	/* Examples contain the name of the running program. */
	assert_non_null(strstr(said, "Examples:\n  test_args -p 181   # one\n  toolbox tool\n"
			       "  test_args --json\n"));
	assert_non_null(strstr(said, "--duration=SECONDS"));
	assert_int_equal(exit_of("tool -h", said), 0);
	assert_int_equal(exit_of("tool --version", said), 0);
	assert_non_null(strstr(said, VERSION ", libbpf 1."));
	assert_int_equal(exit_of("tool -V", said), 0);
}

static unsigned long list_sum;

static void add_number(void *ctx, unsigned long number)
{
	assert_ptr_equal(ctx, &list_sum);
	list_sum += number;
}

static void lists(void **state)
{
	list_sum = 0;
	args_list("1,65535,80", "port", 1, 65535, 3, add_number, &list_sum);
	assert_int_equal(list_sum, 65616);
	args_list("7", "port", 1, 65535, 1, add_number, &list_sum);
	assert_int_equal(list_sum, 65623);
}

/* Call @fn(@arg) in a child, which must end with EXIT_USAGE. */
static void fails(void (*fn)(const char *arg), const char *arg)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		close(STDERR_FILENO);
		fn(arg);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	print_message("# '%s'\n", arg);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_USAGE);
}

static void read_list(const char *arg)
{
	args_list(arg, "port", 1, 65535, 3, add_number, &list_sum);
}

static void read_ms(const char *arg)
{
	args_ms(arg, "limit");
}

static void bad_lists(void **state)
{
	static const char *const bad[] = {
		"", ",", "1,", ",1", "1,,2", "0", "65536", "1,2,3,4", "80,abc", "1 ,2", "1, 2", "80-90",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails(read_list, bad[i]);
}

static void milliseconds(void **state)
{
	static const char *const bad[] = {
		"", "abc", "-1", "1e3", "0x1", "1.5.5", "nan", "inf", ".", " 1", "1 ", "1ms",
		"99999999999999999999",
	};

	assert_int_equal(args_ms("0", "limit"), 0);
	assert_int_equal(args_ms("0.5", "limit"), 500000);
	assert_int_equal(args_ms("10", "limit"), 10000000);
	assert_int_equal(args_ms("0.000001", "limit"), 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails(read_ms, bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(everything_given),
		cmocka_unit_test(columns_by_name),
		cmocka_unit_test(columns_for_programs),
		cmocka_unit_test(users_by_name),
		cmocka_unit_test(time_formats),
		cmocka_unit_test(bad_numbers),
		cmocka_unit_test(numbers_out_of_range),
		cmocka_unit_test(bad_words),
		cmocka_unit_test(bad_options),
		cmocka_unit_test(hostile_words_stay_on_one_line),
		cmocka_unit_test(help_and_version),
		cmocka_unit_test(lists),
		cmocka_unit_test(bad_lists),
		cmocka_unit_test(milliseconds),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
