// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* usestat on files made by hand: exits, hanging threads, locks, inotify, mounts, limits of cgroups. */
#include <fcntl.h>
#include <unistd.h>

#include "usestat_root.h"
#include "../../tools/usestat/exits.h"
#include "../../tools/usestat/process.h"

static void ends(const char *comm, __u32 pid, __u32 ppid, __u32 code)
{
	struct taskstats stats = { .version = 13, .ac_exitcode = code, .ac_pid = pid, .ac_tgid = pid,
				   .ac_ppid = ppid, .ac_etime = 1000 };

	snprintf(stats.ac_comm, sizeof(stats.ac_comm), "%s", comm);
	exits_count(&stats);
}

static void exits_by_program_parent_and_status(void **state)
{
	struct taskstats thread = { .version = 13, .ac_comm = "web", .ac_pid = 7, .ac_tgid = 6,
				    .ac_exitcode = 256 };

	put("/proc/900010/comm", "sh\n");
	put("/proc/900011/comm", "sh\n");
	put("/proc/900021/cgroup", "0::/web.service\n");
	look_at(&exits_subject);
	for (int i = 0; i < 23; i++)
		ends("web", 900021 + i, 900010, 3 << 8);
	ends("web", 900060, 900011, 3 << 8);		/* another parent of the same name */
	ends("web", 900061, 900010, 11 | 0x80);		/* SIGSEGV, with a core dump */
	ends("web", 900062, 900099, 0);			/* whose parent has exited */
	exits_count(&thread);
	look_at(&exits_subject);
	has(json_of(&exits_subject), "\"count\":24,\"lifetime_us\":24000,\"comm\":\"web\",\"status\":3,"
	    "\"pid\":900060,\"ppid\":900011,\"parent_comm\":\"sh\",\"uid\":0,"
	    "\"cgroup\":\"/web.service\"}");
	has(json_of(&exits_subject), "\"count\":1,\"lifetime_us\":1000,\"comm\":\"web\",\"signal\":11,");
	has(json_of(&exits_subject), "\"status\":0,\"pid\":900062,\"ppid\":900099,\"uid\":0}");
	lacks(json_of(&exits_subject), "\"pid\":7");
	has(table_of(&exits_subject), "exits       web of sh                  - -"
	    "                              24 with status 3");
	look_at(&exits_subject);
	lacks(json_of(&exits_subject), "\"count\"");	/* nothing ended since */
	for (int i = 0; i < 300; i++) {
		char comm[16];

		snprintf(comm, sizeof(comm), "x%d", i);
		ends(comm, 910000 + i, 900010, 256);
	}
	look_at(&exits_subject);
	has(json_of(&exits_subject), "\"of\":\"exit\",\"objects\":203}");
	has(json_of(&exits_subject), "\"of\":\"exit\",\"objects\":203}");
}

static void put_thread(const char *pid, const char *tid, const char *rest)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%s/task/%s/stat", pid, tid);
	snprintf(line, sizeof(line), "%s (t%s) %s", tid, tid, rest);
	put(path, line);
}

/* One thread in state D: its functions and its file; another one uses a CPU. */
static void where_a_thread_hangs(void **state)
{
	static const char stat[] = "900030 (writer) S 1 1 0 0 -1 4194304 0 0 0 0 9 5 0 0 20 0 2 0 9 0 25 0\n";
	char target[320];

	put("/proc/uptime", "1000.00 1.00\n");
	put("/proc/900030/stat", stat);
	put("/proc/900030/task/900031/stack", "[<0>] percpu_rwsem_wait+0x1/0x2\n"
	    "[<0>] ext4_file_write_iter+0x5/0x9 [ext4]\n");
	put("/proc/900030/task/900031/syscall", "1 0x3 0x7ffe 0x10 0x0 0x0 0x0 0x7ffd 0x7f00\n");
	put("/proc/900030/fd/0", "");
	snprintf(target, sizeof(target), "%s/proc/900030/fd/3", root);
	assert_int_equal(symlink("/mnt/frozen/file", target), 0);
	for (int look = 0; look < 2; look++) {
		put_thread("900030", "900030", "S 1 1 0 0 -1 0 0 0 0 0 0 0\n");
		put_thread("900030", "900031", "D 1 1 0 0 -1 0 0 0 0 0 0 0\n");
		put_thread("900030", "900032", look ? "R 1 1 0 0 -1 0 0 0 0 0 40 50\n" :
			   "R 1 1 0 0 -1 0 0 0 0 0 4 5\n");
		look_at(&process_subject);
	}
	has(json_of(&process_subject), "\"tid\":900031,\"pid\":900030,\"comm\":\"t900031\",\"looks\":2,"
	    "\"file\":\"/mnt/frozen/file\",\"function\":\"percpu_rwsem_wait\","
	    "\"stack\":[\"percpu_rwsem_wait\",\"ext4_file_write_iter\"]");
	has(json_of(&process_subject), "\"busiest_thread_us\":810000,\"busiest_thread\":900032,"
	    "\"busiest_thread_comm\":\"t900032\"");
	has(table_of(&process_subject), "in percpu_rwsem_wait, /mnt/frozen/file");
	/* A process that gets its second thread: the time of the first one is since its start. */
	for (int look = 0; look < 2; look++) {
		put("/proc/900033/stat", look ?
		    "900033 (one) S 1 1 0 0 -1 4194304 0 0 0 0 671 0 0 0 20 0 2 0 9 0 25 0\n" :
		    "900033 (one) S 1 1 0 0 -1 4194304 0 0 0 0 670 0 0 0 20 0 1 0 9 0 25 0\n");
		put_thread("900033", "900033", "S 1 1 0 0 -1 0 0 0 0 0 671 0\n");
		put_thread("900033", "900034", "S 1 1 0 0 -1 0 0 0 0 0 0 0\n");
		look_at(&process_subject);
	}
	lacks(json_of(&process_subject), "\"busiest_thread\":900033");
}

