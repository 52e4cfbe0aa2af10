// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The user-space half of offcputime, on handwritten stacks and waits: no BPF, no root. */
#include "render.h"
#include <linux/futex.h>
#include <sys/syscall.h>
#define main offcputime_main
#include "../../tools/offcputime/offcputime.c"
#undef main

static struct frame frames[] = {
	{ .name = "do_nanosleep", .module = "kernel", .kind = FRAME_KERNEL },
	{ .name = "hrtimer_nanosleep", .module = "kernel", .kind = FRAME_KERNEL },
	{ .name = "in;ner\nx", .module = "/lib/a b.so", .kind = FRAME_USER },
	{ .name = "main", .module = "/bin/x", .kind = FRAME_USER },
};
static const __u32 numbers[] = { 0, 1, 2, 3 };
static struct stack stack;
static struct stacks stacks;

static int reset(void **state)
{
	memset(&opt, 0, sizeof(opt));
	stack = (struct stack){
		.owner = { .pid = 42, .comm = "a;b\n", .syscall = SYS_clock_nanosleep + 1 },
		.count = 3, .ns = 30100000, .n_kernel = 2, .n_user = 2, .frames = numbers,
	};
	stacks = (struct stacks){ .frames = frames, .stacks = &stack, .n = 1 };
	return 0;
}

static void print(void *ctx, const void *event, size_t size)
{
	if (opt.n_by)
		print_waits(ctx, &stacks);
	else
		print_stack(ctx, &stacks, event);
}

static const char *shown(void)
{
	return render(&opt.common, &record_table, print, &stack, sizeof(stack));
}

static void table(void **state)
{
	stack.owner.mutex = 0x1234;
	assert_string_equal(shown(), "    do_nanosleep\n    hrtimer_nanosleep\n    in;ner\\x0ax\n"
				     "    main\n    -                a;b\\x0a (42) mutex 0x1234\n"
				     "        30100\n\n");
}

/* The format has no escapes: ';' in a name becomes ':'. */
static void folded(void **state)
{
	opt.folded = opt.delimited = true;
	assert_string_equal(shown(), "a:b\\x0a;main;in:ner\\x0ax;-;hrtimer_nanosleep;"
				     "do_nanosleep 30100\n");
}

static void json(void **state)
{
	opt.common.json = true;
	stack.owner.mutex = 0x1234;
	assert_non_null(strstr(shown(), ",\"pid\":42,\"comm\":\"a;b\\u000a\",\"syscall\":"
			"\"clock_nanosleep\",\"state\":\"runnable\",\"mutex\":\"0x1234\","
			"\"waits\":3,\"total_ns\":30100000,"
			"\"kernel\":[\"do_nanosleep\",\"hrtimer_nanosleep\"],"
			"\"kernel_modules\":[\"kernel\",\"kernel\"],\"user\":["));
	stack.owner.syscall = stack.owner.mutex = 0;
	assert_null(strstr(shown(), "\"syscall\""));
	assert_null(strstr(shown(), "\"mutex\""));
}

static void the_owner_of_a_mutex(void **state)
{
	const struct mutex_owner owner = { 7, "o\n" };

	stack.owner.mutex = 0x1234;
	keep_owner(42, 0x1235, &owner);
	keep_owner(43, 0x1234, &owner);
	assert_null(strstr(shown(), "held by"));
	keep_owner(42, 0x1234, &owner);
	assert_non_null(strstr(shown(), " (42) mutex 0x1234 held by 7 o\\x0a\n"));
	set_by("mutex");
	assert_non_null(strstr(shown(), "  0x1234 held by 7 o\\x0a\n"));
	opt.common.json = true;
	assert_non_null(strstr(shown(), "\"mutex\":\"0x1234\",\"owner\":7,\"owner_comm\":\"o\\u000a\","));
	set_by("comm");				/* such a row can add up several mutexes */
	assert_null(strstr(shown(), "owner\""));
	opt.n_by = 0;
	assert_non_null(strstr(shown(), "\"mutex\":\"0x1234\",\"owner\":7,\"owner_comm\":\"o\\u000a\","));
	free_mutexes();
}

