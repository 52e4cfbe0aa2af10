// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* usestat: processes and cgroups in which nothing runs are not read again, but are always shown. */
#include "usestat_root.h"

#define PID "900001"

/* A process with one thread that is in @state and used @ticks of CPU time, by its stat. */
static void put_stat(char state, int ticks, int pages)
{
	char text[256];

	snprintf(text, sizeof(text), PID " (prog) %c 1 1 1 0 -1 0 0 0 0 0 %d 0 0 0 20 0 1 0 50 0 %d\n",
		 state, ticks, pages);
	put("/proc/" PID "/stat", text);
}

static void put_runtime(const char *text)
{
	put("/proc/" PID "/schedstat", text);
}

/* The stat changes below only to show whether it was read. */
static void a_process_that_has_not_run(void **state)
{
	put("/proc/uptime", "1000.00 1.00\n");
	put("/proc/" PID "/cgroup", "0::/idle\n");
	put_stat('S', 10, 1);
	put_runtime("123456 0 1\n");
	look_at(&process_subject);
	look_at(&process_subject);
	put_stat('S', 20, 2);
	look_at(&process_subject);
	has(json_of(&process_subject), "\"user_us\":0,");
	has(json_of(&process_subject), "\"rss_bytes\":4096,\"rss_growth_bytes\":0,");
	has(json_of(&process_subject), "\"cgroup\":\"/idle\"");
	has(json_of(&process_subject), "\"age_s\":999,");
	put_runtime("123457 0 1\n");
	look_at(&process_subject);
	has(json_of(&process_subject), "\"user_us\":100000,");
	has(json_of(&process_subject), "\"rss_bytes\":8192,\"rss_growth_bytes\":4096,");
}

/* Idle for long, it is looked at in every second look; all of it in one of IDLE_LOOKS. */
static void a_process_that_was_idle_for_long(void **state)
{
	int looks;

	for (looks = 0; looks < IDLE_LONG + 2; looks++)
		look_at(&process_subject);
	put_stat('S', 30, 2);
	put_runtime("123458 0 1\n");
	look_at(&process_subject);
	if (strstr(json_of(&process_subject), "\"user_us\":0,"))
		look_at(&process_subject);
	has(json_of(&process_subject), "\"user_us\":100000,");
	put_stat('S', 30, 5);
	for (looks = 0; looks < IDLE_LOOKS + 1; looks++)
		look_at(&process_subject);
	has(json_of(&process_subject), "\"rss_bytes\":20480,");
}

/* Its state may change, or the kernel may not have the file. */
static void a_process_that_hangs_is_always_read(void **state)
{
	put_stat('D', 40, 5);
	put_runtime("123459 0 1\n");
	look_at(&process_subject);
	look_at(&process_subject);
	has(json_of(&process_subject), "\"state\":\"uninterruptible\"");
	put_stat('S', 50, 5);
	look_at(&process_subject);
	has(json_of(&process_subject), "\"state\":\"sleeping\"");
	put_runtime("\n");
	put_stat('S', 60, 5);
	look_at(&process_subject);
	has(json_of(&process_subject), "\"user_us\":100000,");
}

/* At the end everything is read. */
static void the_last_look_is_complete(void **state)
{
	put_runtime("123460 0 1\n");
	look_at(&process_subject);
	look_at(&process_subject);
	put_stat('S', 90, 7);
	u.last = true;
	look_at(&process_subject);
	u.last = false;
	has(json_of(&process_subject), "\"user_us\":300000,");
}

/* Cpuacct of version 1 is mounted, but this cgroup is in the other hierarchy only. */
static void a_cgroup_in_which_nothing_ran(void **state)
{
	put("/proc/self/mounts", "none /cg2 cgroup2 rw 0 0\nnone /cga cgroup rw,cpuacct 0 0\n");
	put("/cg2/cgroup.controllers", "memory\n");
	put("/cga/other/cpuacct.usage", "5\n");
	put("/cg2/web/cpu.stat", "usage_usec 100\n");
	put("/cg2/web/memory.current", "4096\n");
	put("/cg2/web/memory.max", "8192\n");
	u.ns = 0;		/* the first look finds the mounts */
	look_at(&cgroup_subject);
	put("/cg2/web/memory.current", "8192\n");
	put("/cg2/web/memory.max", "max\n");
	look_at(&cgroup_subject);
	has(json_of(&cgroup_subject), "\"name\":\"/web\",\"interval_ns\":1000000000,\"cpu_us\":0,"
	    "\"memory_bytes\":4096,\"memory_max_bytes\":8192,");
	put("/cg2/web/cpu.stat", "usage_usec 101\n");
	look_at(&cgroup_subject);
	has(json_of(&cgroup_subject), "\"cpu_us\":1,\"memory_bytes\":8192,\"memory_growth_bytes\":4096,");
	lacks(json_of(&cgroup_subject), "memory_max_bytes");
	look_at(&cgroup_subject);	/* what is unknown does not come back */
	lacks(json_of(&cgroup_subject), "memory_max_bytes");
	put("/cg2/web/memory.current", "4096\n");
	for (int looks = 0; looks < IDLE_LOOKS; looks++)
		look_at(&cgroup_subject);
	has(json_of(&cgroup_subject), "\"cpu_us\":0,\"memory_bytes\":4096,");
}

/* It is found in the next look that reads it, at the latest in the last look. */
static void a_cgroup_made_in_an_idle_one(void **state)
{
	put("/cg2/web/inner/cpu.stat", "usage_usec 7\n");
	u.last = true;
	look_at(&cgroup_subject);
	u.last = false;
	has(json_of(&cgroup_subject), "\"name\":\"/web/inner\"");
	has(table_of(&cgroup_subject), "/web/inner");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_that_has_not_run),
		cmocka_unit_test(a_process_that_was_idle_for_long),
		cmocka_unit_test(a_process_that_hangs_is_always_read),
		cmocka_unit_test(the_last_look_is_complete),
		cmocka_unit_test(a_cgroup_in_which_nothing_ran),
		cmocka_unit_test(a_cgroup_made_in_an_idle_one),
	};

	return cmocka_run_group_tests_name("usestat_idle", tests, begin, end);
}
