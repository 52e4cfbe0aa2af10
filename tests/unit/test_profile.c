// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of profile, on handwritten stacks: no BPF, no root. */
#include "render.h"
#define main profile_main
#include "../../tools/profile/profile.c"
#undef main

static struct frame frames[] = {
	{ .name = "do_work", .module = "kernel", .kind = FRAME_KERNEL },
	{ .name = "entry", .module = "kernel", .kind = FRAME_KERNEL },
	{ .name = "in;ner\nx", .module = "/lib/a b.so", .kind = FRAME_USER },
	{ .name = "main", .module = "/bin/\x1b[2J", .kind = FRAME_USER },
	{ .name = "[unknown]", .kind = FRAME_USER, .unknown = true },
};
static const __u32 numbers[] = { 0, 1, 2, 3, 4 };
static struct stack stack;
static struct stacks stacks;

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		frames[i].address = frames[i].offset = 0;
	stack = (struct stack){
		.owner = { .pid = 42, .tid = 43, .cpu = 1, .comm = "a;b\n" },
		.count = 7, .n_kernel = 2, .n_user = 3, .frames = numbers,
	};
	stacks = (struct stacks){ .frames = frames, .stacks = &stack, .n = 1 };
	return 0;
}

static void print(void *ctx, const void *event, size_t size)
{
	print_stack(ctx, &stacks, event);
}

static const char *shown(void)
{
	return render(&opt.common, &record_table, print, &stack, sizeof(stack));
}

static void table(void **state)
{
	assert_string_equal(shown(),
			    "    do_work\n    entry\n    in;ner\\x0ax\n    main\n    [unknown]\n"
			    "    -                a;b\\x0a (42)\n        7\n\n");
}

static void table_with_marks(void **state)
{
	opt.delimited = opt.annotate = opt.by_tid = opt.by_cpu = true;
	assert_string_equal(shown(),
			    "    do_work_[k]\n    entry_[k]\n    --\n    in;ner\\x0ax\n    main\n"
			    "    [unknown]\n    -                a;b\\x0a (42) tid 43 CPU#1\n"
			    "        7\n\n");
}

static void no_mark_if_one_part_is_missing(void **state)
{
	opt.delimited = true;
	stack.n_user = 0;
	assert_null(strstr(shown(), "--"));
	opt.folded = true;
	assert_string_equal(shown(), "a:b\\x0a;entry;do_work 7\n");
}

static void addresses(void **state)
{
	frames[2].address = 0x7f0000001234;
	frames[2].offset = 0x34;
	stack.frames = numbers + 2;
	stack.n_kernel = 0;
	stack.n_user = 1;
	assert_string_equal(shown(), "    00007f0000001234 in;ner\\x0ax+0x34 (/lib/a b.so)\n"
				     "    -                a;b\\x0a (42)\n        7\n\n");
}

/* The format has no escapes: ';' in a name becomes ':'. */
static void folded(void **state)
{
	opt.folded = true;
	assert_string_equal(shown(), "a:b\\x0a;[unknown];main;in:ner\\x0ax;entry;do_work 7\n");
	opt.delimited = opt.annotate = true;
	assert_string_equal(shown(), "a:b\\x0a;[unknown];main;in:ner\\x0ax;-;entry_[k];"
				     "do_work_[k] 7\n");
}

static void json(void **state)
{
	opt.common.json = true;
	assert_non_null(strstr(shown(), "{\"type\":\"stack\","));
	assert_non_null(strstr(shown(), ",\"pid\":42,\"comm\":\"a;b\\u000a\",\"count\":7,"
			"\"kernel\":[\"do_work\",\"entry\"],\"kernel_modules\":[\"kernel\","
			"\"kernel\"],\"user\":[\"in;ner\\u000ax\",\"main\",\"[unknown]\"],"
			"\"user_modules\":[\"/lib/a b.so\",\"/bin/\\u001b[2J\",\"\"]}\n"));
}

static void json_with_all_optional_fields(void **state)
{
	opt.common.json = opt.by_tid = opt.by_cpu = opt.stacks.addresses = true;
	frames[0].address = 0xffffffff81000000;
	assert_non_null(strstr(shown(), ",\"pid\":42,\"tid\":43,\"cpu\":1,"));
	assert_non_null(strstr(shown(), "\"kernel_addresses\":[\"0xffffffff81000000\",\"0x0\"]"));
}

static void json_with_only_the_user_part(void **state)
{
	opt.common.json = opt.user_only = true;
	assert_null(strstr(shown(), "\"kernel"));
	assert_non_null(strstr(shown(), "\"user\""));
}

static void check_banner(const char *expected)
{
	char *words = banner(true);

	assert_string_equal(words, expected);
	free(words);
}

static void the_banner_describes_the_samples(void **state)
{
	opt.sampling = (struct sampling_args){ .hertz = 49, .cpu = -1 };
	check_banner("Sampling at 49 Hertz of all threads by user + kernel stack... "
		     "Hit Ctrl-C to end.");
	opt.common.duration = 10;
	opt.user_only = true;
	opt.pids = (struct id_list){ .n = 1, .arg = "181" };
	opt.sampling.cpu = 3;
	check_banner("Sampling at 49 Hertz of PID [181] by user stack on CPU#3 for 10 secs.");
}

static void the_banner_has_the_unit_of_the_period(void **state)
{
	opt.sampling = (struct sampling_args){ .period = 1000000, .cpu = -1 };
	check_banner("Sampling every 1000000 nanoseconds of all threads by user + kernel stack... "
		     "Hit Ctrl-C to end.");
}