/* Workers that a server forked can have a mutex at the same address. */
static void rows_of_several_processes_have_no_owner(void **state)
{
	const struct mutex_owner owner = { 7, "o" };
	struct stack two[] = { stack, stack };

	two[0].owner.mutex = two[1].owner.mutex = 0x1234;
	two[1].owner.pid = 43;
	keep_owner(42, 0x1234, &owner);
	keep_owner(43, 0x1234, &owner);
	stacks.stacks = two;
	stacks.n = 2;
	set_by("mutex");
	assert_null(strstr(shown(), "held by"));
	set_by("mutex,pid");
	assert_non_null(strstr(shown(), "held by 7 o\n"));
	free_mutexes();
}

static void rows(void **state)
{
	set_by("function");
	assert_string_equal(shown(), "   WAITS    TOTAL(ms)    AVG(ms)  function\n"
				     "       3       30.100     10.033  hrtimer_nanosleep\n");
	set_by("syscall");
	assert_non_null(strstr(shown(), "  clock_nanosleep\n"));
	set_by("pid,comm");
	assert_string_equal(shown(), "   WAITS    TOTAL(ms)    AVG(ms)  pid        comm\n"
				     "       3       30.100     10.033  42         a;b\\x0a\n");
	set_by("mutex");
	assert_non_null(strstr(shown(), "  [none]\n"));
	opt.common.json = true;
	set_by("pid,comm,mutex,state");
	assert_non_null(strstr(shown(), ",\"pid\":42,\"comm\":\"a;b\\u000a\",\"state\":\"runnable\","
			"\"waits\":3,\"total_ns\":30100000}\n"));
}

static void states_have_names(void **state)
{
	assert_string_equal(state_name(0), "runnable");
	assert_string_equal(state_name(TASK_INTERRUPTIBLE), "interruptible");
	assert_string_equal(state_name(TASK_UNINTERRUPTIBLE), "uninterruptible");
	assert_string_equal(state_name(TASK_UNINTERRUPTIBLE | TASK_NOLOAD), "idle");
	assert_string_equal(state_name(0x2001), "interruptible");	/* with TASK_FREEZABLE */
	assert_string_equal(state_name(0x8), "stopped");		/* TASK_TRACED */
}

static void kernel_locks_have_names(void **state)
{
	assert_null(lock_name(0));
	assert_string_equal(lock_name(1), "semaphore");
	assert_string_equal(lock_name(1 + LCB_F_READ), "rwsem-read");
	assert_string_equal(lock_name(1 + LCB_F_WRITE), "rwsem-write");
	assert_string_equal(lock_name(1 + LCB_F_PERCPU + LCB_F_READ), "percpu-rwsem");
	assert_string_equal(lock_name(1 + LCB_F_RT), "rtmutex");
	assert_string_equal(lock_name(1 + LCB_F_MUTEX), "mutex");
	stack.owner.lock = 1 + LCB_F_WRITE;
	assert_non_null(strstr(shown(), " (42) rwsem-write\n"));
	opt.common.json = true;
	assert_non_null(strstr(shown(), ",\"lock\":\"rwsem-write\","));
}

/* Two processes with different comm and equal functions, and a third one. */
static void rows_beyond_the_top_are_added_up(void **state)
{
	struct stack three[] = { stack, stack, stack };

	three[0].ns = 5000000;
	three[1].ns = 2000000;
	strcpy(three[1].owner.comm, "b");
	three[2].ns = 1000000;
	strcpy(three[2].owner.comm, "c");
	stacks.stacks = three;
	stacks.n = 3;
	set_by("comm");
	opt.top = 1;
	assert_string_equal(shown(), "   WAITS    TOTAL(ms)    AVG(ms)  comm\n"
				     "       6        3.000      0.500  (2 others)\n"
				     "       3        5.000      1.667  a;b\\x0a\n");
	opt.common.json = true;
	assert_non_null(strstr(shown(), ",\"others\":2,\"waits\":6,\"total_ns\":3000000}\n"));
	set_by("function");
	assert_non_null(strstr(shown(), ",\"function\":\"hrtimer_nanosleep\",\"waits\":9,"));
	three[2].owner.mutex = 0x1234;
	set_by("comm,mutex");		/* the shortest, but for a lock */
	assert_non_null(strstr(shown(), "\"comm\":\"c\",\"mutex\":\"0x1234\","));
}

static struct offcputime offcputime;

static int start(void **state)
{
	const struct stacks_options limits = { .distinct_max = 100, .frames_max = OFFCPU_FRAMES };

	reset(state);
	offcputime = (struct offcputime){ .open_fd = -1 };
	stacks_start(&offcputime.stacks, &limits);
	return 0;
}

