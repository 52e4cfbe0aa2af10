#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# The expected values are the scheduler's own statistics of each thread, schedstat, read while
# every thread of the workload sleeps, before the tool starts and before it ends.

load ../lib
counts_interrupts TIMER SCHED

own_teardown() {
	if [ -n "$load_pid" ]; then
		kill -KILL "$load_pid" 2>/dev/null || true
	fi
	if [ -n "$cgroup" ]; then
		wait "$load_pid" 2>/dev/null || true
		rmdir "$cgroup/below" "$cgroup" 2>/dev/null || true
	fi
}

# load_start THREADS ROUNDS SPIN_US [CPU]: start the workload, which waits for a line.
load_start() {
	local -a run=("$(own waits)")
	[ -z "$in_namespace" ] || run=(unshare --pid --fork --kill-child "${run[@]}")
	rm -f go; mkfifo go
	exec 7<>go
	: >load
	"${run[@]}" "$@" <go >load 2>&1 7>&- 3>&- &
	load_pid=$!
	wait_for 20 contains load ready || { cat load; return 1; }
	process=$load_pid
	[ -z "$in_namespace" ] || process=$(tr -d ' ' <"/proc/$load_pid/task/$load_pid/children")
	settle
	before_ns=$delay_ns before=$times
}

# account: print the sum of the waits, and how often threads of the workload got a CPU.
account() {
	cat /proc/"$process"/task/*/schedstat |
		awk '{ delay += $2; times += $3 } END { printf "%.0f %.0f\n", delay, times }'
}

# stands_still: true if all threads sleep, so that the statistics do not change.
stands_still() {
	local old=$sums
	sums=$(account)
	[ "$old" = "$sums" ]
}
settle() {
	sums=
	wait_for 20 stands_still
	read -r delay_ns times <<<"$sums"
}

# load_run: let the workload run and sleep again; set the expected $times and $delay_ns.
load_run() {
	echo go >&7
	wait_for 60 contains load "done"
	settle
	((times -= before, delay_ns -= before_ns)) || true
}

load_stop() {
	exec 7>&-
	kill -KILL "$load_pid" 2>/dev/null || true
	wait "$load_pid" 2>/dev/null || true
}

# traced ARGS...: run the workload under runqlat.
traced() {
	: >"$out"
	tool_start runqlat --json "$@"
	load_run
	tool_stop
	expect 0 "$status" status
}

# count_of: print the total count of the histograms that match the jq condition $1.
count_of() { jq -s "map(select(.type == \"hist\" and ($1)) | .count) | add // 0" "$out"; }
sum_of() { jq -s "map(select(.type == \"hist\" and ($1)) | .sum) | add // 0" "$out"; }

# near EXPECTED ACTUAL WHAT: fail if ACTUAL is above EXPECTED, or below it by more than the
# waits reported as lost and two in a thousand: a switch that the kernel did not show is
# corrected only at the task's next switch.  (Linux 6.18 in Firecracker, two CPUs under load: 1972 counted
# and 35 lost of 2007, 1993 and 10 of 2003.)
near() {
	local lost
	lost=$(jq 'select(.type == "summary").no_start' "$out")
	(($2 <= $1 && ($1 - $2 - lost) * 500 <= $1)) || expect "$1" "$2" "$3"
}

# nearly_exact CONDITION [PERMILLE]: expect that at most one wait in a thousand is neither counted
# nor lost (one that the kernel has not shown yet), and that the sum is the scheduler's, within 0.2
# %, or PERMILLE. Each wait is truncated to whole microseconds, so the sum may be too low by 1 us
# for each wait, and by the longest wait for each one that is not counted.
nearly_exact() {
	local count sum lost missing max off permille=${2:-2}
	count=$(count_of "$1") sum=$(sum_of "$1")
	lost=$(jq 'select(.type == "summary").no_start' "$out")	# more than eight in a row, not shown
	((missing = times - count - lost, missing = missing < 0 ? -missing : missing)) || true
	((missing * 1000 <= times)) || { echo "$count waits, $lost lost, $times by schedstat"; return 1; }
	((missing += lost)) || true
	((off = delay_ns / 1000 - sum, off = off < 0 ? -off : off)) || true
	max=$(jq -s "map(select(.type == \"hist\" and ($1)) | .max) | max" "$out")
	((off <= delay_ns / 1000 * permille / 1000 + times + missing * max)) || {
		echo "waits of $sum us, $delay_ns ns by schedstat"
		return 1
	}
}

scheduler_stamps() {
	[ -e /proc/self/autogroup ] || skip "this kernel has no link from a task to its run queue"
}

# bats test_tags=kernel,smoke
@test "wakeups on one CPU: count and sum match the scheduler's" {
	scheduler_stamps
	load_start 1 2000 0 0
	traced -p "$process"
	((times >= 1900))
	nearly_exact true
	load_stop
}

# bats test_tags=kernel
@test "preempted threads on one CPU: count and sum match the scheduler's" {
	scheduler_stamps
	load_start 4 500 200 0
	traced -p "$process"
	((times >= 1900))
	nearly_exact true
	load_stop
}

# bats test_tags=kernel
@test "threads that are moved between CPUs: the whole wait is counted" {
	scheduler_stamps
	load_start 12 200 300
	traced -p "$process"
	((times >= 2400))
	# Before 6.4 the time that a task waited before it was moved is missing: 3 to 11 %
	# (CAVEATS).
	case $(uname -r) in
	[1-5].* | 6.[0-3].*) nearly_exact true 110 ;;
	*) nearly_exact true ;;
	esac
	load_stop
}

# bats test_tags=kernel,all
@test "wakeups and switches as the source: within a few percent of the scheduler's" {
	load_start 4 500 200
	SIXTY_HOOKS=wakeup traced -p "$process"
	head -n 1 "$out" | jq -e '.hooks | map(select(endswith("/sched_wakeup"))) | length == 1'
	local count sum off
	count=$(count_of true) sum=$(sum_of true)
	((count >= times - times / 100 && count <= times + times / 20))
	off=$((delay_ns / 10))
	# Two clocks are compared: events use CLOCK_MONOTONIC, schedstat the scheduler's clock of
	# each CPU.  In an emulator the kernel marks the TSC unstable ("TSCs unsynchronized"), reads
	# the one from the HPET, and only bounds the drift of the other.  Over the same 1930 wakeups
	# of 1.09 ms on 5.10 the two differed by 80 us on average and by up to 16 ms; on 7.3 by up
	# to 2 ms.  So the sum was 13 % low, 7 % low (5.10), 18 % low and 3 % high (7.3) in four
	# runs.
	! emulated || off=$((delay_ns / 4))
	((sum * 1000 >= delay_ns - off - times * 2000))
	((sum * 1000 <= delay_ns + off + times * 5000))
	load_stop
}

# bats test_tags=kernel
@test "-P: attributed to the process that waited, by name" {
	load_start 1 2000 0
	traced -P
	near "$times" "$(count_of ".pid == $process")" waits
	expect "$(cat "/proc/$process/comm")" \
		"$(jq -r "select(.type == \"hist\" and .pid == $process).comm" "$out")"
	expect 0 "$(count_of '.pid == 0')" "waits of the idle task"
	load_stop
}

@test "-L: each thread has its own histogram" {
	load_start 5 400 20 0
	local -A first
	local tid n
	for tid in "/proc/$process/task"/*; do
		read -r _ _ n <"$tid/schedstat"
		first[${tid##*/}]=$n
	done
	traced -L -p "$process"
	for tid in "${!first[@]}"; do
		read -r _ _ n <"/proc/$process/task/$tid/schedstat"
		((n == first[$tid])) ||
			near $((n - first[$tid])) "$(count_of ".tid == $tid")" "waits of $tid"
	done
	expect 0 "$(count_of '.pid')" "histograms by process"
	load_stop
}

