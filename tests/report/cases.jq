# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# For each rule, data that it must find, and data near to it that it must not.  The data are those
# of the quiet machine (tests/report/quiet/usestat) with a change.  Run by report.bats.

include "lib";
include "thresholds";
include "usestat";
include "findings";

# case(rule; change; text): the finding has the text in its title or evidence.
def case($rule; change; $text): {rule: $rule, text: $text, data: change};

# near(rule; change): no such finding.
def near($rule; change): {rule: $rule, text: null, data: change};

# of(type; f): changes the records of that type, except the first ones, which have no counts.
def of($type; f): .records |= map(if .type == $type and .interval_ns then f else . end);
def of($type; $name; f): of($type; if .name == $name then f else . end);

# add(type; record): one such record in each look with details.
def add($type; $record):
	.records += [1.9, 8.9 | {type: $type, t: ., interval_ns: (if . < 2 then 1e9 else 7e9 end)} + $record];

def log($class; $text): .records += [{type: "log", t: 3, class: $class, level: 3, history: false, text: $text}];
def history($class; $text): .records += [{type: "log", t: -90, class: $class, level: 3, history: true, text: $text}];

# tool(name; numbers): what another collector delivered.
def tool($name; $numbers): .numbers[$name] = $numbers | .durations[$name] = 8;

def web: "/system.slice/docker-0123456789abcdef.scope";

def a_process: {pid: 77, comm: "victim", command: "/opt/victim --all", state: "sleeping", kernel_thread: false, ppid: 1,
	uid: 1000, user_us: 1000, system_us: 1000, run_delay_ns: 0, rss_bytes: 1e8, rss_growth_bytes: 0, threads: 4,
	thread_growth: 0, fds: 40, fd_growth: 0, age_s: 9, top: ["cpu"]};

# Of offcputime: a process whose threads waited.
def waiting: {pid: 77, comm: "victim", function: "futex_do_wait", syscall: "futex", waits: 100};

# busy: all CPUs are.
def busy: of("cpu"; .user_us *= 18 | .idle_us = 100000);

def cpu_cases:
	case("cpu-throttled"; of("cgroup"; web; .throttled_periods = 5 | .throttled_us = 500000); "container web"),
	near("cpu-throttled"; of("cgroup"; web; .throttled_periods = 0)),
	case("cpu-busy"; busy | add("process"; a_process + {user_us: 2e6}); "victim (77)"),
	near("cpu-busy"; of("cpu"; .nice_us = .idle_us - 1000 | .idle_us = 1000)),
	case("cpu-steal"; of("cpu"; "all"; .steal_us = 500000 | .psi_some_us = 200000); "stolen"),
	near("cpu-steal"; of("cpu"; "all"; .steal_us = 500000 | .psi_some_us = 10000)),
	case("thermal-throttling"; of("cpu"; "1"; .thermal_throttles = 2); "times"),
	near("thermal-throttling"; .),
	case("cpu-slow"; busy | of("cpu"; if .frequency_khz then .frequency_khz = 1200000 else . end); "37.5 %"),
	near("cpu-slow"; of("cpu"; if .frequency_khz then .frequency_khz = 1200000 else . end)),
	case("softirq-one-cpu"; of("cpu"; "2"; .softirq_us = 900000 | .idle_us = 20000); "CPU 2"),
	near("softirq-one-cpu"; of("cpu"; .softirq_us = 600000)),
	case("softnet-drops"; of("cpu"; "3"; .softnet_dropped = 5); "CPU 3"), near("softnet-drops"; .),
	case("softnet-squeezed"; of("cpu"; "3"; .softnet_squeezed = 50); "CPU 3"),
	near("softnet-squeezed"; of("cpu"; "3"; .softnet_squeezed = 2)),
	case("cpu-pressure"; of("cpu"; "all"; .psi_some_us = 500000); "50 %"),
	near("cpu-pressure"; of("cpu"; "all"; .psi_some_us = 500000 | .nice_us = 3000000 | .idle_us = 700000)),
	case("run-queue"; busy | of("cpu"; "all"; .runnable = 12); "at most 11"),
	near("run-queue"; of("cpu"; "all"; .runnable = 12)),
	case("run-queue-delay"; busy | tool("runqlat"; {hists: [{unit: "usecs", count: 500, p50: 5, p99: 20000,
		max: 30000}]});
		"20 ms"),
	near("run-queue-delay"; tool("runqlat"; {hists: [{unit: "usecs", count: 500, p50: 5, p99: 20000,
		max: 30000}]})),
	case("process-run-delay"; busy | of("cpu"; "all"; .psi_some_us = 500000)
		| add("process"; a_process + {run_delay_ns: 7e9}); "victim (77)"),
	near("process-run-delay"; add("process"; a_process + {run_delay_ns: 7e9})),
	case("cgroup-cpu-pressure"; of("cgroup"; web; .psi_cpu_some_us = .interval_ns / 1500); "container web"),
	near("cgroup-cpu-pressure"; of("cgroup"; web; .psi_cpu_some_us = .interval_ns / 9000)),
	case("cpu-bound"; add("process"; a_process | .user_us = 3.8e6); "victim (77)"),
	near("cpu-bound"; add("process"; a_process | .user_us = 9e5)),
	case("one-cpu-busy"; of("cpu"; "1"; .user_us = 970000 | .idle_us = 1000); "CPU 1"), near("one-cpu-busy"; busy),
	case("hot-function"; busy | tool("profile"; {samples: 500, top: [{function: "spin", samples: 400,
		comm: "victim",
		kind: "user"}]}); "spin"),
	near("hot-function"; tool("profile"; {samples: 500, top: [{function: "spin", samples: 400, comm: "victim",
		kind: "user"}]}));

