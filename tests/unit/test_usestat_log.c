// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Classes of the kernel's messages, and damaged and forged records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../tools/usestat/source.c"
#include "../../tools/usestat/kmsg_parse.c"
#include "../../tools/usestat/kmsg_object.c"

static struct kmsg record;

static bool parse(const char *text)
{
	char copy[8192];

	snprintf(copy, sizeof(copy), "%s", text);
	memset(&record, 0, sizeof(record));
	return kmsg_parse(copy, &record);
}

static void classes_of_real_messages(void **state)
{
	static const char *const cases[][2] = {
		{ "hung_task", "INFO: task dd:123 blocked for more than 120 seconds." },
		{ "soft_lockup", "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [a:1]" },
		{ "hard_lockup", "watchdog: Watchdog detected hard LOCKUP on cpu 3" },
		{ "rcu_stall", "rcu: INFO: rcu_preempt self-detected stall on CPU" },
		{ "io_error", "I/O error, dev sda, sector 2048 op 0x0:(READ) flags 0x0" },
		{ "io_error", "blk_update_request: I/O error, dev sdb, sector 0" },
		{ "io_error", "nvme nvme0: I/O 12 QID 3 timeout, aborting" },
		{ "io_error", "ata1.00: failed command: READ FPDMA QUEUED" },
		{ "fs_error", "EXT4-fs error (device sda1): ext4_lookup:1602: inode #2: bad" },
		{ "fs_error", "XFS (dm-0): Metadata corruption detected at xfs_agf_verify" },
		{ "fs_error", "XFS (sda): log I/O error -5" },
		{ "fs_error", "BTRFS error (device sda): bdev /dev/sda errs: wr 1" },
		{ "read_only_remount", "EXT4-fs (sda1): Remounting filesystem read-only" },
		{ "raid", "md/raid1:md0: Disk failure on sdb1, disabling device." },
		{ "nfs", "nfs: server fs1 not responding, still trying" },
		{ "nfs_recovered", "nfs: server fs1 OK" },
		{ "memory_error", "EDAC MC0: 1 CE memory read error on CPU_SrcID#0" },
		{ "pcie_error", "pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected" },
		{ "thermal", "CPU3: Core temperature above threshold, cpu clock throttled" },
		{ "nic_reset", "NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out" },
		{ "conntrack_full", "nf_conntrack: nf_conntrack: table full, dropping packet" },
		{ "neighbour_full", "neighbour: arp_cache: neighbor table overflow!" },
		{ "allocation_failure", "swapper/0: page allocation failure: order:2, mode:0x0" },
		{ "tcp_memory", "TCP: out of memory -- consider tuning tcp_mem" },
		{ "unregister_netdevice", "unregister_netdevice: waiting for lo to become free" },
		{ "segfault", "a.out[77]: segfault at 0 ip 00005 sp 00007 error 6 in a.out" },
		{ "pids_limit", "cgroup: fork rejected by pids controller in /a" },
		{ "kernel_warning", "WARNING: CPU: 1 PID: 5 at mm/slub.c:1 kfree+0x1/0x2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *class = kmsg_class(cases[i][1]);

		if (!class || strcmp(class, cases[i][0]) != 0)
			fail_msg("%s, not %s: %s", class ? class : "none", cases[i][0], cases[i][1]);
	}
	assert_null(kmsg_class("eth0: Link is Up - 1Gbps/Full"));
	assert_null(kmsg_class("EXT4-fs (vda): mounted filesystem with ordered data mode"));
	assert_null(kmsg_class(""));
}

static void every_pattern_fits_a_text_of_its_parts(void **state)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		assert_non_null(kmsg_class(classes[i].pattern));
	assert_null(kmsg_class_name(sizeof(classes) / sizeof(classes[0])));
}

static void a_kill_has_the_groups_of_its_constraint(void **state)
{
	assert_true(parse("6,10,5000000,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),"
			  "cpuset=/,mems_allowed=0,oom_memcg=/kube/pod,task_memcg=/kube/pod/a,"
			  "task=java,pid=42,uid=0\n"));
	assert_null(record.class);
	assert_true(parse("3,11,5000001,-;Memory cgroup out of memory: Killed process 42 (a (b) c) "
			  "total-vm:1kB, anon-rss:1kB\n DEVICE=b8:0\n"));
	assert_string_equal(record.class, "oom_kill");
	assert_int_equal(record.pid, 42);
	assert_string_equal(record.comm, "a (b");
	assert_string_equal(record.oom_memcg, "/kube/pod");
	assert_string_equal(record.task_memcg, "/kube/pod/a");
	assert_string_equal(record.device, "b8:0");
	assert_int_equal(record.level, 3);
	assert_int_equal(record.ns, 5000001000);
	assert_true(parse("3,12,5000002,-;Out of memory: Killed process 43 (x) total-vm:1kB\n"));
	assert_string_equal(record.oom_memcg, "");	/* of another kill */
}

