// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of tcpaccept, on handwritten events: no BPF, no root. */
#include "render.h"
#define main tcpaccept_main
#include "../../tools/tcpaccept/tcpaccept.c"
#undef main

static const struct accept_event v4 = {
	.head = { .ns = 1500000000, .pid = 42, .tid = 43, .uid = 1000, .comm = "nginx" },
	.id = { .saddr = { 10, 0, 0, 1 }, .daddr = { 192, 0, 2, 7 }, .netns = 4026531840,
		.sport = 443, .dport = 40000, .family = 4 },
	.queue_ns = 1234567,
};

static const struct accept_event v6 = {
	.head = { .ns = 1500000000, .pid = 42, .tid = 42, .comm = "a\nb\x1b[2J" },
	.id = { .saddr = { [15] = 1 }, .daddr = { 0x20, 1, 0xd, 0xb8, [15] = 7 },
		.sport = 80, .dport = 40001, .family = 6 },
};

static const char *shown(bool json, const struct accept_event *e)
{
	struct common_args args = { .json = json };

	return render(&args, &record_table, print_event, e, sizeof(*e));
}

static void table_has_bccs_columns_first(void **state)
{
	assert_string_equal(shown(false, &v4),
		"PID     COMM         IP RADDR           RPORT LADDR           LPORT QUEUE(ms)\n"
		"42      nginx        4  192.0.2.7       40000 10.0.0.1        443       1.235\n");
}

static void json_has_all_fields(void **state)
{
	assert_string_equal(shown(true, &v4),
		"{\"type\":\"event\",\"time\":\"1970-01-01T00:00:01.500000000Z\","
		"\"mono_ns\":1500000000,\"uid\":1000,\"pid\":42,\"tid\":43,\"comm\":\"nginx\","
		"\"family\":4,\"raddr\":\"192.0.2.7\",\"rport\":40000,\"laddr\":\"10.0.0.1\","
		"\"lport\":443,\"queue_ns\":1234567,\"netns\":4026531840}\n");
}

static void an_unknown_queue_time_has_no_key(void **state)
{
	assert_null(strstr(shown(true, &v6), "queue_ns"));
	assert_non_null(strstr(shown(false, &v6), "80            -\n"));
}

static void a_name_cannot_forge_a_line(void **state)
{
	const char *table = shown(false, &v6);

	assert_null(strchr(table, '\x1b'));
	assert_ptr_equal(strchr(strchr(table, '\n') + 1, '\n'), table + strlen(table) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_bccs_columns_first),
		cmocka_unit_test(json_has_all_fields),
		cmocka_unit_test(an_unknown_queue_time_has_no_key),
		cmocka_unit_test(a_name_cannot_forge_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