def program_cases:
	case("exec-storm"; tool("execsnoop"; {execs: 900, failed: 0,
		top: {comm: "date", parent: "watch", ppid: 9, count: 890}});
		"\"date\" by \"watch\" (9)"),
	near("exec-storm"; tool("execsnoop"; {execs: 90, failed: 0,
		top: {comm: "date", parent: "watch", ppid: 9, count: 90}})),
	case("exec-failures"; tool("execsnoop"; {execs: 3, failed: 4, failed_file: "/opt/x", failed_error: "EACCES"});
		"/opt/x"),
	near("exec-failures"; tool("execsnoop"; {execs: 3, failed: 1, failed_file: "/opt/x", failed_error: "EACCES"})),
	case("crash-loop"; add("exit"; {comm: "worker", status: 3, ppid: 5, parent_comm: "super", count: 4});
		"with status 3"),
	case("crash-loop"; add("exit"; {comm: "worker", signal: 11, ppid: 5, parent_comm: "super", count: 4});
		"by signal 11"),
	near("crash-loop"; add("exit"; {comm: "worker", status: 0, count: 40})
		| add("exit"; {comm: "worker", status: 2, count: 4})),
	near("crash-loop"; add("exit"; {comm: "grep", status: 1, count: 40})),
	near("crash-loop"; add("exit"; {comm: "readlink", status: 1, count: 40})),
	near("crash-loop"; add("exit"; {comm: "timeout", status: 124, count: 40})),
	near("crash-loop"; add("exit"; {comm: "sixty-helper", signal: 9, count: 9})),
	near("crash-loop"; add("exit"; {comm: "worker", signal: 15, count: 40})),
	case("kernel-hung"; log("hung_task"; "INFO: task x:1 blocked for more than 120 seconds."); "blocked for"),
	near("kernel-hung"; history("hung_task"; "INFO: task x:1 blocked for more than 120 seconds.")),
	case("kernel-crash"; log("segfault"; "app[5]: segfault at 0"); "segfault"),
	near("kernel-crash"; history("segfault"; "x")),
	case("kernel-bug"; log("kernel_bug"; "kernel BUG at mm/x.c:1!"); "BUG"),
	near("kernel-bug"; history("kernel_bug"; "x")),
	case("kernel-warning"; log("kernel_warning"; "WARNING: CPU: 1"); "WARNING"),
	near("kernel-warning"; history("kernel_warning"; "x")),
	case("kernel-hardware"; log("hardware_error"; "mce: [Hardware Error]: x"); "Hardware"),
	near("kernel-hardware"; history("memory_error"; "x")),
	case("kernel-thermal"; log("thermal"; "CPU1: Core temperature above threshold"); "temperature"),
	near("kernel-thermal"; history("thermal"; "x")),
	case("kernel-errors"; log("files_limit_of_tomorrow"; "something new"); "something new"),
	near("kernel-errors"; log("oom_kill"; "Killed process")),
	case("clock-unsynchronised"; .records |= map(if .type == "machine" then .clock_synchronised = false else . end);
		"clock"),
	near("clock-unsynchronised"; .),
	case("clock-source"; .records |= map(if .type == "machine" then .clock_source = "hpet" else . end); "hpet"),
	near("clock-source"; .),
	case("failed-units"; .records |= map(if .type == "machine" then .failed_units = 1
		| .failed_unit_names = ["a.service"]
		else . end); "a.service"),
	near("failed-units"; .records |= map(if .type == "machine" then .failed_units = 0 else . end)),
	case("taint"; .records |= map(if .type == "machine" then .taint = 128 else . end); "died"),
	near("taint"; .records |= map(if .type == "machine" then .taint = 4097 - 1 else . end)),
	case("log-writer"; add("process"; a_process + {written_bytes: 3e7, written_file: "/srv/app/log/debug.log"});
		"victim (77)"),
	near("log-writer"; add("process"; a_process + {written_bytes: 3e7, written_file: "/srv/app/data"})),
	# A package manager writes much, but little of it to its log.
	near("log-writer"; add("process"; a_process + {written_bytes: 3e7, written_file: "/var/log/dpkg.log",
		written_position_bytes: 90000})),
	case("log-flood"; .records += [{type: "log_total", t: 2, interval_ns: 1e9, messages: 400}]; "400"),
	near("log-flood"; .records += [{type: "log_total", t: 2, interval_ns: 1e9, messages: 4}]);

