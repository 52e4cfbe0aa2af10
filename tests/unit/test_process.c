// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Process IDs as columns, in the initial PID namespace and in another one. */
#include "render.h"

#include "../../common/core/self.c"
#include "output/process.h"

enum { COL_PID, COL_TID, COL_PPID };
static struct column columns[] = {
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID },
	[COL_PPID] = { "PPID", "ppid", -7, COLUMN_ID },
};
static const struct table table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = 3,
};

struct event {
	struct event_head head;
	__u32 ppid, ns_ppid;
};

static void print(void *ctx, const void *event, size_t size)
{
	const struct event *e = event;
	struct out *out = ctx;

	out_row(out, 0);
	out_task(out, COL_PID, COL_TID, &e->head);
	out_parent(out, COL_PPID, e->ppid, e->ns_ppid);
	out_end(out);
}

/* Return the record without the heading or, for JSON, without the common beginning of lines. */
static const char *shown(bool json, struct event e)
{
	struct common_args args = { .json = json };
	const char *text = render(&args, &table, print, &e, sizeof(e));

	return json ? strstr(text, "\"mono_ns\":0,") + strlen("\"mono_ns\":0,") :
		      strchr(text, '\n') + 1;
}

static const struct event here = {
	.head = { .pid = 1000, .tid = 1001, .ns_pid = 10, .ns_tid = 11 }, .ppid = 900, .ns_ppid = 9,
};
static const struct event first = {
	.head = { .pid = 1000, .tid = 1000, .ns_pid = 1, .ns_tid = 1 }, .ppid = 900,
};
static const struct event elsewhere = { .head = { .pid = 1000, .tid = 1001 }, .ppid = 900 };

static void the_initial_namespace_has_one_number(void **state)
{
	self = (struct self){ .pid = 1 };
	assert_string_equal(shown(false, here), "1000    1001    900\n");
	assert_string_equal(shown(true, here), "\"pid\":1000,\"tid\":1001,\"ppid\":900}\n");
	assert_string_equal(process_text(1000, 10), "1000");
}

static void another_namespace_has_two(void **state)
{
	self = (struct self){ .pid = 1, .pidns_inum = 5, .pidns_level = 1 };
	assert_string_equal(shown(false, here), "10      11      9\n");
	assert_string_equal(shown(true, here),
		"\"host_pid\":1000,\"host_tid\":1001,\"host_ppid\":900,"
		"\"pid\":10,\"tid\":11,\"ppid\":9}\n");
	assert_string_equal(process_text(1000, 10), "10");
}

static void processes_outside_the_namespace_are_marked(void **state)
{
	self = (struct self){ .pid = 1, .pidns_inum = 5, .pidns_level = 1 };
	assert_string_equal(shown(false, elsewhere), "other   other   other\n");
	assert_string_equal(shown(true, elsewhere),
		"\"host_pid\":1000,\"host_tid\":1001,\"host_ppid\":900,\"other_pidns\":true}\n");
	assert_string_equal(shown(false, first), "1       1       other\n");
	assert_string_equal(shown(true, first),
		"\"host_pid\":1000,\"host_tid\":1000,\"host_ppid\":900,\"pid\":1,\"tid\":1}\n");
	assert_string_equal(process_text(1000, 0), "other");
}

static void pids_in_proc_are_those_of_its_namespace(void **state)
{
	self = (struct self){ .pid = 1 };
	assert_int_equal(self_proc_id(1000, 10), 1000);
	self = (struct self){ .pid = 1, .pidns_inum = 5, .pidns_level = 1 };
	proc = PROC_OURS;
	assert_int_equal(self_proc_id(1000, 10), 10);
	assert_true(self_proc_is_ours());
	proc = PROC_INITIAL;
	assert_int_equal(self_proc_id(1000, 10), 1000);
	assert_false(self_proc_is_ours());
	proc = PROC_OTHER;
	assert_int_equal(self_proc_id(1000, 10), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_initial_namespace_has_one_number),
		cmocka_unit_test(another_namespace_has_two),
		cmocka_unit_test(processes_outside_the_namespace_are_marked),
		cmocka_unit_test(pids_in_proc_are_those_of_its_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
