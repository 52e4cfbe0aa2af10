# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Checks of memory, processes, limits, the kernel log and the machine.  $u: the numbers of usestat.

include "lib";
include "check";

def PAGE_KIB: 4;

# largest(u): evidence: the processes with the most memory.
def largest($u): $u.processes | top_by(.rss; "\(process_name) \(.rss | in_bytes)\(in_container)")
	| if . == "" then empty else usestat("largest: \(.)") end;

def memory_checks($n; $u):
	$u.memory | if . == null then empty else
		(($n.cachestat.misses // 0) > 0) as $cache
		| check("memory-low"; null; {}; .available | percent($u.memory.total);
			usestat("at least \(.available | in_bytes) of \(.total | in_bytes) available; "
				+ if (.swap_total // 0) == 0 then "no swap"
				else "swap: \(.swap_used | in_bytes) of \(.swap_total | in_bytes)" end), largest($u)),
		check("memory-pressure"; null; {}; .some; usestat(pressure_text)),
		(if (.swap_total // 0) == 0 then fine("swapping"; usestat("no swap")) else
			check("swapping"; null; {}; (.swap_in + .swap_out) * PAGE_KIB;
				usestat("\(.swap_in * PAGE_KIB | number) KiB/s in, \(.swap_out * PAGE_KIB | number) "
					+ "KiB/s out"),
				($u.processes | top_by(.swap; "\(process_name) \(.swap | in_bytes)")
					| if . == "" then empty else usestat("in swap: \(.)") end)) end),
		check("thrashing"; null; {}; if (.some // 100) < 1 then 0 else .refaults end;
			usestat("\(.refaults | number) pages/s read back soon after they were reclaimed"),
			($u.processes | top_by(.major_faults; "\(process_name) \(.major_faults | number)/s")
				| if . == "" then empty else usestat("major faults: \(.)") end)),
		check("direct-reclaim"; null; {}; .stalls;
			usestat("\(.stalls | number) allocations/s waited for reclaim")),
		check("compaction"; null; {}; .compactions; usestat("\(.compactions | number)/s")),
		check("slab-large"; null; {}; .slab | percent($u.memory.total);
			usestat("\(.slab | in_bytes) of \(.total | in_bytes)")),
		(if $u.machine.overcommit_memory == 2 then
			check("commit-limit"; null; {}; .committed | percent($u.memory.commit_limit);
				usestat("\(.committed | in_bytes) of \(.commit_limit | in_bytes) reserved"))
		else fine("commit-limit"; usestat("vm.overcommit_memory is not 2")) end),
		(if .corrected == null and .uncorrected == null and .corrupted == null then
			unseen("memory-hardware"; "no EDAC driver: virtual machines have none")
		else check("memory-hardware"; null; {};
			(.corrected // 0) + 1000 * (.uncorrected // 0) + (if (.corrupted // 0) > 0 then 1000
				else 0 end);
			usestat("\(.corrected // 0) corrected, \(.uncorrected // 0) not corrected; "
				+ "\(.corrupted // 0 | in_bytes) taken out of use")) end)
	end;

# leak_checks(u): processes whose memory and cgroups whose anonymous memory grows.
def leak_checks($u):
	$u.memory.available as $room
	| $u.cpu.seconds as $seconds
	| ([($u.memory.total // 0) / 100, ($room // 0) / 10] | min) as $least
	| [($u.processes[] | select((.rss_growth // 0) >= $least)
			| minutes_left($room; .rss_growth; .seconds) as $minutes | select($minutes != null)
			| check("memory-leak"; who; about_process; $minutes;
				usestat("\(growth_text(.rss_growth; .seconds; $minutes)); now "
					+ "\(.rss | in_bytes)\(command)"))),
		($u.cgroups[] | select(.cgroup != "/" and .memory_max != null
			and (.memory_growth // 0) >= .memory_max / 100)
			| minutes_left(.memory_max - .memory; .memory_growth; .seconds) as $minutes
				| select($minutes != null)
			| check("memory-leak"; cgroup_name; of_cgroup + cgroup_dirs($u); $minutes;
				usestat("\(growth_text(.memory_growth; .seconds; $minutes)); limit "
					+ "\(.memory_max | in_bytes)"), members($u)))]
	| if $u.memory == null then empty
	elif length == 0 then fine("memory-leak"; usestat("none grew by \(LEAST_GROWTH_BYTES | in_bytes)"))
	else .[] end;

# grown(key; growth): the growth, or 0 if it is less than a tenth of the value.
def grown($key; $growth): if (.[$growth] // 0) * 10 >= (.[$key] // 0) then .[$growth] // 0 else 0 end;

# each_process(id; u; filter; value; text): the check for each process that the filter selects.
def each_process($id; $u; filter; value; text):
	if $u.limits == null and ($u.processes | length) == 0 then empty else
		[$u.processes[] | select(filter)]
		| if length == 0 then fine($id; usestat("none among the processes seen"))
		else .[] | check($id; who; about_process; value; usestat(text + command)) end
	end;

def process_checks($u):
	each_process("cpu-bound"; $u; .cpu; if $u.cpu.urgent >= 90 then 0
		elif .thread_cpu then [.thread_cpu, .cpu] | min
		elif .cpu > 115 then 0 else .cpu end;
		"\(.cpu | number) % of a CPU, \(.system | number) % in the kernel"),
	each_process("process-run-delay"; $u; .run_delay and (.kernel | not);
		if ($u.cpu.pressure // 100) < 5 or ($u.cpu.nice >= 20 and $u.cpu.urgent < 70) then 0
			else .run_delay end;
		"waited \(.run_delay | number) % of the time, ran \(.cpu | number) %"),
	each_process("thread-growth"; $u; .thread_growth; grown("threads"; "thread_growth");
		"\(.thread_growth) more than at its first look, now \(.threads)"),
	# A program that has just started opens its files.
	each_process("descriptor-growth"; $u; .fd_growth;
		if (.age_s // 99) < 30 then 0 else grown("fds"; "fd_growth") end;
		"\(.fd_growth) more than at its first look, now \(.fds)"),
	(each_process("descriptors"; $u; .fds and .fds_max; 100 * .fds / .fds_max; "\(.fds) of \(.fds_max) open files")
		| if .about then .about.error = "EMFILE" else . end),
	each_process("zombies"; $u; .zombies; .zombies; .zombies | plural("dead child process")),
	each_process("stopped"; $u; .stopped > 0 and .stopped == .looks; 1; "stopped in all \(.looks) looks");

# frozen: true if the thread sleeps where a frozen file system stops writers.
def frozen: [.function, .stack[]?] | map(select(type == "string"))
	| any(.[]; test("sb_start_write|mnt_want_write|sb_wait_write|percpu_rwsem_wait"));

# housekeeping: true for a kernel thread that waits for a grace period, for example when a BPF program is
# detached: it does not hang.
def housekeeping: [.function, .stack[]?] | map(select(type == "string"))
	| any(.[]; test("rcu|synchronize|kthread|worker_thread|msleep|stop_one_cpu"));

def with_file: if .file then ", with \(.file | quoted)" else "" end;

# hung_s(u): the least time that it hung. A thread that hung during all of a short run counts as more.
def hung_s($u): if ($u.cpu.seconds // 99) < 8 and .seconds >= 0.6 * ($u.cpu.seconds // 99) then [.seconds, 5] | max
	else .seconds end;

# log_rate: how fast the file grew in which it writes furthest; if only one look has that file, all it writes.
def log_rate: [.written_bytes, .written_growth] | map(values) | min // 0;

# log_writer_checks: programs that fill a log file.
def log_writer_checks($u):
	if ($u.processes | length) == 0 then empty else
		[$u.processes[] | select(.written_file // ""
			| test("(^|/)log(s)?/|\\.log(\\.[0-9]+)?$|/(syslog|messages)$"))]
		| if length == 0 then fine("log-writer"; usestat("none of the processes that write most writes a log"))
		else .[] | log_rate as $rate | check("log-writer"; who; about_process + {file: .written_file};
			$rate / 1048576; usestat("\($rate | in_bytes)/s to \(.written_file | quoted)\(command)")) end
	end;

def blocked_checks($u):
	if $u.limits == null then empty else
		$u.blocked | map(select(.looks >= 2 and (frozen or (housekeeping | not))))
			| map(select(frozen)) as $frozen
		| (if length == 0 then fine("blocked-tasks"; usestat("none in two looks in a row")) else
			group_by(.pid)[] | max_by(.seconds) as $b
			| check("blocked-tasks"; $b | who; $b | about_process; $b | hung_s($u); usestat(
				"\(length | plural("thread")), for at least \($b.seconds | number) s, in "
				+ ($b.function // "a function not shown") + ($b | with_file))) end),
		(if ($frozen | length) == 0 then fine("fs-frozen"; usestat("none")) else
			$frozen | group_by(mount_of($u))[] | max_by(.seconds) as $b | ($b | mount_of($u)) as $mount
			| check("fs-frozen"; $mount // "A file system"; ($b | about_process) + {path: $mount}; length;
				usestat("\(length | plural("thread")) cannot write, such as \($b | who), in "
					+ "\($b.function)"
				+ "\(if $b.file then ", with \($b.file | quoted)" else "" end)")) end)
	end;

def used_share($value; $max): if $value == null or ($max // 0) == 0 then 0 else 100 * $value / $max end;

def limit_checks($u):
	$u.limits | if . == null then empty else
		. as $l
		| def used($id; $value; $max; $what): check($id; null; {}; $value | percent($max);
			usestat("\($value) of \($max) \($what)"));
		used("threads-limit"; .tasks; .tasks_max; "threads"),
		(used("files-limit"; .files; .files_max; "open files") | .about.error = "ENFILE"),
		used("aio-limit"; .aio; .aio_max; "requests"),
		(if ($u.inotify | length) == 0 then fine("inotify-limit"; usestat("no user has many"))
		else $u.inotify[] | check("inotify-limit"; .name; {user: .name, pid, comm} + of_cgroup;
			[used_share(.instances; .instances_max), used_share(.watches; .watches_max)] | max;
			usestat("\(.instances) of \(.instances_max) instances, \(.watches) of \(.watches_max) watches"),
			usestat("most: \(who), \(.process_instances) and \(.process_watches)")) end),
		([$u.users[] | select(.uid != "0" and .threads_max)]
			| if length == 0 then fine("user-threads"; usestat("no user has many threads")) else
				.[] | check("user-threads"; .user // .uid; {user: (.user // .uid), pid, comm};
					100 * .threads / .threads_max;
					usestat("\(.threads) of \(.threads_max) threads")) end)
	end;

# ---- the kernel log ----

def log_rules: {
	"kernel-hung": ["hung_task", "soft_lockup", "hard_lockup", "rcu_stall", "workqueue_stall"],
	"kernel-crash": ["segfault"], "kernel-bug": ["kernel_bug", "panic", "oom_panic"],
	"kernel-warning": ["kernel_warning"], "kernel-hardware": ["hardware_error", "memory_error", "pcie_error"],
	"kernel-thermal": ["thermal"], "kernel-io": ["io_error", "raid", "multipath", "nfs"],
	"fs-errors": ["fs_error"], "fs-read-only": ["read_only_remount"],
	"kernel-allocation": ["allocation_failure"],
	"kernel-network": ["nic_reset", "link_down", "conntrack_full", "neighbour_full", "tcp_memory", "tcp_orphans",
		"tcp_time_wait", "syn_flood", "unregister_netdevice"]
};

# of_other_rules: classes for which other rules use counters instead.
def of_other_rules: ["oom_kill", "pids_limit", "files_limit", "nfs_recovered"];

def message_text: (.text | cut_to(140)) + if .count > 1 then " (\(.count | times))" else "" end;

def log_subject: if (.comms | length) > 0 then .comms | join(", ") else .class | gsub("_"; " ") end;

def log_check($id; $classes; $u):
	[$u.log[] | select(.class as $c | $classes | index($c))]
	| if length > 0 then
		(max_by(.count)) as $most
		| check($id; [.[] | log_subject] | unique | join(", ");
			{comm: $most.comms[0], error: (if $id == "kernel-io" then "EIO" else null end),
				disk: ($most.text | capture("dev (?<d>[a-z0-9-]+)").d? // null)};
			map(.count) | add; .[] | usestat(message_text))
	else fine($id; usestat("none during the run")) end;

def log_checks($u):
	if $u.memory == null then empty
	elif any($u.missing[]; .what | test("kernel('s)? (log|message)")) then
		(log_rules | keys[]), "kernel-errors" | select(. != "fs-errors" and . != "fs-read-only")
		| unseen(.; "the kernel's log cannot be read")
	else
		(log_rules | del(.["fs-errors"], .["fs-read-only"]) | to_entries[] | log_check(.key; .value; $u)),
		log_check("kernel-errors"; [$u.log[].class] - [log_rules[][]] - of_other_rules; $u)
	end;

# oom_check(u): kills are counted, not log lines.
def oom_check($u):
	[$u.log[] | select(.class == "oom_kill")][0] as $log
	| ([$u.oom_kills // 0, ($u.cgroups | map(.oom_kills // 0) | max // 0), $log.pids // 0] | max) as $kills
	| if $u.memory == null then empty else
		([$u.cgroups[] | select((.oom_kills // 0) > 0 and .cgroup != "/")] | sort_by(-(.cgroup
			| length))[0]) as $cgroup
		| ($cgroup.cgroup // $log.memcgs[0]) as $path
		| check("kernel-oom"; if ($log.comms // [] | length) > 0 then $log.comms
			| join(", ") else "processes" end;
			{comm: $log.comms[0], cgroup: $path} + ($cgroup // {} | {container, container_name}); $kills;
			usestat("\($kills | plural("process")) killed"
				+ if $path then " at the memory limit of \(($cgroup // {cgroup: $path}) | cgroup_name)"
				elif $kills > 0 then ", of the whole machine" else "" end),
			($log | values | usestat(.text | cut_to(140))))
	end;

# ---- the machine ----

def taint_words: {"4": "machine check", "5": "bad page", "7": "the kernel has died before",
	"14": "soft lockup", "1": "module loaded by force", "2": "module removed by force"};

def taint_checks($u):
	$u.machine.taint | if . == null then empty else
		. as $taint
		| [taint_words | to_entries[] | select(($taint / pow(2; .key | tonumber) | floor) % 2 == 1).value]
		| check("taint"; join(", "); {}; length; usestat("flags \($taint)")) end;

def machine_checks($u):
	$u.machine | if . == null then empty else
		check("clock-unsynchronised"; null; {}; .clock_synchronised
			| if . == null then null elif . then 0 else 1 end;
			usestat("possible error "
				+ if .clock_error_max_us then .clock_error_max_us * 1e3 | in_time else "unknown" end
				+ if .hypervisor then "; a virtual machine, whose host may set the clock" else "" end)),
		check("clock-source"; .clock_source; {};
			.clock_source | if . == null then null
				elif test("^(hpet|acpi_pm|jiffies|pit|refined-jiffies)$") then 1 else 0 end;
			usestat("\(.clock_source) of \(.clock_sources // "?")")),
		(if .failed_units == null then unseen("failed-units"; "usestat does not show the units of systemd")
		else check("failed-units"; .failed_unit_names // [] | if type == "array" then join(", ") else . end;
			{unit: (.failed_unit_names // [] | if type == "array" then .[0] else . end)}; .failed_units;
			usestat(.failed_units | plural("failed unit"))) end),
		($u.log_total | if . == null then empty else check("log-flood"; null; {}; .messages + (.programs // 0);
			usestat("\(.messages | number) messages/s of the kernel, \(.programs // 0 | number)/s of "
				+ "programs"),
			($u.log | max_by(.count) | values | usestat(message_text))) end)
	end, taint_checks($u);

# Programs whose status 1 is an answer, and those that scripts and configure call to try something.
def answers: ("grep egrep fgrep rg pgrep pidof pkill kill test [ cmp diff expr false ping which type systemctl "
	+ "sh dash bash mountpoint getent id git curl wget nc jq readlink realpath stat ls cat cut head find "
	+ "awk gawk mawk tty stty tput getconf fuser lsof findmnt blkid lsblk umount rmdir modprobe modinfo "
	+ "ip ss tc nft iptables host dig nslookup openssl dpkg dpkg-split dpkg-deb dpkg-query rpm "
	+ "update-alternatives make cc gcc g++ clang cc1 cc1plus collect2 ld") | split(" ");

# Programs that end with the status of the one that they start, which has a finding itself.
def starters: ["timeout", "flock", "sudo", "su", "runuser", "nsenter", "unshare", "chroot", "xargs", "time", "setsid",
	"strace", "systemd-run"];

# failures: the exits of one program that are failures: by the signal of a crash, by SIGKILL, or with a status
# that is not an answer.
def failures:
	.comm as $comm
	| (starters | index($comm)) as $starts
	| [.kinds[] | select(if $starts then false
		elif .signal then .signal as $s | [3, 4, 5, 6, 7, 8, 9, 11, 31] | index($s)
		else (.status // 0) != 0 and (.status > 1 or (answers | index($comm)) == null) end)];

def exit_text: if .signal then "by signal \(.signal)" else "with status \(.status)" end;

def started_by:
	if .parent_comm then ", started by \(.parent_comm | quoted) (\(.ppid))" else "" end
	+ if .lifetime_us then ", after \(1e3 * .lifetime_us / .exits | in_time)" else "" end;

# exit_checks: programs whose exits are mostly failures.
def exit_checks($u):
	if ($u.exits | length) == 0 then empty else
		# A tool kills its helpers when it ends.
		[$u.exits[] | select(.comm != "sixty" and .comm != "sixty-helper" and .parent_comm != "sixty")
			| failures as $failures
			| ($failures | map(.exits) | add // 0) as $count
			| select($count >= 0.8 * .exits and $count > 0)
			| check("crash-loop"; .comm + in_container; {comm} + of_cgroup; $count;
				usestat("\($count) of \(.exits | plural("end")) "
					+ ($failures | sort_by(-.exits) | map(exit_text) | join(", "))
					+ started_by))]
		| if length == 0 then fine("crash-loop"; usestat("no program mostly ended with an error")) else .[] end
	end;

def held_by:
	if .owner == null then ", whose owner has ended"
	else ", held by \(if .owner_comm then "\(.owner_comm) (\(.owner))" else "process \(.owner)" end)"
		+ if .owner_state then ", \(.owner_state)" else "" end
	end;

def lock_text:
	"\(.waiters | plural("thread")) of \(who) \(if .waiters == 1 then "waits" else "wait" end) for "
	+ (if .kind != "file" then "a mutex" elif .file then "a lock of \(.file | quoted)" else "a lock of a file" end)
	+ held_by + ", in \(.looks | plural("look"))";

def lock_checks($u):
	if $u.limits == null then empty else
		([$u.locks[] | select(.deadlock and .looks >= 2)]
			| if length == 0 then fine("deadlock"; usestat("none seen"))
			else .[] | check("deadlock"; who; {pid, comm} + of_cgroup; .waiters; usestat(lock_text)) end),
		# flock(1) waits on purpose.
		([$u.locks[] | select((.deadlock | not) and .looks >= 2 and .comm != "flock")]
			| if length == 0 then fine("lock-contention"; usestat("none in two looks in a row"))
			else .[] | check("lock-contention"; who; {pid, comm} + of_cgroup;
				if .kind == "file" then 3 * .waiters else .waiters end; usestat(lock_text)) end)
	end;
