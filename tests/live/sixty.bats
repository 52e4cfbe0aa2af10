#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# sixty on this machine: what it finds, how it ends, what it leaves behind.

load ../lib

own_setup() {
	needs jq mpstat vmstat dmesg setpriv
	dir=$BATS_TEST_TMPDIR/report
	sixty=$root/scripts/sixty
}

# run_sixty ARGS...: into $dir; keeps $status, and $took in seconds.
run_sixty() {
	local start=$SECONDS
	status=0
	"$sixty" --output "$dir" "$@" >"$out" 2>"$err" 3>&- || status=$?
	took=$((SECONDS - start))
}

# start_sixty SECONDS: in the background; returns when execsnoop is ready.
start_sixty() {
	env --default-signal=INT "$sixty" --output "$dir" --seconds "$1" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_observing
}

is_observing() {
	grep -qs '"meta"' "$dir/execsnoop/output" && grep -qs '"meta"' "$dir/opensnoop/output" &&
		grep -qs '"meta"' "$dir/tcpconnect/output"
}

# lacks PATTERN: no line of the report is like that.
lacks() { if grep -E "$1" "$out"; then return 1; fi; }

# observed_s: how long the collectors ran, in whole seconds, as the report says.
observed_s() { sed -nE '1s/.* CPUs, ([0-9]+) s from .*/\1/p' "$out"; }

word() { cut -f 1 "$dir/$1/status"; }

