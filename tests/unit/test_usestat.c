// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* usestat on files made by hand, in a tree that stands in for the root: no root privileges. */
#include "usestat_root.h"

static void cpu_times_are_differences_in_microseconds(void **state)
{
	put("/proc/stat", "cpu  100 0 50 1000 0 0 0 0 0 0\ncpu0 100 0 50 1000 0 0 0 0 0 0\n"
	    "intr 5 1 2 3\nctxt 1000\nprocesses 10\nprocs_running 3\nprocs_blocked 1\n");
	put("/proc/net/softnet_stat", "00000010 00000001 00000002\n");
	put("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=500\n"
	    "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
	put("/proc/loadavg", "1.25 0.50 0.05 1/80 11206\n");
	look_at(&cpu_subject);
	lacks(json_of(&cpu_subject), "user_us");	/* nothing to compare with */
	put("/proc/stat", "cpu  130 0 60 1060 0 0 0 0 0 0\ncpu0 130 0 60 1060 0 0 0 0 0 0\n"
	    "intr 5 1 2 3\nctxt 1500\nprocesses 12\nprocs_running 2\nprocs_blocked 0\n");
	put("/proc/net/softnet_stat", "00000020 00000001 00000005\n");
	put("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=10500\n");
	look_at(&cpu_subject);
	has(json_of(&cpu_subject), "\"name\":\"all\",\"interval_ns\":1000000000,\"user_us\":300000,"
	    "\"nice_us\":0,\"system_us\":100000,\"idle_us\":600000,");
	has(json_of(&cpu_subject), "\"runnable\":2,\"blocked\":0,\"context_switches\":500,"
	    "\"forks\":2,\"load_1m\":1.25,\"load_5m\":0.50,\"load_15m\":0.05,\"psi_some_us\":10000,"
	    "\"softnet_processed\":16,\"softnet_dropped\":0,\"softnet_squeezed\":3,\"online\":1}");
	lacks(json_of(&cpu_subject), "psi_full_us");	/* the line is gone: absent, not 0 */
	has(table_of(&cpu_subject), "cpu         1 CPU                 40.00% 2 runnable, "
	    "PSI 1.0%, 3 softnet squeezes");
}

static void what_is_damaged_is_absent(void **state)
{
	put("/proc/stat", "cpu  x y\ncpu\ncpu7\n\n\n   \nctxt 18446744073709551616\nctxt -5\nprocesses");
	put("/proc/net/softnet_stat", "zz\n\n00000001\n");
	put("/proc/pressure/cpu", "some total=\nfull avg10 total=9x\n total=7\n");
	put("/proc/loadavg", "\n");
	look_at(&cpu_subject);
	lacks(json_of(&cpu_subject), "user_us");
	lacks(json_of(&cpu_subject), "context_switches");
	lacks(json_of(&cpu_subject), "psi_");
	put("/proc/stat", "");
	look_at(&cpu_subject);
	table_of(&cpu_subject);
}

static void memory_by_name_in_any_order(void **state)
{
	put("/proc/meminfo", "SwapFree: 50 kB\nMemTotal:  1000 kB\nMemAvailable: 250 kB\n"
	    "SwapTotal: 100 kB\nNew_line: 7\nHugePages_Total: 3\n");
	put("/proc/vmstat", "pgmajfault 5\nallocstall_dma 1\nallocstall_normal 2\noom_kill 0\n"
	    "pgpgin 10\n");
	look_at(&memory_subject);
	put("/proc/vmstat", "pgmajfault 12\nallocstall_dma 1\nallocstall_normal 6\noom_kill 1\n"
	    "pgpgin 14\n");
	look_at(&memory_subject);
	has(json_of(&memory_subject), "\"total_bytes\":1024000,\"available_bytes\":256000,"
	    "\"swap_total_bytes\":102400,\"swap_free_bytes\":51200,\"huge_pages\":3,"
	    "\"alloc_stalls\":4,\"major_faults\":7,\"oom_kills\":1}");
	has(json_of(&memory_subject), "\"type\":\"io\"");
	has(json_of(&memory_subject), "\"read_bytes\":4096");
	has(table_of(&memory_subject), "75.00%");
	has(table_of(&memory_subject), "1 OOM kill");
	assert_true(u.swapping);
}

/* No partition, no disk without a size; a number that went backwards is left out. */
static void disks(void **state)
{
	put("/sys/block/sda/size", "2048\n");
	put("/sys/block/sda/queue/nr_requests", "64\n");
	put("/sys/block/sda/device/ioerr_cnt", "0x10\n");
	put("/sys/block/loop0/size", "0\n");
	put("/sys/block/md0/size", "9\n");
	put("/sys/block/md0/md/degraded", "1\n");
	put("/sys/block/md0/md/array_state", "clean\n");
	put("/sys/block/dm-0/size", "9\n");
	put("/sys/block/dm-0/dm/uuid", "mpath-3600\n");
	put("/sys/block/dm-0/dm/name", "\x1b[31mroot\n");
	put("/sys/block/dm-0/slaves/sdb/x", "");
	put("/sys/block/dm-0/slaves/sdc/x", "");
	put("/sys/block/sdb/device/state", "running\n");
	put("/sys/block/sdc/device/state", "offline\n");
	put("/proc/diskstats", "8 0 sda 10 0 80 5 20 0 160 6 0 100 11\n8 1 sda1 9 0 9 9\n"
	    "7 0 loop0 0 0\n9 0 md0 1 1 1 1\n253 0 dm-0 1 1 1 1\nx y z\n8\n");
	look_at(&disk_subject);
	put("/sys/block/sda/device/ioerr_cnt", "0x12\n");
	put("/proc/diskstats", "8 0 sda 13 0 104 8 19 0 160 6 2 600 11\n8 1 sda1 9 0 9 9\n"
	    "7 0 loop0 0 0\n9 0 md0 1 1 1 1\n253 0 dm-0 1 1 1 1\n");
	look_at(&disk_subject);
	has(json_of(&disk_subject), "\"name\":\"sda\",\"interval_ns\":1000000000,\"reads\":3,"
	    "\"read_merges\":0,\"read_bytes\":12288,\"read_ms\":3,\"write_merges\":0,"
	    "\"written_bytes\":0,\"write_ms\":0,\"in_flight\":2,\"busy_ms\":500,\"queue_ms\":0,"
	    "\"queue_limit\":64,\"size_bytes\":1048576,\"errors\":2,\"errors_total\":18}");
	lacks(json_of(&disk_subject), "sda1");
	lacks(json_of(&disk_subject), "loop0");
	has(json_of(&disk_subject), "\"raid_disks_missing\":1,\"state\":\"clean\"");
	has(json_of(&disk_subject), "\"paths\":2,\"paths_failed\":1,\"alias\":\"\\u001b[31mroot\"");
	has(table_of(&disk_subject), "1 disk of the array missing");
	has(table_of(&disk_subject), "\\x1b[31mroot");
}

static void tcp_and_udp_by_name(void **state)
{
	put("/proc/net/snmp", "Tcp: RtoMin MaxConn OutSegs RetransSegs\nTcp: 200 -1 100 5\n"
	    "Udp: InDatagrams RcvbufErrors\nUdp: 7 1\n");
	put("/proc/net/netstat", "TcpExt: ListenDrops ListenOverflows\nTcpExt: 4 3\n");
	put("/proc/net/sockstat", "sockets: used 9\nTCP: inuse 2 orphan 1 tw 3 alloc 9 mem 5\n");
	put("/proc/net/sockstat6", "TCP6: inuse 4\n");
	put("/proc/sys/net/ipv4/ip_local_port_range", "1000\t1099\n");
	put("/proc/net/stat/nf_conntrack", "entries  drop early_drop insert_failed\n"
	    "0000000a  00000001 00000000 00000002\n0000000a  00000002 00000001 00000000\n");
	put("/proc/sys/net/netfilter/nf_conntrack_max", "100\n");
	look_at(&net_subject);
	put("/proc/net/snmp", "Tcp: MaxConn New OutSegs RetransSegs\nTcp: -1 9 110 7\n"
	    "Udp: InDatagrams RcvbufErrors\nUdp: 8 42\n");
	put("/proc/net/stat/nf_conntrack", "entries  drop early_drop insert_failed\n"
	    "0000000b  00000005 00000000 00000002\n0000000b  00000002 00000001 00000000\n");
	look_at(&net_subject);
	has(json_of(&net_subject), "\"tcp_out_segments\":10,\"tcp_retransmits\":2,"
	    "\"udp_in_datagrams\":1,\"udp_receive_buffer_errors\":41,\"tcp_listen_overflows\":0,"
	    "\"tcp_listen_drops\":0,\"tcp_sockets\":6,\"tcp_orphans\":1,\"tcp_time_wait\":3,");
	has(json_of(&net_subject), "\"local_ports\":100,\"conntrack_entries\":11,"
	    "\"conntrack_max\":100,\"conntrack_drops\":4,\"conntrack_insert_failures\":0}");
	has(table_of(&net_subject), "9.00%");
	has(table_of(&net_subject), "41 receive buffer drops");
	/* A line of names without a line of numbers: nothing after it is used. */
	put("/proc/net/snmp", "Tcp: OutSegs\nUdp: InDatagrams\nTcp: 5\n");
	put("/proc/net/netstat", "");
	look_at(&net_subject);
	lacks(json_of(&net_subject), "tcp_out_segments");
}

static void put_process(const char *pid, const char *stat)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	put(path, stat);
	snprintf(path, sizeof(path), "/proc/%s/io", pid);
	put(path, "rchar: 9\nread_bytes: 4096\nwrite_bytes: 8192\n");
	snprintf(path, sizeof(path), "/proc/%s/cgroup", pid);
	put(path, "3:cpu,cpuacct:/a\n2:memory:/system.slice/a b.service\n0::/\n");
}

