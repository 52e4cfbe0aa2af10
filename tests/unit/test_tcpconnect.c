// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of tcpconnect, on handwritten events: no BPF, no root. */
#include "render.h"
#define main tcpconnect_main
#include "../../tools/tcpconnect/tcpconnect.c"
#undef main

static const struct connect_event v4 = {
	.head = { .ns = 1500000000, .pid = 42, .tid = 43, .uid = 1000, .comm = "curl" },
	.id = { .saddr = { 10, 0, 0, 1 }, .daddr = { 192, 0, 2, 7 }, .netns = 4026531840,
		.sport = 40000, .dport = 443, .family = 4 },
	.latency_ns = 1234567, .result = CONNECT_ESTABLISHED,
};

static const struct connect_event v6 = {
	.head = { .ns = 1500000000, .pid = 42, .tid = 42, .uid = 0, .comm = "a\nb\x1b[2J" },
	.id = { .saddr = { [15] = 1 }, .daddr = { 0x20, 1, 0xd, 0xb8, [15] = 7 },
		.dport = 80, .family = 6 },
	.result = CONNECT_FAILED, .error = ECONNREFUSED, .latency_ns = 5000,
};

static const char *shown(bool json, const struct connect_event *e)
{
	opt.common.json = json;
	check_options();
	return render(&opt.common, &record_table, print_event, e, sizeof(*e));
}

static int reset(void **state)
{
	opt.common = (struct common_args){};
	opt.sport = opt.print_uid = opt.count = false;
	opt.sockets = (struct sock_filter_args){};
	return 0;
}

static void table_has_bccs_columns_first(void **state)
{
	assert_string_equal(shown(false, &v4),
		"PID    COMM         IP SADDR           DADDR           DPORT RESULT      LAT(ms)\n"
		"42     curl         4  10.0.0.1        192.0.2.7       443   established   1.235\n");
	assert_int_equal(strcspn(shown(false, &v4), "\n"), 80);	/* the width of a terminal */
}

static void options_add_columns(void **state)
{
	opt.sport = opt.print_uid = true;
	assert_string_equal(shown(false, &v4),
		"UID    PID    COMM         IP SADDR           DADDR           SPORT DPORT "
		"RESULT      LAT(ms)\n"
		"1000   42     curl         4  10.0.0.1        192.0.2.7       40000 443   "
		"established   1.235\n");
}

static void json_has_all_fields(void **state)
{
	assert_string_equal(shown(true, &v4),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"pid\":42,\"tid\":43,\"comm\":\"curl\","
		"\"family\":4,\"saddr\":\"10.0.0.1\",\"daddr\":\"192.0.2.7\",\"sport\":40000,"
		"\"dport\":443,\"result\":\"established\",\"latency_ns\":1234567,"
		"\"netns\":4026531840}\n");
}

static void unknown_values_have_no_key(void **state)
{
	const char *json = shown(true, &v6);

	assert_null(strstr(json, "sport"));
	assert_non_null(strstr(json, "\"comm\":\"a\\u000ab\\u001b[2J\",\"family\":6,"
			       "\"saddr\":\"::1\",\"daddr\":\"2001:db8::7\",\"dport\":80,"
			       "\"result\":\"refused\",\"errno\":111,\"error_name\":\"ECONNREFUSED\",\"latency_ns\":5000,"));
}

static void a_name_cannot_forge_a_line(void **state)
{
	const char *table = shown(false, &v6);

	assert_null(strchr(table, '\x1b'));
	assert_ptr_equal(strchr(strchr(table, '\n') + 1, '\n'), table + strlen(table) - 1);
}

static void check_result(__u32 result, __u32 error, const char *name)
{
	struct connect_event e = { .result = result, .error = error };

	assert_string_equal(result_name(&e), name);
}

static void results_are_printed_by_name(void **state)
{
	check_result(CONNECT_UNKNOWN, 0, "unknown");
	check_result(CONNECT_WAITING, 0, "waiting");
	check_result(CONNECT_ABORTED, 0, "aborted");
	check_result(CONNECT_FAILED, ETIMEDOUT, "timeout");
	check_result(CONNECT_FAILED, EHOSTUNREACH, "unreachable");
	check_result(CONNECT_FAILED, ENETUNREACH, "unreachable");
	check_result(CONNECT_FAILED, ECONNRESET, "reset");
	check_result(CONNECT_FAILED, ECONNABORTED, "aborted");
	check_result(CONNECT_FAILED, EADDRNOTAVAIL, "EADDRNOTAVAIL");
	check_result(CONNECT_FAILED, EACCES, "EACCES");
	check_result(CONNECT_FAILED, 4000, "unknown");
}

static void counts_are_sorted(void **state)
{
	struct sock_count counts[] = { { .n = 1 }, { .n = 1ULL << 40 }, { .n = 7 },
				  { .n = 7, .id.saddr = { 1 } } };

	qsort(counts, ARRAY_SIZE(counts), sizeof(counts[0]), sock_count_compare);
	assert_int_equal(counts[0].n, 1ULL << 40);
	assert_int_equal(counts[1].id.saddr[0], 0);
	assert_int_equal(counts[2].id.saddr[0], 1);
	assert_int_equal(counts[3].n, 1);
}

static void port_lists_are_parsed(void **state)
{
	assert_true(args_sock_filter(&opt.sockets, 'P', "80,443"));
	assert_true(args_sock_filter(&opt.sockets, 'P', "65535"));
	assert_int_equal(opt.sockets.n_ports, 3);
	assert_int_equal(opt.sockets.ports[2], 65535);
	assert_true(args_sock_filter(&opt.sockets, '6', NULL));
	assert_int_equal(opt.sockets.family, 6);
	assert_false(args_sock_filter(&opt.sockets, '5', NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_has_bccs_columns_first, reset),
		cmocka_unit_test_setup(options_add_columns, reset),
		cmocka_unit_test_setup(json_has_all_fields, reset),
		cmocka_unit_test_setup(unknown_values_have_no_key, reset),
		cmocka_unit_test_setup(a_name_cannot_forge_a_line, reset),
		cmocka_unit_test_setup(results_are_printed_by_name, reset),
		cmocka_unit_test_setup(counts_are_sorted, reset),
		cmocka_unit_test_setup(port_lists_are_parsed, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