def memory_cases:
	case("kernel-oom"; log("oom_kill"; "Memory cgroup out of memory: Killed process 5 (eater)")
		| .records[-1] += {comm: "eater", pid: 5, oom_memcg: "/x/eater.service"} | of("memory"; .oom_kills = 0)
		| .records |= map(if .type == "memory" and .t > 3 and .t < 4 then .oom_kills = 1 else . end);
			"eater.service"),
	near("kernel-oom"; history("oom_kill"; "Killed process 5 (eater)")),
	case("memory-low"; of("memory"; .available_bytes = 5e8); "postgres"), near("memory-low"; .),
	case("memory-leak"; add("process"; a_process + {rss_growth_bytes: 4e9}); "victim (77)"),
	near("memory-leak"; .records += [{type: "process", t: 4, interval_ns: 1e9} + a_process
		+ {rss_growth_bytes: 4e9}]
		| add("process"; a_process + {rss_growth_bytes: 4e9})),
	near("memory-leak"; add("process"; a_process + {rss_growth_bytes: 4e6})),
	case("memory-leak"; of("cgroup"; web; .memory_growth_bytes = 2e7 * .t); "container web"),
	case("memory-pressure"; of("memory"; .psi_some_us = 90000); "9 %"), near("memory-pressure"; .),
	case("thrashing"; of("memory"; .psi_some_us = 90000 | .refault_file_pages = 5000); "5000"),
	near("thrashing"; of("memory"; .refault_file_pages = 5000)),
	case("direct-reclaim"; of("memory"; .alloc_stalls = 50); "50"),
	near("direct-reclaim"; of("memory"; .alloc_stalls = 1)),
	case("swapping"; of("memory"; .swap_out_pages = 500); "KiB/s out"),
	near("swapping"; of("memory"; .swap_out_pages = 2)),
	case("cgroup-memory-limit"; of("cgroup"; web; .memory_max_events = 9
		| .psi_memory_some_us = .interval_ns / 20000);
		"container web"),
	near("cgroup-memory-limit"; of("cgroup"; web; .memory_max_events = 9)),
	case("cgroup-memory-high"; of("cgroup"; web; .memory_high_bytes = 1e8
		| .memory_high_events = 99); "container web"),
	near("cgroup-memory-high"; of("cgroup"; web; .memory_high_bytes = 1e8 | .memory_high_events = 0)),
	case("compaction"; of("memory"; .compaction_stalls = 40); "40"), near("compaction"; .),
	case("memory-hardware"; of("memory"; .uncorrected_errors_total = 1); "1 not corrected"), near("memory-hardware";
		.),
	case("slab-large"; of("memory"; .slab_unreclaimable_bytes = 6e9); "GiB"), near("slab-large"; .),
	case("commit-limit"; of("memory"; .committed_bytes = .commit_limit_bytes)
		| .records |= map(if .type == "machine" then .overcommit_memory = 2 else . end); "reserved"),
	near("commit-limit"; of("memory"; .committed_bytes = .commit_limit_bytes)),
	case("kernel-allocation"; log("allocation_failure"; "swapper: page allocation failure: order:4"); "order:4"),
	near("kernel-allocation"; history("allocation_failure"; "x"));