static int start(void **state)
{
	const struct stacks_options limits = { .distinct_max = 3, .frames_max = 4 };

	reset(state);
	stacks_start(&stacks, &limits);
	return 0;
}

static int end(void **state)
{
	stacks_free(&stacks);
	return 0;
}

/* Add a user stack of @n addresses from @first on, which no process has mapped. */
static void add(__u32 pid, __u64 first, __u32 n, const char *comm)
{
	const __u64 user[] = { first, first + 1, first + 2, first + 3 };
	struct stack_sample sample = {
		.owner = { .pid = pid }, .process = { 1, 1, pid }, .user = user, .kernel = user,
		.n_user = n,
	};

	strcpy(sample.owner.comm, comm);
	stacks_add(&stacks, &sample);
}

static void stacks_of_the_same_names_are_one(void **state)
{
	add(1 << 22, 0x1000, 2, "x");
	add(1 << 22, 0x2000, 2, "x");
	add(1 << 22, 0x1000, 2, "y");
	stacks_name(&stacks, -1, NULL);
	assert_int_equal(stacks.n, 2);
	assert_int_equal(stacks.stacks[0].count, 2);
	assert_string_equal(stacks.stacks[0].owner.comm, "x");
	assert_int_equal(stacks.stacks[0].n_user, 2);
	assert_string_equal(stacks.frames[stacks.stacks[0].frames[0]].name, "[unknown]");
	assert_int_equal(stacks.user_frames, 6);
	assert_int_equal(stacks.user_unknown, 6);
}

static void a_stack_of_the_maximum_depth_is_truncated(void **state)
{
	add(1 << 22, 0x1000, 4, "x");
	stacks_name(&stacks, -1, NULL);
	assert_int_equal(stacks.cut_off, 1);
	assert_int_equal(stacks.stacks[0].n_user, 5);
	assert_string_equal(stacks.frames[stacks.stacks[0].frames[4]].name, "[cut off]");
}

static void samples_beyond_the_limit_are_counted(void **state)
{
	__u64 total = 0;

	for (int i = 0; i < 10; i++)
		add(1 << 22, 0x1000 * (i + 1), 2, "x");
	stacks_name(&stacks, -1, NULL);
	assert_int_equal(stacks.samples, 10);
	assert_int_equal(stacks.not_kept, 7);
	for (size_t i = 0; i < stacks.n; i++)
		total += stacks.stacks[i].count;
	assert_int_equal(total, 10);
}

static void a_known_stack_is_counted_always(void **state)
{
	for (int i = 0; i < 10; i++)
		add(1 << 22, 0x1000 * (i % 5 + 1), 2, "x");
	assert_int_equal(stacks.samples, 10);
	assert_int_equal(stacks.not_kept, 4);
	stacks_name(&stacks, -1, NULL);
}

/* They are not kept anyway: neither the tool nor its helper remembers them. */
static void processes_beyond_the_limit_cost_no_memory(void **state)
{
	__u64 total = 0;

	for (__u32 i = 0; i < 20000; i++)
		add((1 << 22) + i, 0x1000, 2, "x");
	assert_int_equal(stacks.processes.n, 3);
	assert_int_equal(stacks.addresses.n, 3 + 4096 + 1);
	stacks_name(&stacks, -1, NULL);
	for (size_t i = 0; i < stacks.n; i++)
		total += stacks.stacks[i].count;
	assert_int_equal(total, 20000);
	assert_string_equal(stacks.stacks[0].owner.comm, "[others]");
	assert_int_equal(stacks.stacks[0].count, 20000 - 3 - 4096);
}

static void a_mutex_of_a_process_beyond_the_limit_has_no_owner(void **state)
{
	const struct stack_process process = { 1, 1, 1 << 23 };
	struct mutex_owner owner;

	for (int i = 0; i < 3; i++)
		add(1 << 22, 0x1000 * (i + 1), 2, "x");
	assert_false(stacks_mutex_owner(&stacks, &process, 0x1000, false, 0, &owner));
	assert_int_equal(stacks.processes.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table, reset),
		cmocka_unit_test_setup(table_with_marks, reset),
		cmocka_unit_test_setup(no_mark_if_one_part_is_missing, reset),
		cmocka_unit_test_setup(addresses, reset),
		cmocka_unit_test_setup(folded, reset),
		cmocka_unit_test_setup(json, reset),
		cmocka_unit_test_setup(json_with_all_optional_fields, reset),
		cmocka_unit_test_setup(json_with_only_the_user_part, reset),
		cmocka_unit_test_setup(the_banner_describes_the_samples, reset),
		cmocka_unit_test_setup(the_banner_has_the_unit_of_the_period, reset),
		cmocka_unit_test_setup_teardown(stacks_of_the_same_names_are_one, start, end),
		cmocka_unit_test_setup_teardown(a_stack_of_the_maximum_depth_is_truncated, start, end),
		cmocka_unit_test_setup_teardown(samples_beyond_the_limit_are_counted, start, end),
		cmocka_unit_test_setup_teardown(a_known_stack_is_counted_always, start, end),
		cmocka_unit_test_setup_teardown(processes_beyond_the_limit_cost_no_memory, start, end),
		cmocka_unit_test_setup_teardown(a_mutex_of_a_process_beyond_the_limit_has_no_owner, start, end),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
