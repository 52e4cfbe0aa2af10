#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The tools inside PID and time namespaces.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load ../lib

own_setup() {
	needs unshare jq
	unshare -pf --mount-proc true 2>/dev/null || skip "no PID namespaces on this machine"
	[ "$(stat -Lc %i /proc/self/ns/pid)" = 4026531836 ] ||
		skip "not the initial PID namespace: the machine's PIDs are not known"
	: >"mark$$"
	work=$(own opens)
}

# cat_inside: print the script that starts, inside the namespace, the tool and a process that runs
# the lines that it reads from the FIFO.
cat_inside() {
	cat <<-'END'
	mkfifo go
	bash -c 'while read -r line; do eval "$line"; done' <go &
	subject=$!
	exec 8>go
	echo "$subject" >subject
	"${@//PID/$subject}" 8>&- &
	tool=$!
	until_there() {
		until [ -e "$1" ]; do
			kill -0 "$tool" || exit
			sleep 0.1
		done
	}
	echo ready >started
	until_there work
	{ cat work; echo ': >done'; } >&8
	until_there done
	until_there stop
	kill -INT "$tool"
	wait "$tool"
	END
}

# host_pid_of PID: print the host's PID of a child of the namespace's first process.
host_pid_of() {
	cat /proc/[0-9]*/status 2>/dev/null |
		awk -v ns_pid="$1" -v first="$(cat "/proc/$tool_pid/task/$tool_pid/children")" '
		/^Pid:/ { pid = $2 }
		/^PPid:/ { parent = $2 }
		/^NSpid:/ && $3 == ns_pid && parent == first + 0 { print pid }'
}

# trace_inside WORK TOOL ARGS...: run the tool in a PID namespace while the process there (PID in
# the arguments) does WORK; then $pid and $host_pid are its PIDs, and $out the tool's output.
trace_inside() {
	cat_inside >inside
	rm -f go started work "done" stop subject
	unshare -pf --kill-child ${proc---mount-proc} bash inside "$build/$2" "${@:3}" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 test -s started
	wait_for 20 is_ready
	pid=$(cat subject)
	host_pid=$(host_pid_of "$pid")
	echo "$1" >work.new && mv work.new work
	wait_for 20 test -e "done" || { echo "the work was not done"; return 1; }
	: >stop
	tool_wait
	expect 0 "$status" "exit status: $(cat "$err")"
	[ "$pid" != "$host_pid" ]
}

# events FILTER: print how many events match.
events() { jq -c "select((.type == \"event\" or .type == \"hist\" or .type == \"stack\") and ($1))" "$out" | wc -l; }

both_numbers() { echo ".pid == $pid and .host_pid == $host_pid"; }

# bats test_tags=kernel
@test "opensnoop -p uses and prints the PIDs of its PID namespace" {
	trace_inside "for i in {1..23}; do : <mark$$; done" opensnoop --json -p PID
	expect 23 "$(events "$(both_numbers) and .tid == $pid and .host_tid == $host_pid and
		(.path | endswith(\"mark$$\"))")" "opens"
	expect 0 "$(events ".pid != $pid")" "opens of others"
	trace_inside "for i in {1..23}; do : <mark$$; done" opensnoop -t PID
	expect 23 "$(awk -v pid="$pid" -v mark="mark$$" '$1 == pid && $NF ~ mark' "$out" | wc -l)" "lines"
}

@test "opensnoop marks processes of other PID namespaces" {
	trace_inside 'until [ -e enough ]; do sleep 0.1; done' opensnoop --json &
	local inside=$! other
	wait_for 20 test -s started
	wait_for 20 test -s "$out"
	"$work" openat 23 "mark$$" >/dev/null &
	other=$!
	wait "$other"
	: >enough
	wait "$inside"
	expect 23 "$(events ".host_pid == $other and .host_tid == $other and .other_pidns and
		(has(\"pid\") or has(\"tid\") | not) and (.path | endswith(\"mark$$\"))")" "opens"
	expect 0 "$(events ".other_pidns and has(\"pid\")")" "events with both"
}

# bats test_tags=kernel
@test "execsnoop -P and -p in a PID namespace" {
	trace_inside 'for i in {1..23}; do /bin/true; done' execsnoop --json -P PID
	expect 23 "$(events ".ppid == $pid and .host_ppid == $host_pid and .comm == \"true\" and
		.pid > $pid and .host_pid > .pid")" "execs"
	trace_inside 'exec /bin/sh -c ": >done"' execsnoop --json -p PID
	expect 1 "$(events "$(both_numbers) and .comm == \"sh\"")" "execs of the process itself"
}

@test "opensnoop --exec follows the command in a PID namespace" {
	status=0
	unshare -pf --mount-proc "$build/opensnoop" --json --exec \
		sh -c "for i in 1 2 3; do cat mark$$; done" >"$out" 2>"$err" || status=$?
	expect 0 "$status" "exit status: $(cat "$err")"
	expect 3 "$(events ".path == \"mark$$\" and .pid > 1")" "opens"
}