def watchers: {name: "1000", instances_max: 128, watches: 9, watches_max: 9999, pid: 9, comm: "tail",
	process_instances: 9, process_watches: 9};

def a_lock: {kind: "mutex", deadlock: false, pid: 5, comm: "worker", owner: 6, owner_comm: "worker",
	owner_state: "sleeping", waiters: 4};

def task_cases:
	case("pids-limit"; of("cgroup"; web; .pids_max_events = 3); "container web"), near("pids-limit"; .),
	case("threads-limit"; of("limits"; .tasks = 126000); "126000"), near("threads-limit"; .),
	case("user-threads"; of("user"; "1000"; .threads = 62000); "app"),
	near("user-threads"; of("user"; "0"; .threads = 62000)),
	case("thread-growth"; add("process"; a_process + {threads: 300, thread_growth: 200}); "victim (77)"),
	near("thread-growth"; add("process"; a_process + {threads: 3000, thread_growth: 60})),
	case("zombies"; add("process"; a_process + {zombies: 50}); "victim (77)"),
	near("zombies"; add("process"; a_process + {zombies: 2})),
	case("descriptors"; add("process"; a_process + {fds: 990, fds_max: 1024}); "victim (77)"),
	near("descriptors"; add("process"; a_process + {fds: 100, fds_max: 1024})),
	case("descriptor-growth"; add("process"; a_process + {fds: 300, fd_growth: 200, age_s: 900}); "victim (77)"),
	near("descriptor-growth"; add("process"; a_process + {fds: 300, fd_growth: 200})),
	near("descriptor-growth"; add("process"; a_process + {fds: 9000, fd_growth: 60})),
	case("files-limit"; of("limits"; .files = 1590000); "1590000"), near("files-limit"; .),
	case("inotify-limit"; add("inotify"; watchers + {instances: 127}); "tail (9)"),
	near("inotify-limit"; add("inotify"; watchers + {instances: 12})),
	case("deadlock"; add("lock"; a_lock + {deadlock: true, looks: 3}); "held by worker (6)"),
	near("deadlock"; add("lock"; a_lock + {deadlock: false, looks: 3})),
	case("mutex-wait"; add("process"; a_process) | tool("offcputime"; {mutexes: [waiting + {seconds: 8}]});
		"in futex_do_wait, called by futex"),
	case("mutex-wait"; add("lock"; a_lock + {pid: 77, looks: 3})
		| tool("offcputime"; {mutexes: [waiting + {seconds: 8}]}); "held by worker (6)"),
	case("mutex-wait"; add("process"; a_process)
		| tool("offcputime"; {mutexes: [waiting + {seconds: 8, owner: 6, owner_comm: "worker"}]});
		"held by worker (6) at the end"),
	near("mutex-wait"; add("process"; a_process) | tool("offcputime"; {mutexes: [waiting + {seconds: 5}]})),
	case("kernel-lock"; add("process"; a_process) | tool("offcputime"; {kernel_locks: [waiting + {seconds: 8,
		function: "ext4_buffered_write_iter", syscall: "pwrite64", lock: "rwsem-write"}]});
		"called by pwrite64 (rwsem-write)"),
	near("kernel-lock"; tool("offcputime"; {kernel_locks: []})),
	case("lock-contention"; add("lock"; a_lock + {looks: 3}); "4 threads of worker (5) wait for a mutex"),
	near("lock-contention"; add("lock"; a_lock + {looks: 1})),
	case("aio-limit"; of("limits"; .aio_requests = 65000); "65000"), near("aio-limit"; .),
	case("blocked-tasks"; add("blocked_task"; {pid: 8, tid: 9, comm: "hangs", looks: 3, function: "nfs_wait"});
		"nfs_wait"),
	near("blocked-tasks"; add("blocked_task"; {pid: 8, tid: 9, comm: "kworker/u8:0", looks: 3,
		function: "rcu_barrier_tasks_generic"})),
	near("blocked-tasks"; add("blocked_task"; {pid: 8, tid: 9, comm: "hangs", looks: 1, function: "nfs_wait"})),
	case("fs-frozen"; add("blocked_task"; {pid: 8, tid: 9, comm: "writer", looks: 3, function: "percpu_rwsem_wait",
		file: "/var/lib/postgresql/x"}); "/var/lib/postgresql is frozen"),
	near("fs-frozen"; add("blocked_task"; {pid: 8, tid: 9, comm: "writer", looks: 3, function: "io_schedule"})),
	case("stopped"; add("process"; a_process + {state: "stopped"}); "victim (77)"),
	near("stopped"; add("process"; a_process));