# bats test_tags=kernel
@test "--pidnss: by the namespace of the task that waited" {
	needs unshare
	in_namespace=1 load_start 1 2000 0
	local namespace
	namespace=$(readlink "/proc/$process/ns/pid" | tr -dc 0-9)
	traced --pidnss
	near "$times" "$(count_of ".pidns == $namespace")" waits
	load_stop
}

# bats test_tags=kernel
@test "--cgroups and -c: 2000 wakeups inside a cgroup are counted for it" {
	local mount path
	mount=$(cgroup2)
	cgroup=$mount/sixty-runqlat-$$
	mkdir -p "$cgroup/below"
	load_start 1 2000 0
	echo "$process" >"$cgroup/below/cgroup.procs"
	path=${cgroup#"$mount"}/below
	settle
	before_ns=$delay_ns before=$times

	traced --cgroups
	((times >= 1900))
	near "$times" "$(count_of ".cgroup == \"$path\"")" "waits for $path"
	load_stop

	load_start 1 2000 0		# a second workload, excluded by the cgroup above
	echo "$process" >"$cgroup/below/cgroup.procs"
	settle
	before_ns=$delay_ns before=$times
	traced -P -c "$cgroup"
	near "$times" "$(count_of true)" "waits in $cgroup"
	expect "$process" "$(jq 'select(.type == "hist").pid' "$out")" "processes"
	load_stop
}

