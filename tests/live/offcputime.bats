#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# The workload waits a known number of times, and adds up its waits by the clock.
#
# Runs alone: it compares times.

load ../lib
counts_interrupts SWITCH

own_teardown() {
	exec 7>&- || true
	[ -z "$load_pid" ] || kill -KILL "$load_pid" 2>/dev/null || true
}

# load_start MODE COUNT US: start the workload, which waits for a line.
load_start() {
	local program
	program=$(own blocks)
	comm=${program##*/}
	rm -f go; mkfifo go
	exec 7<>go
	"$program" "$@" <go >load 2>&1 7>&- 3>&- &
	load_pid=$!
	wait_for 20 grep -q '^ready' load || { cat load; return 1; }
}

# load_run: let it wait; set $total_us to the time that it reports, and $mutex.
load_run() {
	echo go >&7
	wait_for 60 grep -q '^done' load || { cat load; return 1; }
	read -r _ total_us mutex < <(grep '^done' load)
}

# traced ARGS...: run the workload under offcputime, with JSON in $out.
traced() {
	tool_start offcputime --json -p "$load_pid" "$@"
	load_run
	tool_stop
	expect 0 "$status" status
}

# sum KEY CONDITION: add up the key of the workload's stacks that match the jq condition.
sum() {
	jq -s "map(select(.type == \"stack\" and .comm == \"$comm\" and ($2)) | .$1) | add // 0" "$out"
}

# near EXPECTED ACTUAL PERCENT: true if ACTUAL is within that percentage of EXPECTED.
near() {
	local expected=$1 actual=$2 percent=$3 off
	off=$((actual > expected ? actual - expected : expected - actual))
	((off * 100 <= expected * percent)) || { echo "expected about $expected, got $actual"; return 1; }
}

# waited_in FUNCTION SYSCALL: expect waits in this function as long as the workload reports. With -m
# 0, waits for a CPU at the end of the call also count; their system call is not known.
waited_in() {
	traced -m 0
	near "$total_us" "$(($(sum total_ns "(.syscall | IN(\"$2\", null)) and (.user | index(\"$1\"))") / 1000))" 3
}

# bats test_tags=kernel,smoke
@test "offcputime: waits of a known length, and their number" {
	load_start nanosleep 30 10000
	# The first long wait, after which user stacks are copied, is the wait for the line.
	traced
	# Leave out waits for a CPU at the end of the call, whose state is runnable.
	expect 30 "$(sum waits '.state == "interruptible" and (.kernel | any(contains("nanosleep")))')" waits
	near "$total_us" "$(($(sum total_ns '.syscall == "clock_nanosleep"') / 1000))" 3
	(($(sum waits '.user | index("in_nanosleep") and index("main")') >= 29))
}

@test "offcputime: poll, a pipe and a condition variable" {
	local mode
	for mode in in_poll:poll in_pipe:read in_cond:futex; do
		load_start "$(sed 's/in_//; s/:.*//' <<<"$mode")" 10 20000
		waited_in "${mode%:*}" "${mode#*:}"
		kill -KILL "$load_pid"
	done
}

# bats test_tags=kernel
@test "offcputime: a contended mutex is recognized by its address, a condition variable is not taken for one" {
	load_start mutex 10 20000
	traced -m 0
	expect "[\"$mutex\"]" "$(jq -sc 'map(select(.type == "stack" and .mutex) | .mutex) | unique' "$out")"
	near "$total_us" "$(($(sum total_ns ".mutex == \"$mutex\" and (.user | index(\"in_mutex\"))") / 1000))" 3
	kill -KILL "$load_pid"
	load_start cond 10 20000
	traced
	expect 0 "$(sum waits .mutex)"
}