/* A name with brackets, blanks and a newline; a zombie; a kernel thread; one that was replaced. */
static void processes(void **state)
{
	static const char rest[] = " 1 1 0 0 -1 4194304 0 0 %d 0 %d 5 0 0 20 0 3 0 %d 0 25 0\n";
	char line[256], tail[128];

	put("/proc/uptime", "1000.00 1.00\n");
	snprintf(tail, sizeof(tail), rest, 0, 10, 500);
	snprintf(line, sizeof(line), "900001 (a) R (\nb) S%s", tail);
	put_process("900001", line);
	put_process("900002", "900002 (dead) Z 900001 1 0 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0\n");
	put_process("900003", "900003 (kthread) I 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 9 0 0\n");
	put("/proc/900004/stat", "900004 (short) S 1");
	put("/proc/900005/stat", "");
	put("/proc/notapid/stat", "x");
	put("/proc/900001/cmdline", "");
	look_at(&process_subject);
	snprintf(tail, sizeof(tail), rest, 7, 60, 500);
	snprintf(line, sizeof(line), "900001 (a) R (\nb) S%s", tail);
	put_process("900001", line);
	look_at(&process_subject);
	has(json_of(&process_subject), "\"pid\":900001,\"comm\":\"a) R (\\u000ab\"");
	has(json_of(&process_subject), "\"state\":\"sleeping\",\"kernel_thread\":false,"
	    "\"interval_ns\":1000000000,\"ppid\":1,");
	has(json_of(&process_subject), "\"user_us\":500000,\"system_us\":0,");
	has(json_of(&process_subject), "\"major_faults\":7,\"read_bytes\":0,\"written_bytes\":0,");
	has(json_of(&process_subject), "\"zombies\":1,");
	has(json_of(&process_subject), "\"cgroup\":\"/system.slice/a b.service\"");
	lacks(json_of(&process_subject), "short");
	lacks(json_of(&process_subject), "\"command\"");	/* empty, whatever was read before */
	has(table_of(&process_subject), "900001 a) R (\\x0ab");
	/* The same number, begun later: another process, which counts from its start. */
	snprintf(tail, sizeof(tail), rest, 1, 90, 900);
	snprintf(line, sizeof(line), "900001 (new) S%s", tail);
	put_process("900001", line);
	look_at(&process_subject);
	has(json_of(&process_subject), "\"comm\":\"new\"");
	has(json_of(&process_subject), "\"major_faults\":1,");
	has(json_of(&process_subject), "\"rss_growth_bytes\":0,");
}

