// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of tcpretrans, on handwritten events: no BPF, no root. */
#include "render.h"
#define main tcpretrans_main
#include "../../tools/tcpretrans/tcpretrans.c"
#undef main

static const struct retrans_event owned = {
	.head = { .ns = 1500000000, .pid = 42, .uid = 1000, .comm = "nginx" },
	.id = { .saddr = { 10, 0, 0, 1 }, .daddr = { 192, 0, 2, 7 }, .netns = 4026531840,
		.sport = 443, .dport = 40000, .family = 4 },
	.kind = RETRANS_PROBE, .state = 1, .seq = 4000000000, .bytes = 1448, .segments = 1,
};

static const struct retrans_event orphan = {
	.head = { .ns = 1500000000 },
	.id = { .saddr = { [15] = 1 }, .daddr = { 0x20, 1, 0xd, 0xb8, [15] = 7 },
		.sport = 80, .dport = 40001, .family = 6 },
	.kind = RETRANS_SEGMENT, .state = 4, .segments = 2,
};

static void print_one(void *ctx, const void *event, size_t size)
{
	print_event(ctx, event);
}

static void print_one_count(void *ctx, const void *event, size_t size)
{
	print_count(ctx, event);
}

static const char *shown(bool json, const struct retrans_event *e)
{
	opt.common.json = json;
	opt.common.time = STAMP_NONE;
	check_options();
	return render(&opt.common, &record_table, print_one, e, sizeof(*e));
}

static int reset(void **state)
{
	opt.common = (struct common_args){};
	opt.sequence = opt.count = false;
	return 0;
}

static void table_has_bccs_columns_first(void **state)
{
	assert_string_equal(shown(false, &owned),
		"PID    IP LADDR:LPORT       T> RADDR:RPORT       STATE       COMM\n"
		"42     4  10.0.0.1:443      L> 192.0.2.7:40000   ESTABLISHED nginx\n");
}

static void the_sequence_is_an_option(void **state)
{
	opt.sequence = true;
	assert_string_equal(shown(false, &owned),
		"PID    IP LADDR:LPORT       T> RADDR:RPORT       STATE       SEQ        COMM\n"
		"42     4  10.0.0.1:443      L> 192.0.2.7:40000   ESTABLISHED 4000000000 nginx\n");
}

static void json_has_all_fields(void **state)
{
	assert_string_equal(shown(true, &owned),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"pid\":42,\"family\":4,"
		"\"laddr\":\"10.0.0.1\",\"lport\":443,\"kind\":\"probe\","
		"\"raddr\":\"192.0.2.7\",\"rport\":40000,\"state\":\"ESTABLISHED\","
		"\"seq\":4000000000,\"bytes\":1448,\"segments\":1,\"comm\":\"nginx\","
		"\"netns\":4026531840}\n");
}

static void an_orphan_has_no_owner(void **state)
{
	assert_null(strstr(shown(true, &orphan), "\"pid\""));
	assert_null(strstr(shown(true, &orphan), "\"comm\""));
	assert_non_null(strstr(shown(false, &orphan),
		"\n-      6  [::1]:80          R> [2001:db8::7]:40001 FIN_WAIT1   -\n"));
}

static void states_and_kinds_have_names(void **state)
{
	struct retrans_event e = owned;

	assert_string_equal(state_name(11), "CLOSING");
	assert_string_equal(state_name(99), "unknown");
	e.kind = RETRANS_SYN;
	assert_non_null(strstr(shown(false, &e), " S> "));
	e.kind = RETRANS_SYNACK;
	assert_non_null(strstr(shown(false, &e), " A> "));
}

static void counts_are_by_connection(void **state)
{
	struct sock_count c = { .id = owned.id, .n = 1ULL << 33 };

	assert_string_equal(render(&opt.common, &count_table,
				   print_one_count, &c, sizeof(c)),
		"LADDR:LPORT               RADDR:RPORT               RETRANSMITS\n"
		"10.0.0.1:443              192.0.2.7:40000           8589934592\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_has_bccs_columns_first, reset),
		cmocka_unit_test_setup(the_sequence_is_an_option, reset),
		cmocka_unit_test_setup(json_has_all_fields, reset),
		cmocka_unit_test_setup(an_orphan_has_no_owner, reset),
		cmocka_unit_test_setup(states_and_kinds_have_names, reset),
		cmocka_unit_test_setup(counts_are_by_connection, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