def requests($count; $p99; $max): tool("biolatency"; {hists: [{label: "sdb", unit: "usecs", count: $count, p50: 9,
	p99: $p99, max: $max}]});

# at_end(path; f): changes a mount in its last look.
def at_end($path; f): .records |= map(if .type == "mount" and .name == $path and .t > 8 then f else . end);

def slow($n; $total_ns; $ns): tool("fsslower"; {slow: $n, total_ns: $total_ns,
	slowest: {op: "F", file: "/x", comm: "db", latency_ns: $ns}});

def disk_cases:
	case("kernel-io"; log("io_error"; "I/O error, dev sdb, sector 1"); "dev sdb"),
	near("kernel-io"; history("io_error"; "x")),
	case("disk-errors"; of("disk"; "sdb"; .errors = 1); "sdb"), near("disk-errors"; .),
	case("disk-errors"; tool("biosnoop"; {causes: [], errors: [{disk: "sdb", error: "EIO", comm: "dd", count: 3}]});
		"EIO"),
	case("disk-stuck"; of("disk"; "sdb"; .reads = 0 | .writes = 0 | .flushes = 0 | .in_flight = 2)
		| .records |= map(if .name == "sdb" then .in_flight = 2 else . end); "sdb"),
	near("disk-stuck"; of("disk"; "sdb"; .reads = 0 | .writes = 0 | .flushes = 0 | .in_flight = 0)),
	case("raid-degraded"; of("disk"; "sdb"; .raid_disks = 2 | .raid_disks_missing = 1); "1 of 2"),
	near("raid-degraded"; of("disk"; "sdb"; .raid_disks = 2 | .raid_disks_missing = 0)),
	case("multipath-failed"; of("disk"; "sdb"; .paths = 4 | .paths_failed = 1); "1 of 4"),
	near("multipath-failed"; of("disk"; "sdb"; .paths = 4 | .paths_failed = 0)),
	case("io-limited"; of("cgroup"; web; .io_limited = true
		| .psi_io_some_us = .interval_ns / 2000); "container web"),
	near("io-limited"; of("cgroup"; web; .io_limited = false | .psi_io_some_us = .interval_ns / 2000)),
	case("io-pressure"; of("io"; .psi_some_us = 400000); "40 %"), near("io-pressure"; .),
	case("cgroup-io-pressure"; of("cgroup"; web; .psi_io_some_us = .interval_ns / 2000); "container web"),
	near("cgroup-io-pressure"; of("cgroup"; web; .psi_io_some_us = .interval_ns / 9000)),
	case("disk-queue"; of("disk"; "sdb"; .queue_ms = 20000); "sdb"),
	near("disk-queue"; of("disk"; "sdb"; .queue_ms = 2000)),
	case("disk-busy"; of("disk"; "sdb"; .busy_ms = 990) | tool("biosnoop"; {errors: [], causes: [{disk: "sdb",
		comm: "dd",
		pid: 12, count: 90, bytes: 9e6, total_ns: 1e9}]}); "dd (12)"),
	near("disk-busy"; of("disk"; "sdb"; .busy_ms = 500)),
	case("block-latency"; requests(90; 80000; 90000);
		"80 ms"),
	near("block-latency"; requests(90; 900; 90000)),
	case("block-outlier"; requests(2; 9; 3000000);
		"3 s"),
	near("block-outlier"; requests(2; 9; 300000)),
	case("fsync-slow"; of("disk"; "sdb"; .flushes = 90 | .flush_ms = 700); "90 flushes/s"),
	near("fsync-slow"; of("disk"; "sdb"; .flushes = 90 | .flush_ms = 20)),
	case("space-low"; of("mount"; "/"; .available_bytes = 0); "/ is full"), near("space-low"; .),
	case("inodes-low"; of("mount"; "/"; .inodes_used = .inodes); "/ has no room"), near("inodes-low"; .),
	case("space-growth"; at_end("/"; .used_bytes += 9e9 | .available_bytes = 2e10); "/ is filling up"),
	near("space-growth"; at_end("/"; .used_bytes += 9e6)),
	case("fs-read-only"; at_end("/"; .read_only = true);
		"/ has become read-only"),
	near("fs-read-only"; .records |= map(if .type == "mount" and .name == "/" then .read_only = true else . end)),
	case("fs-read-only"; history("read_only_remount"; "EXT4-fs (sda1): Remounting filesystem read-only")
		| .records |= map(if .type == "mount" and .name == "/" then .read_only = true else . end);
			"/ has become read-only"),
	case("fs-errors"; of("mount"; "/"; .fs_errors_total = 2); "2 errors"), near("fs-errors"; .),
	case("mount-silent"; add("mount"; {name: "/mnt/nfs", fs: "nfs4", responds: false}); "/mnt/nfs"),
	near("mount-silent"; add("mount"; {name: "/mnt/nfs", fs: "nfs4", responds: true})),
	case("resource-limits"; tool("opensnoop"; {failed: 2, unexpected: [], limits: [{error: "EMFILE", comm: "web",
		pid: 5,
		count: 2, path: "/x"}]}); "EMFILE"),
	case("resource-limits"; tool("opensnoop"; {failed: 2, unexpected: [], limits: [{error: "EMFILE", comm: "web",
		pid: 5, count: 2, path: "-", of_file: false, syscall: "socket"}]}); "EMFILE in web (5)"),
	near("resource-limits"; tool("opensnoop"; {failed: 2, unexpected: [], limits: []})),
	case("failing-opens"; tool("opensnoop"; {failed: 90, limits: [], unexpected: [
		{path: "/etc/a", error: "ENOENT", comm: "app", count: 45},
		{path: "/etc/b", error: "ENOENT", comm: "app", count: 45}]});
		"/etc/a and 1 other path"),
	near("failing-opens"; tool("opensnoop"; {failed: 99, limits: [], unexpected: []})),
	near("failing-opens"; tool("opensnoop"; {failed: 19, limits: [], unexpected: [{path: "/etc/a", error: "ENOENT",
		comm: "app", count: 19}]})),
	case("slow-files"; slow(1; 5e9; 5e9);
		"5 s"),
	near("slow-files"; slow(12; 2e8; 2e7)),
	case("cache-misses"; tool("cachestat"; {hits: 5000, misses: 5000, ratio: 50}); "50 %"),
	near("cache-misses"; tool("cachestat"; {hits: 50, misses: 50, ratio: 50}));

