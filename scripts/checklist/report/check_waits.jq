# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Checks of what threads waited for.  $n: the numbers of all collectors; $u: those of usestat.

include "lib";
include "check";

# threads_of(u; duration): the number of threads of that process. If it is not known, the least number that
# can have waited this long, plus one that held the lock.
def threads_of($u; $duration):
	.pid as $pid | [$u.processes[] | select(.pid == $pid).threads][0]
	// ((.seconds / $duration | ceil) + 1);

# known(u): add the keys that usestat has for the process, such as its container.
def known($u): . as $delay | .pid as $pid
	| ([$u.processes[] | select(.pid == $pid) | {command_line} + about_process][0] // {}) + $delay;

def place: ([(.function | values | "in \(.)"), (.syscall | values | "called by \(.)")] | join(", "))
	+ if .lock then " (\(.lock))" else "" end;

# lock_share(u; duration): the time that the threads of a process waited, as a share of all their time.
def lock_share($u; $duration): 100 * .seconds / ($duration * threads_of($u; $duration));

def lock_evidence($noun; $u; $duration):
	from("offcputime"; "\(.seconds | number) s in \(.waits | plural("wait")) for \($noun), of "
		+ "\($duration | number) s and \(threads_of($u; $duration) | plural("thread")), mostly \(place)");

# owner(u): evidence: the thread that held the mutex when usestat looked, otherwise at the end.
def owner($u):
	.pid as $pid | [$u.locks[] | select(.pid == $pid and .kind != "file" and .owner)][0] as $seen
	| if $seen then $seen | usestat("held by \(.owner_comm // "?") (\(.owner))"
			+ if .owner_state then ", \(.owner_state)" else "" end)
	elif .owner then from("offcputime"; "held by \(.owner_comm // "?") (\(.owner)) at the end")
	else empty end;

def each_delay($id; $u; $duration; $noun):
	if length == 0 then fine($id; from("offcputime"; "no wait of 1 ms or more for \($noun)")) else
		.[] | known($u) | check($id; who; about_process; lock_share($u; $duration);
			lock_evidence($noun; $u; $duration), owner($u)) end;

def wait_checks($n; $u; $d):
	$n.offcputime | if . == null or ($d.offcputime // 0) == 0 then empty else
		(.mutexes | each_delay("mutex-wait"; $u; $d.offcputime; "a mutex")),
		(if .kernel_locks then
			.kernel_locks | each_delay("kernel-lock"; $u; $d.offcputime; "a lock of the kernel")
		else unseen("kernel-lock"; "Linux before 5.19 does not show who waits for its locks") end)
	end;
