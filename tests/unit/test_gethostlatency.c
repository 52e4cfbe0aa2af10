// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of gethostlatency, on handwritten events: no BPF, no root. */
#include <fcntl.h>
#include <netdb.h>
#include "render.h"
#define main gethostlatency_main
#include "../../tools/gethostlatency/gethostlatency.c"
#undef main
#include <signal.h>
#include "../../tools/gethostlatency/functions.h"
#include "../../tools/gethostlatency/uretprobe.h"

static const struct lookup_event found = {
	.head = { .ns = 1500000000, .pid = 42, .tid = 43, .uid = 1000, .comm = "curl" },
	.latency_ns = 12345678, .call = CALL_GETADDRINFO, .host_size = sizeof("example.org"),
	.host = "example.org",
};

static const char *shown(bool json, const struct lookup_event *e)
{
	opt.common.json = json;
	opt.common.time = STAMP_UTC;
	return render(&opt.common, &record_table, print_event, e, sizeof(*e));
}

static void table_has_bccs_columns_first(void **test_state)
{
	assert_string_equal(shown(false, &found),
		"TIME         PID     COMM         LATms    HOST                   RESULT\n"
		"00:00:01.500 42      curl         12.346   example.org            ok\n");
}

static void json_has_all_fields(void **test_state)
{
	assert_string_equal(shown(true, &found),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"pid\":42,\"tid\":43,\"comm\":\"curl\","
		"\"latency_ns\":12345678,\"call\":\"getaddrinfo\",\"truncated\":false,"
		"\"host\":\"example.org\",\"result\":\"ok\",\"error\":0}\n");
}

static void a_host_cannot_forge_a_line(void **test_state)
{
	struct lookup_event e = found;
	const char *table;

	strcpy(e.host, "a\n\x1b[2Jb\xff");
	e.host_size = strlen(e.host) + 1;
	table = shown(false, &e);
	assert_null(strchr(table, '\x1b'));
	assert_non_null(strstr(table, "a\\x0a\\x1b[2Jb\\xff"));
	assert_ptr_equal(strchr(strchr(table, '\n') + 1, '\n'), table + strlen(table) - 1);
	assert_non_null(strstr(shown(true, &e), "\"host\":\"a\\u000a\\u001b[2Jb\\ufffd\""));
}

static void an_unreadable_host_has_no_key(void **test_state)
{
	struct lookup_event e = found;

	e.host_size = 0;
	assert_null(strstr(shown(true, &e), "\"host\""));
	assert_non_null(strstr(shown(false, &e), " -                      ok\n"));
}

static void a_call_that_has_not_returned_is_waiting(void **test_state)
{
	struct lookup_event e = found;

	e.waiting = 1;
	assert_non_null(strstr(shown(true, &e), "\"latency_ns\":12345678,"));
	assert_non_null(strstr(shown(true, &e), "\"host\":\"example.org\",\"result\":\"waiting\"}\n"));
	assert_non_null(strstr(shown(false, &e), " waiting\n"));
}

static void long_hosts_are_truncated(void **test_state)
{
	struct lookup_event e = found;

	memset(e.host, 'x', HOST_LEN);
	e.host[HOST_LEN] = '\0';
	e.host_size = HOST_LEN + 1;
	assert_non_null(strstr(shown(true, &e), "\"truncated\":false"));
	assert_non_null(strstr(shown(true, &e), "x\",\"result\""));
	e.host[HOST_LEN] = 'y';
	e.host_size = HOST_SIZE;
	assert_non_null(strstr(shown(true, &e), "\"truncated\":true"));
	assert_non_null(strstr(shown(true, &e), "x...\",\"result\""));
}

static void check_result(__u16 call, __s32 ret, __s32 h_err, const char *expected)
{
	struct lookup_event e = { .call = call, .ret = ret, .h_errno_ = h_err };

	assert_non_null(strstr(shown(true, &e), expected));
}

