# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For the live tests: `load ../lib` in a .bats file.
# shellcheck shell=bash disable=SC2034,SC2154,SC2261

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
build=${SIXTY_BUILD:-$root/build}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	out=$BATS_TEST_TMPDIR/out
	err=$BATS_TEST_TMPDIR/err
	tool_pid=
	: >"$out" >"$err"
	observe_softirqs
	if [ "$(type -t own_setup)" = function ]; then own_setup; fi
}

# counts_interrupts VECTOR...: the events of this test file come in these softirqs.
#
# A hosted machine may hide its agent from tracing: no program runs at any tracepoint while a thread of
# the agent is on a processor, nor for an interrupt that arrives then, and no miss is counted. Seen with
# Linux 6.18 in Firecracker, where the agent is process 1: in 30 s it hid 54 TIMER softirqs, one BLOCK
# and no NET_RX. A test of tcpretrans then saw 46 of 69 segments, once in 100 runs.
#
# No tool can see those events. So tests/workloads/hidden compares the kernel's count of softirqs with
# what it sees by itself, and a test that fails while softirqs of these vectors were hidden runs once
# more, which scripts/test reports. All other tests run once.
counts_interrupts() { vectors=("$@"); }

# observe_softirqs: until the test ends; not in a guest of ours, which has no agent.
observe_softirqs() {
	observer=
	[ ${#vectors[@]} -gt 0 ] && ! emulated || return 0
	: >softirqs
	"$(workload hidden)" "${vectors[@]}" >softirqs 2>&1 3>&- &
	observer=$!
	wait_for 5 grep -q ready softirqs || true
}

# hidden_softirqs: how many no program has seen since the test began. In a teardown, wait may return
# at once.
hidden_softirqs() {
	kill "$observer" 2>/dev/null || true
	wait_for 5 grep -xE '[0-9]+' "$BATS_TEST_TMPDIR/softirqs" || echo 0
}

# try_again_if_hidden: the failed test, unless this was its second try.
try_again_if_hidden() {
	local count
	[ -n "$observer" ] && [ "$BATS_TEST_TRY_NUMBER" = 1 ] || return 0
	count=$(hidden_softirqs)
	[ "$count" -gt 0 ] || return 0
	BATS_TEST_RETRIES=1
	echo "# tried again: $BATS_TEST_DESCRIPTION: the machine hid $count ${vectors[*]} softirqs" >&3
}

# Whatever a failed test left running: only what we started, by its pid.
teardown() {
	if [ "$(type -t own_teardown)" = function ]; then own_teardown; fi
	if [ -n "$tool_pid" ]; then
		kill -KILL "$tool_pid" 2>/dev/null || true
	fi
	if [ -z "$BATS_TEST_COMPLETED" ]; then
		try_again_if_hidden
		echo "--- stdout"; tail -n 30 "$out" | cut -c 1-400
		echo "--- stderr"; tail -n 10 "$err"
	fi
	[ -z "$observer" ] || kill "$observer" 2>/dev/null || true
}

# needs COMMAND...: skip the test where one is missing.
needs() {
	local command
	for command; do
		command -v "$command" >/dev/null || skip "no $command on this machine"
	done
}

# expect EXPECTED ACTUAL [WHAT]
expect() {
	[ "$1" = "$2" ] && return
	echo "expected ${3:-value}: ${1:0:200}"
	echo "     got ${3:-value}: ${2:0:200}"
	return 1
}

# lost_events: of the summary. From Linux 7 on a program at a tracepoint may be preempted by a task for
# which the kernel then does not run it: an upper limit of what was lost, here no event of ours.
lost_events() {
	local repeats=0
	[ "$(uname -r | cut -d. -f1)" -lt 7 ] || repeats=$(jq 'select(.type == "summary").recursion' "$out")
	[ "$repeats" -le 5 ] || repeats=0
	echo $(($(jq 'select(.type == "summary").lost' "$out") - repeats))
}

# start_sandbox DIR PACKAGE...: tests/fleet/sandbox in the background, $machine_pid; in setup_file.
# False if it cannot be had: needs_sandbox says why.
start_sandbox() {
	local tries status
	"$root/tests/fleet/sandbox" "$@" >"$1.ready" 2>"$1.why" 3>&- &
	export machine_pid=$!
	for ((tries = 0; tries < 3000; tries++)); do
		[ ! -s "$1.ready" ] || return 0
		if ! kill -0 "$machine_pid" 2>/dev/null; then
			wait "$machine_pid" || status=$?
			echo "$status" >"$1.ended"
			return 1
		fi
		sleep 0.1
	done
}

# needs_sandbox DIR: skip the test where it cannot be had; a fault of the sandbox is one of the test.
needs_sandbox() {
	[ -e "$1.ended" ] || return 0
	[ "$(cat "$1.ended")" != 77 ] || skip "$(tail -n 1 "$1.why")"
	tail "$1.why"
	return 1
}

# links_of FILE: what it links to on this machine.
links_of() { grep -oE '\]\([^)#]+' "$1" | sed 's/^](//' | grep -vE '^[a-z]+:' || true; }

# links_to_nothing FILE...
links_to_nothing() {
	local file link
	for file; do
		for link in $(links_of "$file"); do
			case $link in
			/*) [ -e "$link" ] ;;
			*) [ -e "$(dirname "$file")/$link" ] ;;
			esac || echo "$file: no $link"
		done
	done
}

# wait_for SECONDS COMMAND...: until it succeeds; fails after that time.
wait_for() {
	local tries=$(($1 * 50))
	shift
	until "$@"; do
		((tries-- > 0)) || return 1
		sleep 0.02
	done
}

is_ready() { [ -s "$out" ] || ! kill -0 "$tool_pid" 2>/dev/null; }

# tool_start TOOL ARGS...: in the background; returns when it says it is ready.
tool_start() {
	local tool=$1
	shift
	: >"$out" >"$err"	# an earlier tool's output must not look like this one's
	# A shell's & sets SIGINT to be ignored; that is a test of its own (common.bats).
	"$build/$tool" "$@" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready || { echo "$tool was not ready after 20 s"; return 1; }
	kill -0 "$tool_pid" 2>/dev/null || [ -s "$out" ] || {
		echo "$tool ended before it was ready: $(cat "$err")"
		return 1
	}
}

# tool_stop [SIGNAL]: end it and keep its exit status in $status.
tool_stop() {
	kill "-${1:-INT}" "$tool_pid" 2>/dev/null || true
	tool_wait
}

# tool_wait: until it ends by itself.
tool_wait() {
	status=0
	wait "$tool_pid" || status=$?
	tool_pid=
}

# run_tool TOOL ARGS...: to its end, within 30 s; $status, $out and $err as above.
run_tool() {
	local tool=$1
	shift
	status=0
	timeout -k 5 30 "$build/$tool" "$@" >"$out" 2>"$err" 3>&- || status=$?
}

# workload NAME: its path.
workload() { echo "$build/workloads/$1"; }

# emulated: the processor is a program. A system call alone takes it long, and its clock goes on
# while its host lets it wait.
emulated() {
	grep -q TCG /proc/cpuinfo || grep -q dummy-virt /proc/device-tree/compatible 2>/dev/null
}

# partition add DISK NUMBER FIRST_SECTOR SECTORS, partition del DISK NUMBER
partition() { "$(workload partition)" "$@"; }

# own NAME: a copy of a workload under a name that no other process has; its path.
own() {
	local copy=$BATS_TEST_TMPDIR/x$$${1:0:7}
	cp "$(workload "$1")" "$copy"
	echo "$copy"
}

# refuses STATUS PATTERN TOOL ARGS...: one line on stderr, nothing on stdout.
refuses() {
	local want=$1 pattern=$2
	shift 2
	run_tool "$@"
	expect "$want" "$status" "exit status of $*"
	expect 0 "$(wc -c <"$out")" "bytes on stdout of $*"
	expect 1 "$(wc -l <"$err")" "lines on stderr of $*: $(cat "$err")"
	grep -q -- "$pattern" "$err" || { echo "no '$pattern' in: $(cat "$err")"; return 1; }
}

# needs_mptcp: or skips the test.
needs_mptcp() {
	[ "$(cat /proc/sys/net/mptcp/enabled 2>/dev/null)" = 1 ] || skip "no Multipath TCP on this machine"
}

# cgroup2: where it is mounted; skips the test where it is not.
cgroup2() {
	local mount
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	[ -n "$mount" ] || skip "no cgroup2 file system is mounted"
	echo "$mount"
}