# gone PID: no such process, or one that only waits to be reaped.
gone() { ! [ -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# no_process_left: of all that it started.
no_process_left() {
	local pid
	for pid in $(cat "$dir"/*/pid); do
		wait_for 5 gone "$pid" || { echo "$pid is left: $(cat "/proc/$pid/comm")"; return 1; }
	done
}

# copy_without_tools: a sixty that has no build directory beside it.
copy_without_tools() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cp "$sixty" "$BATS_TEST_TMPDIR/bin/sixty"
	sixty=$BATS_TEST_TMPDIR/bin/sixty
}

# fake NAME LINE...: a program of that name, first in PATH.
fake() {
	mkdir -p "$BATS_TEST_TMPDIR/fake"
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$BATS_TEST_TMPDIR/fake/$1"
	chmod +x "$BATS_TEST_TMPDIR/fake/$1"
	PATH=$BATS_TEST_TMPDIR/fake:$PATH
}

@test "sixty: every collector is ok, and it ends in time" {
	run_sixty --seconds 6
	cat "$out"
	expect 0 "$status"
	[ "$(observed_s)" -lt 6 ]
	[ "$took" -le 30 ]	# the report itself, on a busy machine
	for name in "$dir"/*/; do
		expect ok "$(word "$(basename "$name")")" "$name"
	done
	lacks 'no data'
	no_process_left
	expect 700 "$(stat -c %a "$dir")"
	cmp "$out" "$dir/report.txt"
}

@test "sixty: errors first, then saturation, then utilisation; not what it starts itself" {
	run_sixty --seconds 5
	lacks '^  execs .*"(nice|env|mpstat|vmstat|top|sadc|head)"'
	expect "ERRORS SATURATION UTILISATION COLLECTORS" "$(grep -E '^[A-Z]+$' "$out" | xargs)"
}

@test "sixty: finds execs, failed opens and refused connects" {
	local name=x$$sixty i
	cp /bin/true "$BATS_TEST_TMPDIR/$name"
	start_sixty 60
	for ((i = 0; i < 23; i++)); do
		"$BATS_TEST_TMPDIR/$name"
		cat "/nonexistent/$name" 2>/dev/null || true
		(: </dev/tcp/127.0.0.1/9) 2>/dev/null || true
	done
	tool_stop INT
	cat "$out"
	expect 0 "$status"
	expect 23 "$(jq -r "select(.comm == \"$name\").comm" "$dir/execsnoop/output" | wc -l)"
	expect 23 "$(jq -r "select(.path == \"/nonexistent/$name\").path" "$dir/opensnoop/output" | wc -l)"
	grep -E '^  connects +([0-9]+ [a-z]+, )*([0-9]+) refused' "$out"
	lacks '^  execs  *0 \('
	lacks '^  opens  *0 failed'
}

@test "sixty: Ctrl-C ends early with a report, and leaves no process" {
	start_sixty 60
	tool_stop INT
	[ "$(observed_s)" -lt 50 ]
	expect 0 "$status"
	grep -q 'ended early by SIGINT' "$out"
	grep -q '^  ok .*execsnoop' "$out"
	no_process_left
}

@test "sixty: SIGTERM ends it as well" {
	start_sixty 60
	tool_stop TERM
	expect 0 "$status"
	grep -q 'ended early by SIGTERM' "$out"
	no_process_left
}

@test "sixty: a collector that hangs is killed at the deadline" {
	fake iostat "trap '' INT TERM" 'echo started' 'while :; do read -rt 1 <> <(:); done'
	run_sixty --seconds 5
	expect 4 "$(observed_s)"
	expect 0 "$(wc -c <"$err")" "bytes on stderr"
	expect 0 "$status"
	expect "timed out" "$(word iostat)"
	expect started "$(cat "$dir/iostat/output")" "what it printed"
	no_process_left
}

@test "sixty: a collector that fails is said, with its reason" {
	fake iostat 'echo "no such luck" >&2' 'exit 3'
	run_sixty --seconds 5
	expect 0 "$status"
	grep -q '^  iostat *failed: exit status 3: no such luck' "$out"
	grep -q '^  disks *no data: iostat failed' "$out"
}

@test "sixty: tools of other projects are not taken for ours" {
	copy_without_tools
	fake execsnoop '[ "$1" = --version ] && echo "execsnoop 0.2" && exit' "touch $BATS_TEST_TMPDIR/ran"
	fake opensnoop-sixty "exec $build/opensnoop \"\$@\""
	run_sixty --seconds 5
	expect 0 "$status"
	expect missing "$(word execsnoop)"
	expect ok "$(word opensnoop)"
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	grep -q '^  execs *no data: execsnoop missing' "$out"
}

@test "sixty: output past the cap is cut, and said" {
	copy_without_tools
	sed -i 's/^CAP_BYTES=.*/CAP_BYTES=1000/' "$sixty"
	PATH=$build:$PATH
	run_sixty --seconds 5
	expect 0 "$status"
	grep -q '^  execsnoop *ok: of more than 1000 bytes not all kept' "$out"
	jq -e . "$dir/execsnoop/output" >/dev/null
	tail -n 1 "$dir/execsnoop/output" | grep -q '^{"type":"summary"'
}

@test "sixty: names cannot steer the terminal" {
	local name=$'\e[31mx\n  execs'
	cp /bin/true "$BATS_TEST_TMPDIR/$name"
	start_sixty 60
	for _ in {1..200}; do "$BATS_TEST_TMPDIR/$name"; done
	tool_stop INT
	grep -E '^  execs .*most:' "$out"
	expect 0 "$(LC_ALL=C tr -d '\n -~' <"$out" | wc -c)" "unprintable bytes"
	expect 2 "$(grep -c '^  execs ' "$out")" "lines for execs"
}

@test "sixty: without root it works as far as it can, and says what is missing" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local open
	open=$(mktemp -d)
	chmod 777 "$open"
	mkdir -m 755 "$open/bin"
	cp "$sixty" "$build"/{execsnoop,runqlat} "$open/bin"
	status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/ "$open/bin/sixty" --seconds 5 \
		--output "$open/report" >"$out" 2>"$err" || status=$?
	cat "$out"
	rm -rf "$open"
	expect 0 "$status"
	grep -q '^  execsnoop *denied: ' "$out"
	grep -q '^  As root (sudo sixty) also:.* execsnoop' "$out"
	grep -q '^  CPU .* busy' "$out"
}

@test "sixty: bad arguments are refused before anything runs" {
	local bad
	for bad in "--seconds 4" "--seconds 3601" "--seconds 5x" "--seconds" "--seconds=" "--bad" "x"; do
		status=0
		# shellcheck disable=SC2086 # an option and its value
		"$sixty" --output "$dir" $bad >"$out" 2>"$err" || status=$?
		expect 64 "$status" "exit status of $bad"
		expect 1 "$(wc -l <"$err")" "lines on stderr"
		[ ! -e "$dir" ]
	done
}

@test "sixty: does not write into a directory that exists" {
	mkdir "$dir"
	run_sixty --seconds 5
	expect 1 "$status"
	expect 0 "$took"
	expect 0 "$(find "$dir" -mindepth 1 | wc -l)"
}