/* Two processes that wait for each other, and one that waits for a lock of a third. */
static void locks_of_files(void **state)
{
	char target[320];

	put("/proc/900040/stat", "900040 (holder) S 1");
	put("/proc/900043/stat", "900043 (one) S 1");
	put("/proc/900044/stat", "900044 (other) S 1");
	put("/proc/900040/fd/0", "");
	snprintf(target, sizeof(target), "%s/proc/900040/fd/5", root);
	assert_int_equal(symlink("/var/lib/db/LOCK", target), 0);
	put("/proc/900040/fdinfo/5", "pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 900040 08:01:77 0 EOF\n");
	put("/proc/locks", "1: FLOCK  ADVISORY  WRITE 900040 08:01:77 0 EOF\n"
	    "1: -> FLOCK  ADVISORY  WRITE 900041 08:01:77 0 EOF\n"
	    "1: -> FLOCK  ADVISORY  READ 900042 08:01:77 0 EOF\n"
	    "2: POSIX  ADVISORY  WRITE 900043 08:01:78 0 EOF\n"
	    "2: -> POSIX  ADVISORY  WRITE 900044 08:01:78 0 EOF\n"
	    "3: POSIX  ADVISORY  WRITE 900044 08:01:79 0 EOF\n"
	    "3: -> POSIX  ADVISORY  WRITE 900043 08:01:79 0 EOF\n"
	    "4: OFDLCK ADVISORY  WRITE -1 08:01:80 0 EOF\n4: ->\n5:\n\nx y z\n"
	    "9: -> POSIX  ADVISORY  WRITE 900045 08:01:81 0 EOF\n");
	look_at(&lock_subject);
	lacks(json_of(&lock_subject), "\"deadlock\":true");	/* one look can see a circle by chance */
	look_at(&lock_subject);
	has(json_of(&lock_subject), "\"waiters\":2,\"looks\":2,\"kind\":\"file\",\"deadlock\":false,"
	    "\"pid\":900041,\"owner\":900040,\"owner_comm\":\"holder\",\"owner_state\":\"sleeping\","
	    "\"file\":\"/var/lib/db/LOCK\"}");
	has(json_of(&lock_subject), "\"deadlock\":true,\"pid\":900044,\"owner\":900043,"
	    "\"owner_comm\":\"one\",\"owner_state\":\"sleeping\"}");
	has(json_of(&lock_subject), "\"deadlock\":true,\"pid\":900043,\"owner\":900044,"
	    "\"owner_comm\":\"other\",\"owner_state\":\"sleeping\"}");
	lacks(json_of(&lock_subject), "900045");	/* the holder of this lock is not listed */
	has(table_of(&lock_subject), "1 waiter  ");
	put("/proc/locks", "");
	look_at(&lock_subject);
	lacks(json_of(&lock_subject), "file");
}

static void inotify_of_users(void **state)
{
	char target[320];

	put("/proc/sys/fs/inotify/max_user_instances", "4\n");
	put("/proc/sys/fs/inotify/max_user_watches", "100\n");
	put("/proc/900050/stat", "900050 (watcher) S 1 1 0 0 -1 4194304 0 0 0 0 9 5 0 0 20 0 1 0 9 0 25 0\n");
	put("/proc/900050/fd/0", "");
	for (int fd = 3; fd < 6; fd++) {
		snprintf(target, sizeof(target), "%s/proc/900050/fd/%d", root, fd);
		assert_int_equal(symlink("anon_inode:inotify", target), 0);
	}
	put("/proc/900050/fdinfo/3", "pos:\t0\nflags:\t00\nino:\t7\ninotify wd:2 ino:1\ninotify wd:1 ino:2\n");
	put("/proc/900050/fdinfo/4", "inotify wd:1 ino:2");
	put("/proc/900050/fdinfo/5", "pos:\t0\ninotif\nxinotify wd:1\n");
	u.last = true;
	look_at(&process_subject);
	look_at(&inotify_subject);
	u.last = false;
	has(json_of(&inotify_subject), "\"instances\":3,\"instances_max\":4,\"watches\":3,"
	    "\"watches_max\":100,\"pid\":900050,\"comm\":\"watcher\",\"process_instances\":3,"
	    "\"process_watches\":3");
	has(table_of(&inotify_subject), "75.00% 3 instances, 3 watches");
}