# bats test_tags=kernel
@test "offcputime: the thread that holds a mutex at the end is named" {
	local holder
	load_start held 1 0
	tool_start offcputime --json -p "$load_pid"
	echo go >&7
	wait_for 20 grep -qx waiter "/proc/$load_pid/comm"
	wait_for 20 grep -q futex "/proc/$load_pid/wchan"
	tool_stop
	expect 0 "$status" status
	holder=$(grep -l holder /proc/"$load_pid"/task/*/comm | cut -d/ -f5)
	expect "[[$holder,\"holder\"]]" \
		"$(jq -sc 'map(select(.type == "stack" and .mutex) | [.owner, .owner_comm])' "$out")"
}

# bats test_tags=kernel
@test "offcputime: a wait that has not ended when the tool stops" {
	load_start pause 1 0
	tool_start offcputime --json -p "$load_pid"
	echo go >&7
	sleep 1
	tool_stop
	expect 1 "$(sum waits '.user | index("in_pause") and index("main")')"
	(($(sum total_ns '.user | index("in_pause")') / 10000000 >= 85))
}

@test "offcputime -m and -M: only waits of that length" {
	load_start nanosleep 10 10000
	traced -m 30000
	expect 0 "$(sum waits '.syscall == "clock_nanosleep"')"
	kill -KILL "$load_pid"
	load_start nanosleep 10 10000
	traced -M 5000
	expect 0 "$(sum waits '.syscall == "clock_nanosleep"')"
	kill -KILL "$load_pid"
	load_start nanosleep 100 100
	traced -m 0
	(($(sum waits '.syscall == "clock_nanosleep"') >= 100))
}

@test "offcputime -u, -k, -t: user threads, kernel threads, one thread" {
	run_tool offcputime --json -k --duration 2
	expect 0 "$(jq -s 'map(select(.type == "stack" and .user != [])) | length' "$out")"
	(($(jq -s 'map(select(.type == "stack")) | length' "$out") > 0))
	run_tool offcputime --json -u --duration 1
	expect 0 "$(jq -s 'map(select(.type == "stack" and .comm == "kthreadd")) | length' "$out")"
	load_start mutex 5 20000
	traced -t "$load_pid"
	expect 0 "$(sum waits '.user | index("hold")')"
	(($(sum waits '.user | index("main")') > 0))
}

@test "offcputime --state: a sleep is interruptible" {
	load_start nanosleep 10 10000
	traced --state 2
	expect 0 "$(sum waits '.syscall == "clock_nanosleep"')"
	kill -KILL "$load_pid"
	load_start nanosleep 10 10000
	traced --state 1
	expect 10 "$(sum waits '.state == "interruptible" and (.kernel | any(contains("nanosleep")))')"
}

@test "offcputime --user-stack-rate: further waits have no user stack, but count" {
	load_start nanosleep 200 2000
	traced --user-stack-rate 1
	(($(sum waits '.syscall == "clock_nanosleep"') >= 190))
	# Two CPUs may each copy 50 stacks in a burst, and one per second.
	(($(sum waits '.user | index("in_nanosleep")') <= $(nproc) * 55))
	grep -q 'have no user stack: .*, or beyond --user-stack-rate' "$err"
}

@test "offcputime -U and -K: only user or only kernel stacks" {
	load_start nanosleep 10 10000
	traced -U
	expect 0 "$(sum waits 'has("kernel")')"
	kill -KILL "$load_pid"
	load_start nanosleep 10 10000
	traced -K
	expect 0 "$(sum waits 'has("user")')"
	expect 10 "$(sum waits '.state == "interruptible" and (.kernel | any(contains("nanosleep")))')"
}

# bats test_tags=kernel
@test "offcputime: waits for a kernel lock: that of a file which three threads write" {
	grep -q __traceiter_contention_begin /proc/kallsyms || skip "no tracepoint lock:contention_begin (Linux 5.19)"
	cp "$(workload incident)" "x$$same"
	"./x$$same" samefile 3 file >truth 3>&- &
	load_pid=$!
	wait_for 5 grep -q ready truth
	run_tool offcputime --json -p "$load_pid" --by lock,syscall,state --duration 2
	kill -KILL "$load_pid"
	# Two of three threads wait at any time, except while they wait for a CPU.
	(($(jq -s 'map(select(.lock == "rwsem-write" and .syscall == "pwrite64" and .state == "uninterruptible")
		.total_ns) | add // 0' "$out") > 1000000000))
}

# by CONDITION KEY,...: expect the waits of the workload in the rows of --by KEY,... that match the
# condition.
by() {
	local rows
	load_start nanosleep 10 10000
	tool_start offcputime --json -p "$load_pid" --by "$2"
	load_run
	tool_stop
	rows=$(jq -s "map(select(.type == \"row\" and ($1)) | .total_ns) | add // 0 | . / 1000 | floor" "$out")
	((rows >= 100000)) || { echo "$2: $rows us in: $(cat "$out")"; return 1; }
	kill -KILL "$load_pid"
}

@test "offcputime --by: rows of each key, and of several" {
	by ".comm | startswith(\"x$$\")" comm
	by '.cgroup | startswith("/")' cgroup
	by ".comm | startswith(\"x$$\")) and (.pid > 0 and .state == \"interruptible\" and .syscall == \"clock_nanosleep\"
		and (.function | contains(\"nanosleep\"))" comm,pid,state,syscall,function
	run_tool offcputime --json --by pid,comm,function --top 2 --duration 1
	expect '[1,2]' "$(jq -sc 'map(select(.type == "row")) | [(map(select(.others)) | length),
		(map(select(.pid)) | length)]' "$out")"
}

@test "offcputime: the table, folded lines, and the files" {
	load_start nanosleep 10 10000
	tool_start offcputime -p "$load_pid" --pprof off.pb.gz --flame off.svg
	load_run
	tool_stop
	expect 0 "$status" status
	expect 1 "$(wc -l <"$out")" "lines of output"
	grep -q '<title>in_nanosleep (.*): [0-9]* us, ' off.svg
	gzip -dc off.pb.gz >off.pb
	grep -qa in_nanosleep off.pb
	grep -qa microseconds off.pb
	kill -KILL "$load_pid"
	load_start nanosleep 10 10000
	tool_start offcputime -p "$load_pid"
	load_run
	tool_stop
	expect "Tracing off-CPU time (us) of PID [$load_pid] by user + kernel stack... Hit Ctrl-C to end." \
		"$(head -n 1 "$out")"
	grep -qE "^    - +$comm \($load_pid\)$" "$out"
	# Ten waits of 10 ms, of which two may have no user stack: it is not copied after several short waits.
	(($(awk 'BEGIN { RS = "" } /in_nanosleep/ { n += $NF } END { print n }' "$out") >= 80000))
	kill -KILL "$load_pid"
	load_start nanosleep 10 10000
	"$build/offcputime" -f -p "$load_pid" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 grep -q Tracing "$err"
	load_run
	tool_stop
	grep -qE "^$comm(;[^;]+)*;main;in_nanosleep;.* [0-9]+$" "$out"
}

@test "offcputime: bad options are refused" {
	refuses 64 "invalid pid 'abc'" offcputime -p abc
	refuses 64 "only one of -U and -K" offcputime -U -K
	refuses 64 "only one of -u and -k" offcputime -u -k
	refuses 64 "invalid minimum 'x'" offcputime -m x
	refuses 64 "the minimum of -m is greater than the maximum of -M" offcputime -m 10 -M 5
	refuses 64 "invalid state '-1'" offcputime --state -1
	refuses 64 "invalid key 'x': expected comm, pid, cgroup, syscall, function, state, lock or mutex" \
		offcputime --by pid,x
	refuses 64 "invalid key ''" offcputime --by pid,
	refuses 64 "key 'pid' is given twice" offcputime --by pid,pid
	refuses 64 "invalid rate '0'" offcputime --user-stack-rate 0
	refuses 64 "--top needs --by" offcputime --top 5
	refuses 64 "expected auto or dwarf" offcputime --unwind fp
	refuses 64 "invalid duration '0'" offcputime 0
	refuses 1 "cannot write '/nowhere/x.svg'" offcputime --flame /nowhere/x.svg
}