static void put_cgroup(const char *stat, const char *failcnt, const char *oom, const char *io)
{
	put("/cg2/web/cpu.stat", stat);
	put("/cgm/web/memory.failcnt", failcnt);
	put("/cgm/web/memory.oom_control", oom);
	put("/cg2/web/io.stat", io);
}

/* Both versions at once: the same path in two hierarchies is one cgroup. */
static void cgroups_of_both_versions(void **state)
{
	put("/proc/self/mounts", "none /cg2 cgroup2 rw 0 0\nnone /cgm cgroup rw,memory 0 0\n"
	    "none /cgp cgroup rw,pids 0 0\nnone /cgs cgroup rw,name=systemd 0 0\n");
	put_cgroup("usage_usec 100\nnr_periods 10\nnr_throttled 1\nthrottled_usec 50\n",
			   "2\n", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", "8:0 rbytes=10 wbytes=20\n8:16\n");
	put("/cg2/cgroup.controllers", "cpu io\n");
	put("/cg2/web/cpu.max", "20000 100000\n");
	put("/cg2/web/cpu.pressure", "some avg10=0 total=5\nfull avg10=0 total=1\n");
	put("/cg2/web/io.max", "\n");
	put("/cgm/web/memory.usage_in_bytes", "4096\n");
	put("/cgm/web/memory.limit_in_bytes", "9223372036854771712\n");
	put("/cgp/web/pids.current", "3\n");
	put("/cgp/web/pids.max", "max\n");
	u.ns = 0;		/* the first look finds the mounts */
	look_at(&cgroup_subject);
	put_cgroup("usage_usec 1000100\nnr_periods 20\nnr_throttled 6\nthrottled_usec 9050\n",
			"5\n", "oom_kill_disable 0\nunder_oom 1\noom_kill 1\n",
			"8:0 rbytes=30 wbytes=20 rios=x\n8:16 rbytes=5\n");
	look_at(&cgroup_subject);
	has(json_of(&cgroup_subject), "\"name\":\"/web\",\"interval_ns\":1000000000,"
	    "\"cpu_us\":1000000,\"periods\":10,\"throttled_periods\":5,\"throttled_us\":9000,"
	    "\"quota_us\":20000,\"period_us\":100000,\"memory_bytes\":4096,");
	has(json_of(&cgroup_subject), "\"memory_max_events\":3,\"oom_kills\":1,"
	    "\"psi_cpu_some_us\":0,\"psi_cpu_full_us\":0,\"pids\":3,\"read_bytes\":25,"
	    "\"written_bytes\":0,");
	has(json_of(&cgroup_subject), "\"io_limited\":false,\"version\":2}");
	lacks(json_of(&cgroup_subject), "memory_max_bytes");	/* no limit */
	lacks(json_of(&cgroup_subject), "pids_max\"");
	has(table_of(&cgroup_subject), "throttled 50%");
	has(table_of(&cgroup_subject), "1 OOM kill, 3 times at its memory limit");
}

/* Version 1 alone: two controllers share a hierarchy, and memory is mounted twice. */
static void cgroups_of_version_1(void **state)
{
	put("/proc/self/mounts", "none /v1/cpu cgroup rw,cpu,cpuacct 0 0\n"
	    "none /v1/memory cgroup rw,memory 0 0\nnone /v1/pids cgroup rw,pids 0 0\n"
	    "none /v1/blkio cgroup rw,blkio 0 0\nnone /v1/again cgroup rw,memory 0 0\n");
	for (int look = 0; look < 2; look++) {
		put("/v1/cpu/a/cpuacct.usage", look ? "2000001000\n" : "1000\n");
		put("/v1/cpu/a/cpu.stat", look ? "nr_periods 20\nnr_throttled 6\nthrottled_time 5000000\n"
		    "nr_bursts 0\nburst_time 0\n" : "nr_periods 10\nnr_throttled 1\nthrottled_time 0\n");
		put("/v1/cpu/a/cpu.cfs_quota_us", "5000\n");
		put("/v1/cpu/a/cpu.cfs_period_us", "100000\n");
		put("/v1/cpu/free/cpuacct.usage", look ? "9000\n" : "0\n");
		put("/v1/cpu/free/cpu.cfs_quota_us", "-1\n");
		put("/v1/cpu/free/cpu.cfs_period_us", "100000\n");
		put("/v1/memory/a/memory.usage_in_bytes", "9000\n");
		put("/v1/memory/a/memory.limit_in_bytes", "10000\n");
		put("/v1/memory/a/memory.failcnt", look ? "7\n" : "0\n");
		put("/v1/again/a/memory.usage_in_bytes", "1\n");
		put("/v1/pids/a/pids.current", "9\n");
		put("/v1/pids/a/pids.max", "10\n");
		put("/v1/blkio/a/blkio.throttle.io_service_bytes_recursive", look ?
		    "8:0 Read 4096\n8:0 Write 512\n8:16 Read 1\n8:0 Total 4608\nTotal 4609\n" : "Total 0\n");
		u.ns = look ? u.ns : 0;		/* the first look finds the mounts */
		look_at(&cgroup_subject);
	}
	has(json_of(&cgroup_subject), "\"name\":\"/a\",\"interval_ns\":1000000000,"
	    "\"cpu_us\":2000000,\"periods\":10,\"throttled_periods\":5,\"throttled_us\":5000,"
	    "\"quota_us\":5000,\"period_us\":100000,\"memory_bytes\":9000,"
	    "\"memory_max_bytes\":10000,\"memory_growth_bytes\":0,\"memory_max_events\":7,"
	    "\"pids\":9,\"pids_max\":10,\"read_bytes\":4097,\"written_bytes\":512,\"version\":1}");
	has(json_of(&cgroup_subject), "\"name\":\"/free\",\"interval_ns\":1000000000,\"cpu_us\":9,"
	    "\"version\":1}");
}

/* Version 2 alone: limits, events, pressure, and a path with a container's id. */
static void cgroups_of_version_2(void **state)
{
	static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	char dir[256], path[320];

	put("/proc/self/mounts", "none /only cgroup2 rw 0 0\n");
	put("/only/cgroup.controllers", "cpu io memory pids\n");
	snprintf(dir, sizeof(dir), "/only/docker/%s", id);
	for (int look = 0; look < 2; look++) {
		snprintf(path, sizeof(path), "%s/memory.events", dir);
		put(path, look ? "low 0\nhigh 9\nmax 5\noom 1\noom_kill 1\noom_group_kill 0\n" :
		    "low 0\nhigh 1\nmax 2\noom 0\noom_kill 0\n");
		snprintf(path, sizeof(path), "%s/memory.current", dir);
		put(path, look ? "9216\n" : "8192\n");
		snprintf(path, sizeof(path), "%s/memory.max", dir);
		put(path, "10000\n");
		snprintf(path, sizeof(path), "%s/memory.high", dir);
		put(path, "max\n");
		snprintf(path, sizeof(path), "%s/cpu.max", dir);
		put(path, "max 100000\n");
		snprintf(path, sizeof(path), "%s/pids.events", dir);
		put(path, look ? "max 4\n" : "max 1\n");
		u.ns = look ? u.ns : 0;		/* the first look finds the mounts */
		look_at(&cgroup_subject);
	}
	has(json_of(&cgroup_subject), "\"memory_bytes\":9216,\"memory_max_bytes\":10000,"
	    "\"memory_growth_bytes\":1024,\"memory_high_events\":8,\"memory_max_events\":3,"
	    "\"oom_events\":1,\"oom_kills\":1,\"pids_max_events\":3,\"version\":2,"
	    "\"container\":\"0123456789abcdef");
	lacks(json_of(&cgroup_subject), "quota_us");
	lacks(json_of(&cgroup_subject), "/web");
	has(table_of(&cgroup_subject), "92% of its memory");
}

static void long_names_lose_their_middle(void **state)
{
	opt.common.json = false;
	row_begin(&u, "process", "1234567 systemd-journald");
	row_end(&u);
	row_begin(&u, "mount", "/mnt/x\xc3\xa9-and-a-longer-name");	/* no half a character */
	row_end(&u);
	assert_string_equal(take_text(),
		"process     1234567..md-journald       - -                              -\n"
		"mount       /mnt/x..longer-name        - -                              -\n");
}

static void human_sizes(void **state)
{
	assert_string_equal(human(0), "0 B");
	assert_string_equal(human(1023), "1023 B");
	assert_string_equal(human(1024), "1.0 KiB");
	assert_string_equal(human(10 << 20), "10 MiB");
	assert_string_equal(human(~0ULL), "16 EiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_times_are_differences_in_microseconds),
		cmocka_unit_test(what_is_damaged_is_absent),
		cmocka_unit_test(memory_by_name_in_any_order),
		cmocka_unit_test(disks),
		cmocka_unit_test(tcp_and_udp_by_name),
		cmocka_unit_test(processes),
		cmocka_unit_test(cgroups_of_both_versions),
		cmocka_unit_test(cgroups_of_version_1),
		cmocka_unit_test(cgroups_of_version_2),
		cmocka_unit_test(long_names_lose_their_middle),
		cmocka_unit_test(human_sizes),
	};

	return cmocka_run_group_tests_name("usestat", tests, begin, end);
}