def host(f): of("net"; "host"; f);

def a_listener: {protocol: "tcp", address: "0.0.0.0", port: 8080, drops: 7, queue: 2, queue_max: 1, pid: 9,
	comm: "slowd"};

def a_peer: {direction: "out", address: "192.0.2.1", port: 80, local_ports: 28232};

def a_flow: {local: "192.0.2.1", local_port: 9, remote_port: 443, state: "ESTABLISHED", count: 90, comm: "app"};

def a_target: {address: "192.0.2.1", port: 80, comm: "app", pid: 9, count: 40};

# unanswered(ns): lookups that had not ended when the run did, after this time.
def unanswered($ns): tool("gethostlatency"; {lookups: 9, names: [{host: "a.test", comm: "app", pid: 9, count: 2,
	failed: 0, waiting: 2, result: "waiting", latency_ns: $ns}]});

def network_cases:
	case("network-errors"; of("interface"; "eth0"; .rx_errors = 3 | .rx_crc_errors = 3); "rx_crc_errors"),
	near("network-errors"; .),
	case("network-drops"; of("interface"; "eth0"; .rx_dropped = 30); "rx_dropped"),
	near("network-drops"; .records |= map(if .name == "eth0" and .t > 8 then .rx_dropped = 3 else . end)),
	case("network-busy"; of("interface"; "eth0"; .tx_bytes = 118e6); "1000 Mbit/s"),
	near("network-busy"; of("interface"; "eth0"; .tx_bytes = 118e6 | del(.speed_mbit))
		| .records |= map(del(.speed_mbit))),
	case("qdisc-drops"; of("interface"; "eth0"; .qdisc_drops = 40); "eth0"), near("qdisc-drops"; .),
	case("link-changes"; of("interface"; "eth0"; .carrier_changes = 1); "eth0"),
	near("link-changes"; of("interface"; "lo"; .carrier_changes = 1)),
	case("kernel-network"; log("nic_reset"; "NETDEV WATCHDOG: eth0: transmit queue 0 timed out"); "WATCHDOG"),
	near("kernel-network"; history("link_down"; "x")),
	case("retransmits"; host(.tcp_retransmits = 40); "40/s"),
	near("retransmits"; host(.tcp_retransmits = 1 | .tcp_out_segments = 1)),
	case("retransmits"; of("net"; "4026532300"; .tcp_retransmits = 700); "in container web"),
	case("retransmits"; of("net"; "4026532300"; .tcp_retransmits = 700) | tool("tcpretrans"; {top: [
		a_flow + {remote: "192.0.2.7", netns: 1}, a_flow + {remote: "192.0.2.8", netns: 4026532300}]});
		"192.0.2.8"),
	case("connects-unanswered"; tool("tcpconnect"; {connects: 50, targets: [a_target + {result: "no answer"}]});
		"192.0.2.1:80"),
	near("connects-unanswered"; tool("tcpconnect"; {connects: 50, targets: [a_target + {result: "refused"}]})),
	case("connects-refused"; tool("tcpconnect"; {connects: 50, targets: [a_target + {result: "refused"},
		a_target + {result: "refused", address: "::1"}]}); "80 connects"),
	near("connects-refused"; tool("tcpconnect"; {connects: 50, targets: [a_target + {result: "refused",
		count: 2}]})),
	case("connects-failed"; tool("tcpconnect"; {connects: 50, targets: [a_target + {result: "EADDRNOTAVAIL"}]});
		"EADDRNOTAVAIL"),
	near("connects-failed"; tool("tcpconnect"; {connects: 50, targets: [a_target + {result: "aborted"}]})),
	case("listen-overflow"; host(.tcp_listen_overflows = 7) | add("socket"; a_listener); "port 8080, slowd (9)"),
	near("listen-overflow"; add("socket"; a_listener)),
	case("listen-overflow"; host(.tcp_listen_overflows = 2); "a listener"), near("listen-overflow"; .),
	case("accept-queue"; tool("tcpaccept"; {accepts: 9, slowest: {port: 80, comm: "web", pid: 9, queue_ns: 3e8}});
		"300 ms"),
	near("accept-queue"; tool("tcpaccept"; {accepts: 9, slowest: {port: 80, comm: "web", pid: 9, queue_ns: 3e6}})),
	case("syn-flood"; host(.tcp_syn_cookies_sent = 5); "cookies"), near("syn-flood"; .),
	case("syn-flood"; host(.tcp_request_queue_drops = 5) | add("socket"; a_listener); "port 8080, slowd (9)"),
	case("reset-storm"; host(.tcp_resets_sent = 50); "50/s"), near("reset-storm"; host(.tcp_resets_sent = 1)),
	near("reset-storm"; host(.tcp_resets_sent = 50 | .tcp_passive_opens = 5000)),
	case("ports-used-up"; host(.tcp_time_wait = 27000); "27000"), near("ports-used-up"; .),
	case("ports-used-up"; add("peer"; a_peer + {connections: 27000, time_wait: 27000}); "192.0.2.1:80"),
	case("close-wait"; add("peer"; a_peer + {connections: 500, close_wait: 400}); "400 in CLOSE_WAIT"),
	near("close-wait"; add("peer"; a_peer + {connections: 500, close_wait: 4})),
	case("time-wait"; host(.tcp_time_wait_overflows = 3 | .tcp_time_wait = 100); "none was free"),
	case("time-wait"; host(.tcp_time_wait = 12000); "12000"), near("time-wait"; host(.tcp_time_wait = 900)),
	case("conntrack-full"; host(.conntrack_entries = 262000); "262000"),
	case("conntrack-full"; host(.conntrack_drops = 1); "dropped"), near("conntrack-full"; .),
	case("neighbours-full"; host(.neighbours = 1020); "1020"), near("neighbours-full"; .),
	case("udp-drops"; host(.udp_receive_buffer_errors = 50) 
		| add("socket"; {protocol: "udp", address: "0.0.0.0", port: 514,
		drops: 50, pid: 9, comm: "syslogd"}); "syslogd (9)"),
	near("udp-drops"; .),
	case("tcp-memory"; host(.tcp_memory_bytes = .tcp_memory_max_bytes); "GiB"), near("tcp-memory"; .),
	case("orphans"; host(.tcp_orphans = 65000); "65000"), near("orphans"; .),
	case("fragments-lost"; host(.ip_reassembly_failures = 5); "40 not"), near("fragments-lost"; .),
	case("slow-dns"; tool("gethostlatency"; {lookups: 9, names: [{host: "a.test", comm: "app", pid: 9, count: 9,
		failed: 0,
		latency_ns: 5e9}, {host: "b.test", comm: "app", pid: 9, count: 9, failed: 0, latency_ns: 4e9}]});
			"a.test, b.test"),
	near("slow-dns"; tool("gethostlatency"; {lookups: 9, names: [{host: "a.test", comm: "app", count: 9, failed: 0,
		latency_ns: 5e6}]})),
	case("slow-dns"; unanswered(4e9); "2 of 9 had no answer at the end of the run; 4 s at most"),
	near("slow-dns"; unanswered(4e6)), near("dns-failing"; unanswered(4e9)),
	case("dns-failing"; tool("gethostlatency"; {lookups: 9, names: [{host: "a.test", comm: "app", count: 9,
		failed: 9,
		result: "EAI_AGAIN", latency_ns: 5e6}]}); "EAI_AGAIN"),
	near("dns-failing"; tool("gethostlatency"; {lookups: 9, names: [{host: "a.test", comm: "app", count: 9,
		failed: 1,
		result: "EAI_AGAIN", latency_ns: 5e6}]}));