static int end(void **state)
{
	free_pending(&offcputime);
	stacks_free(&offcputime.stacks);
	return 0;
}

/* A wait of @us of a thread without a process, in futex(0x10, @operation, @value). */
static void wait_in_futex(__u32 tid, __u64 began_ns, __u64 us, __u32 operation, __u32 value)
{
	struct offcpu_wait wait = {
		.head = { .head = { .ns = began_ns + us * NS_PER_US, .pid = 1 << 22, .tid = tid,
				    .comm = "x" },
			  .began_ns = began_ns, .start_boottime_ns = 1, .kind = OFFCPU_WAIT },
		.syscall = SYS_futex, .args = { 0x10, operation, value }, .has_user = true,
	};

	take_event(&offcputime, &wait, offsetof(struct offcpu_wait, frames));
}

static void waits_of_a_stack_add_up(void **state)
{
	wait_in_futex(1, 1000, 2000, FUTEX_WAIT, 0);
	wait_in_futex(2, 5000, 3000, FUTEX_WAIT, 0);
	stacks_name(&offcputime.stacks, -1, NULL);
	assert_int_equal(offcputime.stacks.n, 1);
	assert_int_equal(offcputime.stacks.stacks[0].count, 2);
	assert_int_equal(offcputime.stacks.stacks[0].ns, 5000 * NS_PER_US);
	assert_int_equal(offcputime.user_not_taken, 2);
}

static void held_mutexes_are_recognized(void **state)
{
	static const struct {
		__u32 operation, value;
		bool mutex;
	} cases[] = {
		{ FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, true },
		{ FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 2, true },
		{ FUTEX_LOCK_PI, 0, true }, { 13 | FUTEX_PRIVATE_FLAG, 0, true },
		{ FUTEX_WAIT, 0, false }, { FUTEX_WAIT, 1, false }, { FUTEX_WAKE, 2, false },
		{ FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0, false },
	};
	__u64 mutexes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		wait_in_futex(i, 1000, 2000, cases[i].operation, cases[i].value);
	stacks_name(&offcputime.stacks, -1, NULL);
	assert_int_equal(offcputime.stacks.n, 2);
	for (size_t i = 0; i < offcputime.stacks.n; i++)
		if (offcputime.stacks.stacks[i].owner.mutex == 0x10)
			mutexes = offcputime.stacks.stacks[i].count;
	assert_int_equal(mutexes, 4);
}

/* A user stack belongs to the wait that began when it was copied, and to no other. */
static void stacks_are_matched_by_time(void **state)
{
	static struct offcpu_stack copy;

	copy.head = (struct offcpu_head){
		.head = { .pid = 1 << 22, .tid = 7 }, .began_ns = 1000, .start_boottime_ns = 1,
		.kind = OFFCPU_STACK,
	};
	take_event(&offcputime, &copy, offsetof(struct offcpu_stack, words));
	wait_in_futex(7, 1000, 2000, FUTEX_WAIT, 0);
	assert_int_equal(offcputime.user_not_taken, 0);
	take_event(&offcputime, &copy, offsetof(struct offcpu_stack, words));
	wait_in_futex(7, 5000, 2000, FUTEX_WAIT, 0);
	assert_int_equal(offcputime.user_not_taken, 1);
	stacks_settle(&offcputime.stacks);
	assert_int_equal(offcputime.stacks.ends[UNWIND_GONE], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table, reset),
		cmocka_unit_test_setup(folded, reset),
		cmocka_unit_test_setup(json, reset),
		cmocka_unit_test_setup(the_owner_of_a_mutex, reset),
		cmocka_unit_test_setup(rows_of_several_processes_have_no_owner, reset),
		cmocka_unit_test_setup(rows, reset),
		cmocka_unit_test_setup(states_have_names, reset),
		cmocka_unit_test_setup(kernel_locks_have_names, reset),
		cmocka_unit_test_setup(rows_beyond_the_top_are_added_up, reset),
		cmocka_unit_test_setup_teardown(waits_of_a_stack_add_up, start, end),
		cmocka_unit_test_setup_teardown(held_mutexes_are_recognized, start, end),
		cmocka_unit_test_setup_teardown(stacks_are_matched_by_time, start, end),
	};

	return cmocka_run_group_tests_name("offcputime", tests, NULL, NULL);
}
