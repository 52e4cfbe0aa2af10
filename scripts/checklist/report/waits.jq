# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Facts from offcputime: what threads waited for.

include "lib";
include "tools";

def waits_for($kind; $calls): {key: ($calls | split(" ")[]), value: $kind};

# What each system call usually waits for. Most of these waits are idle.
def CALLS: [
	waits_for("time"; "nanosleep clock_nanosleep pause rt_sigsuspend rt_sigtimedwait"),
	waits_for("events"; "poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2 "
		+ "io_getevents io_uring_enter"),
	waits_for("a child process"; "wait4 waitid vfork clone clone3"),
	waits_for("other threads"; "futex futex_waitv"),
	waits_for("connections"; "accept accept4 connect"),
	waits_for("data"; "read readv pread64 recvfrom recvmsg recvmmsg write writev sendto sendmsg splice"),
	waits_for("a disk"; "fsync fdatasync sync syncfs sync_file_range msync")
] | from_entries;

# wait_kind: what a wait was for, if that is known.
def wait_kind:
	if .mutex then "a mutex"
	elif .state == "runnable" then "a CPU"
	elif .lock then "a lock of the kernel"
	elif .state == "uninterruptible" then "a disk or the kernel"
	else CALLS[.syscall // ""] // "something else" end;

# Waits that have a cause in the machine come before those that are usually idle.
def BUSY_KINDS: ["a mutex", "a lock of the kernel", "a disk or the kernel", "a CPU"];

def wait_table:
	table("waits"; "What threads waited for: first what delayed them, then what is usually idle"; [
		column("kind"; "For"; "text"), column("comm"; "Program"; "comm"),
		column("syscall"; "System call"; "text"),
		column("function"; "Kernel function"; "function"), column("waits"; "Waits"; "number"),
		column("seconds"; "Time"; "number"; "s")]);

# delays(kind): for each process, how long its threads waited for that, and where most.
def delays($kind):
	map(select(.kind == $kind and .pid)) | group_by(.pid) | map(max_by(.total_ns)
		+ {seconds: (map(.total_ns) | add / 1e9 | round_to(3)), waits: (map(.waits) | add)})
	| sort_by(-.seconds)[0:TOP] | map({pid, comm, syscall, function, lock, owner, owner_comm,
		mutex, seconds, waits});

def offcputime:
	facts({ours: ours, pid, comm, syscall, function, state, lock, mutex, owner, owner_comm, waits, total_ns,
		others};
		# --top leaves out rows of locks last: if rows of other kinds are left, no lock is missing.
		(if any(.[]; .comm and (.mutex or .lock | not)) then 0 else map(.others) | add // 0 end) as $left_out
		| map(select(.total_ns and (.ours or .others | not)) | .kind = wait_kind) | . as $waits
		| {
			numbers: {left_out: $left_out, mutexes: delays("a mutex"),
				kernel_locks: delays("a lock of the kernel")},
			series: [],
			tables: [$waits | group_by([.kind, .comm, .syscall, .function])
				| map(max_by(.total_ns) + {waits: (map(.waits) | add),
					seconds: (map(.total_ns) | add / 1e9 | round_to(3))})
				| sort_by((.kind as $kind | BUSY_KINDS | index($kind) != null | not), -.seconds)
				| wait_table]
		})
	# Before Linux 5.19 the kernel does not show who waits for its locks.
	| if any(.tool.hooks[]?; endswith("contention_begin")) then . else .numbers.kernel_locks = null end;