/* ext4 says so in its own options; others, when the mount is "rw" and the file system "ro". */
static void mounts_that_became_read_only(void **state)
{
	char lines[2048];

	snprintf(lines, sizeof(lines),
		 "1 1 8:1 / %s/a ro,noatime - ext4 /dev/sda1 ro\n"
		 "2 1 8:2 / %s/b rw,noatime - ext4 /dev/sda2 ro,errors=remount-ro\n"
		 "3 1 8:3 / %s/c rw - ext4 /dev/sda3 rw,emergency_ro\n"
		 "4 1 8:4 / %s/d rw - ext4 /dev/sda4 rw,errors=remount-ro\n", root, root, root, root);
	put("/a/x", "");
	put("/b/x", "");
	put("/c/x", "");
	put("/d/x", "");
	put("/proc/self/mountinfo", lines);
	look_at(&mount_subject);
	u.before_ns = 0;
	has(json_of(&mount_subject), "\"read_only\":true,\"read_only_by_error\":false,\"fs\":\"ext4\","
	    "\"device\":\"/dev/sda1\"");
	has(json_of(&mount_subject), "\"read_only\":true,\"read_only_by_error\":true,\"fs\":\"ext4\","
	    "\"device\":\"/dev/sda2\"");
	has(json_of(&mount_subject), "\"read_only\":true,\"read_only_by_error\":true,\"fs\":\"ext4\","
	    "\"device\":\"/dev/sda3\"");
	has(json_of(&mount_subject), "\"read_only\":false,\"read_only_by_error\":false,\"fs\":\"ext4\","
	    "\"device\":\"/dev/sda4\"");
}

/* The lowest limit of any disk, and what a growing cgroup consists of. */
static void io_limits_and_memory_of_cgroups(void **state)
{
	put("/proc/self/mounts", "none /more cgroup2 rw 0 0\nnone /v1/io cgroup rw,blkio 0 0\n");
	put("/more/cgroup.controllers", "cpu memory\n");
	put("/more/a/cpu.stat", "usage_usec 1\n");
	put("/more/a/memory.current", "1000\n");
	put("/more/a/memory.stat", "anon 600\nfile 400\nkernel 0\n");
	put("/v1/io/a/blkio.throttle.read_bps_device", "8:0 4096\n8:16 1024\n");
	put("/v1/io/a/blkio.throttle.write_bps_device", "\n");
	put("/v1/io/a/blkio.throttle.io_service_bytes_recursive", "8:0 Read 1\n8:0 Write 1\nTotal 2\n");
	u.ns = 0;			/* the first look finds the mounts */
	look_at(&cgroup_subject);
	for (int look = 1; look < 3; look++) {
		put("/more/a/cpu.stat", look == 1 ? "usage_usec 2\n" : "usage_usec 3\n");
		put("/more/a/memory.current", look == 1 ? "2000\n" : "3000\n");
		put("/more/a/memory.stat", look == 1 ? "anon 1500\nfile 500\n" : "anon 2400\nfile 600\n");
		look_at(&cgroup_subject);
		has(json_of(&cgroup_subject), look == 1 ?
		    "\"io_limited\":true,\"io_max_read_bytes\":1024,\"anon_bytes\":1500,"
		    "\"anon_growth_bytes\":0,\"file_bytes\":500," :
		    "\"anon_bytes\":2400,\"anon_growth_bytes\":900,\"file_bytes\":600,");
	}
	lacks(json_of(&cgroup_subject), "io_max_written_bytes");
	put("/proc/self/mounts", "none /more cgroup2 rw 0 0\n");
	put("/more/cgroup.controllers", "cpu io memory\n");
	put("/more/b/io.max", "8:0 rbps=2048 wbps=max riops=max wiops=30\n8:16 rbps=512 wbps=max\n");
	put("/more/b/memory.current", "1\n");
	u.ns = 0;
	look_at(&cgroup_subject);
	has(json_of(&cgroup_subject), "\"io_limited\":true,\"io_max_read_bytes\":512,"
	    "\"io_max_writes\":30,");
}