static void results_are_printed_by_name(void **test_state)
{
	check_result(CALL_GETADDRINFO, EAI_NONAME, 0, "\"result\":\"EAI_NONAME\",\"error\":-2}");
	check_result(CALL_GETADDRINFO, -9999, 0, "\"result\":\"failed\",\"error\":-9999}");
	check_result(CALL_GETHOSTBYNAME, 0, 0, "\"result\":\"ok\",\"error\":0}");
	check_result(CALL_GETHOSTBYNAME, 0, HOST_NOT_FOUND,
		     "\"result\":\"HOST_NOT_FOUND\",\"error\":1}");
	check_result(CALL_GETHOSTBYNAME2, 0, TRY_AGAIN, "\"result\":\"TRY_AGAIN\",\"error\":2}");
	check_result(CALL_GETHOSTBYNAME2, 0, H_ERRNO_UNKNOWN, "\"result\":\"failed\"}");
	check_result(CALL_GETHOSTBYNAME, 7, NETDB_INTERNAL,
		     "\"result\":\"NETDB_INTERNAL\",\"error\":-1}");
	check_result(CALL_GETHOSTBYNAME_R, ERANGE, NETDB_INTERNAL,
		     "\"result\":\"ERANGE\",\"error\":-1}");
}

static void libcs_are_known_by_name(void **test_state)
{
	static const char *const yes[] = { "libc.so.6", "libc-2.31.so", "ld-musl-x86_64.so.1",
					   "libc.musl-aarch64.so.1", "libc.so" };
	static const char *const no[] = { "libcap.so.2", "libc-client.so", "ld-linux.so.2",
					  "libc.so.6.bak", "libcrypto.so.3", "musl-gcc" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(libc_is_name(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(libc_is_name(no[i]));
}

/* A program without these functions, and a file that is not a program. */
static void functions_are_found(void **test_state)
{
	struct uprobe_places places;
	int fd = open("/proc/self/exe", O_RDONLY);

	assert_int_equal(functions_find(fd, lookup_calls, CALLS, &places), 0);
	assert_int_equal(places.n, 0);
	close(fd);
	fd = open("/etc/passwd", O_RDONLY);
	assert_int_equal(functions_find(fd, lookup_calls, CALLS, &places), -ENOEXEC);
	close(fd);
}

/* Without a probe the filter sees nothing; the behaviour of a faulty kernel is detected. */
static void harm_to_filtered_processes_is_detected(void **test_state)
{
	assert_int_equal(uretprobe_try(NULL, false), 0);
	assert_int_equal(uretprobe_try(NULL, true), -EOPNOTSUPP);
}

static int attach_fails(pid_t pid, __u64 offset)
{
	return -EMFILE;
}

/* A signal like that of a crash, and one that another process sends. */
static int attach_kills(pid_t pid, __u64 offset)
{
	return kill(pid, SIGTRAP);
}

static int attach_stops_it(pid_t pid, __u64 offset)
{
	return kill(pid, SIGTERM);
}

static void a_failed_test_gives_no_verdict(void **test_state)
{
	assert_int_equal(uretprobe_try(attach_fails, false), -EMFILE);
	assert_int_equal(uretprobe_try(attach_stops_it, false), -ECHILD);
	assert_int_equal(uretprobe_try(attach_kills, false), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_bccs_columns_first),
		cmocka_unit_test(json_has_all_fields),
		cmocka_unit_test(a_host_cannot_forge_a_line),
		cmocka_unit_test(an_unreadable_host_has_no_key),
		cmocka_unit_test(a_call_that_has_not_returned_is_waiting),
		cmocka_unit_test(long_hosts_are_truncated),
		cmocka_unit_test(results_are_printed_by_name),
		cmocka_unit_test(libcs_are_known_by_name),
		cmocka_unit_test(functions_are_found),
		cmocka_unit_test(harm_to_filtered_processes_is_detected),
		cmocka_unit_test(a_failed_test_gives_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