def cases: cpu_cases, program_cases, memory_cases, task_cases, disk_cases, network_cases;

# failures: the wrong findings of each case; input: the records of the quiet machine.
def failures:
	. as $records
	| usestat_facts.numbers as $usual
	| ({records: ., numbers: {}, durations: {}} | [cases]) as $cases
	| ([rules[].id] - [$cases[] | select(.text).rule] | .[] | "no case for the rule \(.)"),
	([rules[].id] - [$cases[] | select(.text == null).rule] | .[] | "no data that \(.) must not find"),
	($cases[] | . as $case
		| ($case.data.records | if . == $records then $usual else usestat_facts.numbers end) as $usestat
		| ($case.data.numbers + {$usestat}) as $numbers
		| results($numbers; $case.data.durations) as $results
		| (rules[] | select(.id == $case.rule) | judge($results; {})) as $judged
		| [$judged.found[]?] as $found
		| if $case.text == null then
			select(($found | length) > 0)
				| "\($case.rule) must not find: \($found[0].title): \($found[0].evidence[0].text)"
		else select(any($found[]; [.title, .evidence[].text] | join(" ") | contains($case.text)) | not)
			| "\($case.rule) must find \($case.text), not "
				+ "\($found | map([.title, .evidence[].text]) | tojson); "
				+ "\($results[$case.rule] | tojson | .[0:300])" end);