@test "-u: only that user's tasks" {
	needs setpriv
	chmod 755 "$BATS_TEST_TMPDIR"
	load_start 1 500 0
	traced -u 65533
	expect 0 "$(count_of true)" "waits of tasks of user nobody"
	load_stop
}

# bats test_tags=all
@test "3000 runnable threads: within 0.1 %, in one histogram and by thread" {
	scheduler_stamps
	[ "$(cat /proc/sys/kernel/threads-max)" -gt 8000 ] || skip "too few threads allowed"
	load_start 3000 5 100
	traced -p "$process"
	nearly_exact true
	load_stop
	load_start 3000 5 100
	traced -L -p "$process"
	nearly_exact true
	((times >= 15000))
	load_stop
}

@test "intervals lose nothing between two summaries" {
	load_start 2 3000 200
	traced -p "$process" 1
	(($(jq -s 'map(select(.type == "hist")) | length' "$out") >= 2))
	nearly_exact true
	load_stop
}

@test "SIGTERM prints the counts so far" {
	load_start 1 23 0
	: >"$out"
	tool_start runqlat -p "$process"
	load_run
	tool_stop TERM
	expect 0 "$status" status
	grep -q '^p50 = ' "$out"
	count=$(awk '$2 == "->" { n += $5 } END { print n }' "$out")
	echo "$count waits, $times by schedstat"
	((count == times || count == times - 1))	# the kernel may not show the last one: CAVEATS
	load_stop
}

@test "-T, -m, interval and count" {
	run_tool runqlat -m -T 1 2
	expect 0 "$status" status
	expect 1 "$(head -n 1 "$out" | grep -c '^Tracing run queue latency')"
	expect 2 "$(grep -cE '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}$' "$out")" "times"
	expect 2 "$(grep -cE '^ +msecs|no values' "$out")" "histograms"
}

@test "bad arguments are refused before anything is attached" {
	local bad
	for bad in abc '' 0x10 4294967296 99999999999 9223372036854775807 12abc 1.5 1e9 -1 0; do
		refuses 64 "'$bad'" runqlat -p "$bad"
	done
	for bad in abc '' 0 0x10 1x 1.5 99999999999999999999; do
		refuses 64 "'$bad'" runqlat -- "$bad"
		refuses 64 "'$bad'" runqlat -- 1 "$bad"
	done
	refuses 64 "'-1'" runqlat -- -1
	refuses 64 "'3'" runqlat 1 2 3
	for bad in /no/cgroup '' /etc /etc/passwd; do
		refuses 64 "'$bad'" runqlat -c "$bad"
	done
	refuses 64 'only one of' runqlat -P -L
	refuses 64 'only one of' runqlat --pidnss --cgroups
	refuses 64 "'nosuchuser'" runqlat -u nosuchuser
}