/* A program that may write to the log cannot forge messages of the kernel. */
static void what_programs_write_has_no_class(void **state)
{
	assert_true(parse("12,20,1,-;EXT4-fs error (device sda1): not the kernel\n"));
	assert_null(record.class);
	assert_true(parse("4,21,1,-;EXT4-fs error (device sda1): the kernel\n"));
	assert_string_equal(record.class, "fs_error");
}

static void what_a_message_is_about(void **state)
{
	static const char *const cases[][2] = {
		{ "sda", "I/O error, dev sda, sector 2048 op 0x0:(READ) flags 0x0" },
		{ "sdb1", "Buffer I/O error on dev sdb1, logical block 0, async page read" },
		{ "nvme0", "nvme nvme0: I/O 12 QID 3 timeout, aborting" },
		{ "sda1", "EXT4-fs error (device sda1): ext4_lookup:1602: inode #2: bad" },
		{ "dm-0", "XFS (dm-0): Metadata corruption detected at xfs_agf_verify" },
		{ "sda1", "EXT4-fs (sda1): Remounting filesystem read-only" },
		{ "md0", "md/raid1:md0: Disk failure on sdb1, disabling device." },
		{ "fs1", "nfs: server fs1 not responding, still trying" },
		{ "eth0", "NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out" },
		{ "lo", "unregister_netdevice: waiting for lo to become free" },
		{ "80", "TCP: request_sock_TCP: Possible SYN flooding on port 80. Sending cookies." },
		{ "[::]:80", "TCP: request_sock_TCP: Possible SYN flooding on port [::]:80. Dropping." },
		{ "tsc", "clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as "
			 "unstable because the skew is too large:" },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "3,1,1,-;%s\n", cases[i][1]);
		assert_true(parse(text));
		assert_string_equal(record.object, cases[i][0]);
	}
	assert_true(parse("3,1,1,-;I/O error, dev \n"));
	assert_string_equal(record.object, "");
	assert_true(parse("3,1,1,-;INFO: task a:b:123 blocked for more than 120 seconds.\n"));
	assert_string_equal(record.comm, "a:b");
	assert_int_equal(record.pid, 123);
	assert_true(parse("0,1,1,-;watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/1:2:7]\n"));
	assert_string_equal(record.comm, "kworker/1:2");
	assert_int_equal(record.pid, 7);
	assert_true(parse("6,1,1,-;cgroup: fork rejected by pids controller in /a b/c\n"));
	assert_string_equal(record.task_memcg, "/a b/c");
	assert_true(parse("3,1,1,-;INFO: task  blocked for more than seconds\n"));
	assert_int_equal(record.pid, 0);
}

static void damaged_records(void **state)
{
	char longest[8000] = "3,1,1,-;";

	assert_false(parse(""));
	assert_false(parse("6,1,1,-"));
	assert_false(parse(";text"));
	assert_false(parse("a,b,c,-;text"));
	assert_true(parse("3,1,1,-;"));
	assert_string_equal(record.class, "other_error");
	memset(longest + 8, 'x', sizeof(longest) - 9);
	assert_true(parse(longest));
	assert_int_equal(strlen(record.text), sizeof(record.text) - 1);
	assert_true(parse("3,1,1,-;Killed process (\n"));
	assert_int_equal(record.pid, 0);
	assert_true(parse("3,1,1,-;Killed process 99999999999999999999999 x\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_of_real_messages),
		cmocka_unit_test(every_pattern_fits_a_text_of_its_parts),
		cmocka_unit_test(a_kill_has_the_groups_of_its_constraint),
		cmocka_unit_test(what_programs_write_has_no_class),
		cmocka_unit_test(what_a_message_is_about),
		cmocka_unit_test(damaged_records),
	};

	return cmocka_run_group_tests_name("usestat log", tests, NULL, NULL);
}