# bats test_tags=kernel,all
@test "runqlat -p, -P and -L in a PID namespace" {
	local spin='end=$((SECONDS + 1)); for i in {1..50}; do sleep 0.01; done'
	trace_inside "$spin" runqlat --json -P -p PID
	expect 1 "$(events "$(both_numbers)")" "histograms of the process"
	expect 1 "$(events true)" "histograms"
	[ "$(jq 'select(.type == "hist").count' "$out")" -ge 50 ]
	trace_inside "$spin" runqlat --json -L
	expect 1 "$(events ".tid == $pid and .host_tid == $host_pid")" "histograms of the thread"
	[ "$(events ".other_pidns and .host_tid > 0 and (has(\"tid\") | not)")" -ge 1 ]
}

# Use CPU time instead of elapsed time, because the machine may be busy.
spin='for ((i = 0; i < 400000; i++)); do :; done'

# only_spinning: expect only samples of the process, with both of its PIDs and the names of its
# functions.
only_spinning() {
	[ "$(events "$(both_numbers)")" -ge 1 ]
	expect 0 "$(events "(.pid == $pid | not)")" "stacks of others"
	jq -e -s 'any(.[].user_modules // [] | .[]; endswith("/bash"))' "$out" >/dev/null
}

# bats test_tags=all
@test "profile -p and -L in a PID namespace" {
	trace_inside "$spin" profile --json -F 99 -p PID
	only_spinning
	trace_inside "$spin" profile --json -F 99 -L PID
	only_spinning
}

@test "profile finds symbols if /proc shows the host's processes" {
	proc='' trace_inside "$spin" profile --json -F 99 -p PID
	only_spinning
}

# bats test_tags=all
@test "tcpaccept and tcpconnect -p in a PID namespace" {
	needs python3
	cat >accept.py <<-'END'
	import socket, threading
	s = socket.create_server(("127.0.0.1", 0), backlog=64)
	def connect():
	    for i in range(23): socket.create_connection(s.getsockname())
	threading.Thread(target=connect).start()
	for i in range(23): s.accept()
	open("done", "w")
	END
	trace_inside 'exec python3 accept.py' tcpaccept --json -p PID
	expect 23 "$(events "$(both_numbers)")" "accepted connections"
	trace_inside 'exec python3 accept.py' tcpconnect --json -p PID
	expect 23 "$(events ".pid == $pid and .host_pid == $host_pid and .host_tid != $host_pid")" "connections"
}

# bats test_tags=all
@test "gethostlatency -p in a PID namespace" {
	needs getent
	trace_inside 'for i in {1..5}; do getent ahosts 127.0.0.1 >/dev/null; done' gethostlatency --json
	expect 5 "$(events ".comm == \"getent\" and .pid > $pid and .host_pid > .pid")" "lookups"
}

@test "the same options in the initial namespace print no host PIDs" {
	tool_start opensnoop --json -p $$
	: <"mark$$"
	tool_stop
	expect 1 "$(events ".pid == $$ and (.path | endswith(\"mark$$\"))")" "opens"
	expect 0 "$(events 'has("host_pid") or has("other_pidns")')" "events with host PIDs"
}

# in_timens COMMAND...: run it with CLOCK_MONOTONIC and CLOCK_BOOTTIME ahead of the machine's.
in_timens() { unshare -T --monotonic 100000 --boottime 200000 --fork --kill-child "$@"; }

needs_timens() {
	needs python3
	in_timens true 2>/dev/null || skip "no time namespaces on this machine"
}

# bats test_tags=kernel
@test "times are correct in a time namespace" {
	local before after
	needs_timens
	cp /bin/true "x$$true"
	before=$(date +%s)
	in_timens bash -c '"$0"/execsnoop --json --max-events 1 -n "$2" >"$1" & tool=$!
		until [ -s "$1" ]; do sleep 0.1; done
		python3 -c "import time; print(time.monotonic_ns())" >before
		"./$2"
		python3 -c "import time; print(time.monotonic_ns())" >after
		wait "$tool"' "$build" "$out" "x$$true"
	after=$(date +%s)
	expect 1 "$(events "(.time | sub(\"[.].*\"; \"Z\") | fromdate | . >= $before and . <= $after) and
		.mono_ns > $(cat before) and .mono_ns < $(cat after)")" "execs at the right time"
	in_timens "$build/execsnoop" --json --duration 1 >"$out"
	expect true "$(jq -s '.[-1].duration_ns >= 1e9 and .[-1].duration_ns < 2e10' "$out")" "duration"
}

# bats test_tags=all
@test "profile finds symbols in a time namespace" {
	needs_timens
	in_timens bash -c 'while :; do :; done & spin=$!
		"$0"/profile --json -F 99 -p "$spin" 3 >"$1"
		kill "$spin"' "$build" "$out"
	jq -e -s 'any(.[].user_modules // [] | .[]; endswith("/bash"))' "$out" >/dev/null
}