static void interrupts_and_softirqs_by_cpu(void **state)
{
	for (int look = 0; look < 2; look++) {
		put("/proc/interrupts", look ? "           CPU0       CPU2\n  5:   10   990  PCI-MSI  eth0\nERR:  0\n" :
		    "           CPU0       CPU2\n  5:   10    90  PCI-MSI  eth0\nERR:  0\n");
		put("/proc/softirqs", look ? "      CPU0       CPU2\n  NET_RX:   500    10\n  RCU: 1 1\n" :
		    "      CPU0       CPU2\n  NET_RX:   100    10\n  RCU: 1 1\n");
		look_at(&interrupt_subject);
	}
	has(json_of(&interrupt_subject), "\"name\":\"5\",\"interval_ns\":1000000000,\"count\":900,"
	    "\"description\":\"PCI-MSI eth0\",\"top_cpu\":2,\"top_cpu_count\":900}");
	has(json_of(&interrupt_subject), "\"name\":\"NET_RX\",\"interval_ns\":1000000000,\"count\":400,"
	    "\"description\":\"softirq\",\"top_cpu\":0,\"top_cpu_count\":400}");
	lacks(json_of(&interrupt_subject), "RCU");
}

/*
 * Without privileges, prlimit(2) does not work for processes of other users; the files can be read
 * by everybody.
 */
static void limits_of_processes(void **state)
{
	static const char *const limits[] = {
		"Limit                     Soft Limit           Hard Limit           Units\n"
		"Max processes             20                   40                   processes\n"
		"Max open files            100                  200                  files\n",
		"Max processes             unlimited            unlimited            processes\n"
		"Max open files            x\n",
		"",
	};

	for (int i = 0; i < 3; i++) {
		char path[64], stat[128];

		snprintf(path, sizeof(path), "/proc/90007%d/stat", i);
		snprintf(stat, sizeof(stat), "90007%d (limited%d) S 1 1 0 0 -1 4194304 0 0 0 0 9 5 0 0 20 0 "
			 "1 0 9 0 25 0\n", i, i);
		put(path, stat);
		snprintf(path, sizeof(path), "/proc/90007%d/limits", i);
		put(path, limits[i]);
		snprintf(path, sizeof(path), "/proc/90007%d/fd/0", i);
		put(path, "");
	}
	look_at(&process_subject);
	look_at(&limits_subject);
	has(json_of(&limits_subject), "\"threads_max\":20,");
	has(json_of(&limits_subject), "\"limited_pid\":900070,\"limited_comm\":\"limited0\"");
	u.top = 100;
	has(json_of(&process_subject), "\"fds_max\":100,");
	u.top = 5;
}

/* Give the kernel's log one record, and look at it. */
static void log_record(int fd, int sequence, const char *text)
{
	dprintf(fd, "3,%d,1000,-;%s\n", sequence, text);
	look_at(&log_subject);
}

/* A flood leaves room for other classes, and is counted; what was there before is history. */
static void a_flood_in_the_kernels_log(void **state)
{
	const char *text;
	char path[320];
	int fd, n = 0;

	put("/dev/x", "");
	snprintf(path, sizeof(path), "%s/dev/kmsg", root);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR);
	log_record(fd, 1, "Out of memory: Killed process 7 (old) total-vm:1kB");
	for (int i = 0; i < 60; i++)
		log_record(fd, 2 + i, "a[1]: segfault at 0 ip 0");
	log_record(fd, 70, "I/O error, dev sda, sector 5");
	text = json_of(&log_subject);
	has(text, "\"class\":\"oom_kill\",\"level\":3,\"history\":true,");
	has(text, "\"class\":\"io_error\",\"level\":3,\"history\":false,\"text\":\"I/O error, dev sda, "
	    "sector 5\",\"object\":\"sda\"}");
	has(text, "\"of\":\"log\",\"objects\":10,\"class\":\"segfault\"}");
	has(text, "\"of\":\"overwritten_log\",\"objects\":8}");
	has(text, "\"type\":\"log_total\"");
	has(text, "\"messages\":9,\"program_messages\":0}");
	for (; (text = strstr(text, "\"history\":false")); text++)
		n++;
	assert_int_equal(n, 51);
	lacks(json_of(&log_subject), "segfault");	/* each is printed once */
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exits_by_program_parent_and_status),
		cmocka_unit_test(where_a_thread_hangs),
		cmocka_unit_test(locks_of_files),
		cmocka_unit_test(inotify_of_users),
		cmocka_unit_test(mounts_that_became_read_only),
		cmocka_unit_test(interrupts_and_softirqs_by_cpu),
		cmocka_unit_test(a_flood_in_the_kernels_log),
		cmocka_unit_test(limits_of_processes),
		cmocka_unit_test(io_limits_and_memory_of_cgroups),
	};

	return cmocka_run_group_tests_name("usestat more", tests, begin, end);
}
