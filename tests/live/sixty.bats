#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# sixty on this machine: how it collects, how it ends, and that nothing is left.  report.bats
# tests the report, scenarios.bats the findings for deliberate loads.
#
# Runs alone: it measures how long a run takes, and its cost.

load ../lib

own_setup() {
	needs jq mpstat vmstat dmesg setpriv
	dir=$BATS_TEST_TMPDIR/report
	sixty=$root/scripts/sixty
}

# run_sixty ARGS...: run it into $dir; set $status, and $took in seconds.
run_sixty() {
	local start=$SECONDS
	status=0
	"$sixty" --output "$dir" "$@" >"$out" 2>"$err" 3>&- || status=$?
	took=$((SECONDS - start))
}

# without_report: create a sixty whose report is empty, to test only the collecting.
without_report() {
	mkdir -p "$BATS_TEST_TMPDIR/bin/checklist"
	cp "$root/scripts/sixty" "$BATS_TEST_TMPDIR/bin"
	cp -r "$root/scripts/checklist/sixty.d" "$BATS_TEST_TMPDIR/bin/checklist"
	printf '%s\n' '#!/bin/bash' 'echo "${@@Q}"' 'echo {} >"${!#}/report.json"' \
		>"$BATS_TEST_TMPDIR/bin/checklist/sixty-report"
	chmod +x "$BATS_TEST_TMPDIR/bin/checklist/sixty-report"
	sixty=$BATS_TEST_TMPDIR/bin/sixty
}

# with_tools: let that sixty find our tools.
with_tools() { ln -s "$build" "$BATS_TEST_TMPDIR/build"; }

# start_sixty SECONDS: run it in the background; return when the tools observe.
start_sixty() {
	env --default-signal=INT "$sixty" --output "$dir" --seconds "$1" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 30 is_observing
}

is_observing() {
	local tool
	for tool in execsnoop opensnoop tcpconnect; do
		grep -qs '"meta"' "$dir/$tool/output" || return
	done
}

word() { cut -f 1 "$dir/$1/status"; }

reason() { cut -f 2 "$dir/$1/status"; }

meta() { jq -r ".$1" "$dir/meta.json"; }

# under FILTER LIMIT: a number of meta.json is below the limit.
under() { jq -e ".$1 < $2" "$dir/meta.json" >/dev/null || { echo "$1 is $(meta "$1")"; return 1; }; }

# gone PID: true if there is no such process, or only a zombie.
gone() { ! [ -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# no_process_left: all started processes have ended; no file has the guard's pid, but the guard
# has sixty's command line.
no_process_left() {
	local pid
	for pid in $(cat "$dir"/*/pid 2>/dev/null); do
		wait_for 5 gone "$pid" || { echo "$pid is left: $(cat "/proc/$pid/comm")"; return 1; }
	done
	wait_for 5 no_guard_left || { echo "the guard is left"; return 1; }
}

no_guard_left() { ! grep -qsF -- "$dir" /proc/[0-9]*/cmdline; }

# programs: print the ids of all loaded BPF programs.
programs() { bpftool prog show 2>/dev/null | awk '/^[0-9]+:/ { print $1 }' | sort; }

# readable: the output so far is enough for a report.
readable() {
	"$root/scripts/sixty" --from "$dir" --json >"$BATS_TEST_TMPDIR/again.json" &&
		jq -e .meta "$BATS_TEST_TMPDIR/again.json" >/dev/null
}

# fake NAME LINE...: create a program of that name, first in PATH.
fake() {
	mkdir -p "$BATS_TEST_TMPDIR/fake"
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$BATS_TEST_TMPDIR/fake/$1"
	chmod +x "$BATS_TEST_TMPDIR/fake/$1"
	PATH=$BATS_TEST_TMPDIR/fake:$PATH
}

# only COMMAND...: create a PATH with nothing else.
only() {
	local command
	mkdir "$BATS_TEST_TMPDIR/only"
	for command; do
		ln -s "$(type -P "$command")" "$BATS_TEST_TMPDIR/only/$command"
	done
	# shellcheck disable=SC2123 # deliberate
	PATH=$BATS_TEST_TMPDIR/only
}

@test "sixty: every collector is ok; report, bundle, manifest, checksums" {
	run_sixty --seconds 5 --exit-code
	cat "$out"
	[[ "$status" =~ ^[023]$ ]]
	[ "$took" -le 60 ]	# includes the report, on a busy machine
	for name in "$dir"/*/; do
		expect ok "$(word "$(basename "$name")")" "$name"
	done
	under seconds 5
	expect null "$(meta ended_early)"
	no_process_left
	expect 700 "$(stat -c %a "$dir")"
	expect 600 "$(stat -c %a "$dir.tar.gz")"
	jq -e '.collectors | length >= 17' "$dir/report.json"
	grep -q '<html' "$dir/report.html"
	(cd "$dir" && sha256sum --quiet -c manifest.sha256)
	expect "$(cd "$dir" && find . -type f | sort)" \
		"$(tar -tzf "$dir.tar.gz" | sed -n 's,^report/\(.*[^/]\)$,./\1,p' | sort)" "files of the bundle"
	# The same report, made in another directory without privileges.
	"$sixty" --from "$dir.tar.gz" --output "$BATS_TEST_TMPDIR/again" --json >"$out"
	cmp "$out" "$dir/report.json"
	cmp "$BATS_TEST_TMPDIR/again/report.html" "$dir/report.html"
	# A report does not differ from itself, and a redacted one contains no names.
	"$sixty" --diff "$dir.tar.gz" "$dir" >"$out"
	if grep -E '^  (new|gone|changed) ' "$out"; then return 1; fi
	"$sixty" --from "$dir.tar.gz" --output "$BATS_TEST_TMPDIR/r" --redact >"$out"
	if grep -F "$HOSTNAME\"" "$BATS_TEST_TMPDIR/r-redacted/report.json"; then return 1; fi
}

# If other processes also need the CPUs, the report must wait for them: the machine's
# own statistics determine how long is allowed.
@test "sixty: a run with report and bundle takes no longer than requested" {
	local seconds start_us took_ms allowed_ms
	for seconds in 5 10; do
		rm -rf "$dir" "$dir.tar.gz"
		start_us=${EPOCHREALTIME/./}
		run_sixty --seconds "$seconds"
		took_ms=$(((${EPOCHREALTIME/./} - start_us) / 1000))
		allowed_ms=$((seconds * 1000))
		! jq -e 'any(.findings[]; .id == "cpu-pressure" or .id == "run-queue")' "$dir/report.json" ||
			allowed_ms=$((allowed_ms + 40000))
		echo "$took_ms ms of $allowed_ms; $(tail -n 1 "$out")"
		[ "$took_ms" -le "$allowed_ms" ]
		grep -q '^All of it took [0-9.]* s; report and bundle [0-9.]* s of CPU time$' "$out"
		under seconds "$seconds"
		expect ok "$(word profile)"
		jq -e '.meta.own_cpu_s > 0 and .meta.own_bpf_s > 0' "$dir/report.json"
	done
}

@test "sixty: its own cost excludes CPU time used by its process before exec" {
	without_report
	# Six seconds of CPU time, which count as this process's children's.
	timeout 90 bash -c 'for i in 1 2; do (ulimit -t 3; while :; do :; done) & done; wait
		exec "$0" --output "$1" --seconds 5' "$sixty" "$dir" >"$out" 2>"$err" 3>&-
	under own_cpu_s 6
}

@test "sixty --redact: no file of the bundle identifies this machine" {
	local word bundle private=/srv/x$$private/x$$secret.conf
	bash -c 'while :; do : <"$0"; : </dev/tcp/127.0.0.1/9; : <"here/${0##*/}"; read -rt 0.1 <> <(:); done' \
		"$private" 2>/dev/null 3>&- &
	tool_pid=$!
	HOSTNAME=x$$host "$sixty" --seconds 5 --redact >"$out"
	kill -KILL "$tool_pid"
	bundle=$(echo sixty-*-redacted.tar.gz)
	mkdir b
	tar -C b -xzf "$bundle"
	{ tar -tzf "$bundle" && echo "$bundle"; } >b/names
	expect 0 "$(tar -tvzf "$bundle" | grep -vc ' 0/0 ')" "names of owners"
	grep -qF "$private" sixty-*Z/opensnoop/output	# present in the raw output
	grep -qF "x$$host" sixty-*Z/meta.json
	grep -rqE '/srv/name-[0-9]+/name-[0-9]+' b
	for word in "x$$private" "x$$secret" "x$$host" 127.0.0.1 "\"$HOSTNAME\"" ">$HOSTNAME<" "$PWD"; do
		if grep -rF "$word" b; then return 1; fi
	done
	"$sixty" --diff "$bundle" "$bundle" >"$out"
	grep -q '^FINDINGS' "$out"
	if grep -E '^  (new|gone|changed) ' "$out"; then return 1; fi
}

@test "sixty: shows 23 execs, opens and connects; Ctrl-C ends it early; no process is left" {
	without_report; with_tools
	local name=x$$sixty i
	cp /bin/true "$BATS_TEST_TMPDIR/$name"
	start_sixty 60
	for ((i = 0; i < 23; i++)); do
		"$BATS_TEST_TMPDIR/$name"
		cat "/nonexistent/$name" 2>/dev/null || true
		(: </dev/tcp/127.0.0.1/9) 2>/dev/null || true
	done
	tool_stop INT
	expect 0 "$status"
	expect 23 "$(jq -r "select(.comm == \"$name\").comm" "$dir/execsnoop/output" | wc -l)"
	expect 23 "$(jq -r "select(.path == \"/nonexistent/$name\").path" "$dir/opensnoop/output" | wc -l)"
	[ "$(jq -r 'select(.dport == 9 and .result == "refused").comm' "$dir/tcpconnect/output" | wc -l)" -ge 23 ]
	expect INT "$(meta ended_early)"
	under seconds 50
	for name in "$dir"/*/; do
		expect ok "$(word "$(basename "$name")")" "$name"
	done
	no_process_left
}

# bats test_tags=all
@test "sixty: SIGTERM and SIGHUP also end it" {
	without_report; with_tools
	for signal in TERM HUP; do
		rm -rf "$dir" "$dir.tar.gz"
		start_sixty 60
		tool_stop "$signal"
		expect 0 "$status"
		expect "$signal" "$(meta ended_early)"
		no_process_left
	done
}

# bats test_tags=all
@test "sixty: SIGKILL at any moment leaves no process and no BPF program, and readable results" {
	needs bpftool
	local before after_ms
	before=$(programs)
	for after_ms in 0 40 150 400 900 2500; do
		rm -rf "$dir"
		"$sixty" --output "$dir" --seconds 60 >"$out" 2>"$err" 3>&- &
		tool_pid=$!
		wait_for 20 [ -d "$dir/uptime" ]
		sleep "$((after_ms / 1000)).$(printf %03d $((after_ms % 1000)))"
		kill -KILL "$tool_pid"
		wait "$tool_pid" 2>/dev/null || true
		tool_pid=
		sleep 0.1	# the pid of a starting process may not be recorded yet
		no_process_left || { echo "after $after_ms ms"; return 1; }
	done
	expect KILL "$(meta ended_early)"
	expect ok "$(word top)"
	expect ok "$(word execsnoop)"
	wait_for 10 no_program_left "$before" || { programs_left "$before"; return 1; }
	readable
}

programs_left() { comm -13 <(echo "$1") <(programs) | grep -vxF "$1" | unheld; }

# no_program_left BEFORE: the kernel frees a program some time after its last reference.
no_program_left() { [ -z "$(programs_left "$1")" ]; }

# unheld: print the program ids that no process holds; others may load theirs meanwhile.
unheld() {
	local id
	while read -r id; do
		bpftool prog show id "${id%:}" 2>/dev/null | grep -q 'pids ' || echo "$id"
	done
}

# bats test_tags=all
@test "sixty: a collector that hangs is killed at the deadline" {
	without_report
	fake iostat "trap '' INT TERM" 'echo started' 'while :; do read -rt 1 <> <(:); done'
	run_sixty --seconds 5
	under seconds 6	# up to 2 s later on a busy machine
	expect 0 "$(wc -c <"$err")" "bytes on stderr"
	expect 0 "$status"
	expect "timed out" "$(word iostat)"
	expect started "$(cat "$dir/iostat/output")" "its output"
	no_process_left
}

# bats test_tags=all
@test "sixty: a failed collector is reported; other projects' tools are not taken for ours" {
	without_report
	fake iostat 'echo "no such luck" >&2' 'exit 3'
	fake execsnoop '[ "$1" = --version ] && echo "execsnoop 0.2" && exit' "touch $BATS_TEST_TMPDIR/ran"
	fake opensnoop-sixty "exec -a opensnoop-sixty $build/opensnoop \"\$@\""
	run_sixty --seconds 5
	expect 0 "$status"
	expect failed "$(word iostat)"
	expect "exit status 3: no such luck" "$(reason iostat)"
	expect missing "$(word execsnoop)"
	expect ok "$(word opensnoop)"
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

# bats test_tags=all
@test "sixty: a storm of output is bounded, spread over the time, and reported" {
	without_report
	fake execsnoop '[ "$1" = --version ] && echo "execsnoop (sixty) 0" && exit' 'trap "exit 0" INT' \
		'i=0; while [ $i -lt 99 ]; do i=$((i + 1)); printf "{\"i\":$i,\"t\":\"%(%s)T\"%4000s}\n" -1 "" 2>/dev/null; done' \
		'echo "{\"type\":\"summary\"}"'
	sed -i 's/^PIECE_BYTES=.*/PIECE_BYTES=1000/' "$BATS_TEST_TMPDIR/bin/checklist/sixty.d/run.bash"
	run_sixty --seconds 5
	expect 0 "$status"
	expect "ok: too much output: a part of it is kept" "$(word execsnoop): $(reason execsnoop)"
	jq -e . "$dir/execsnoop/output" >/dev/null
	expect '{"type":"summary"}' "$(tail -n 1 "$dir/execsnoop/output")"
}

# bats test_tags=all
@test "sixty: without sysstat and procps, the findings are the same" {
	without_report; with_tools
	local name
	(only bash env nice renice timeout stdbuf head tail mkdir mkfifo rm cat mv sed awk getconf jq date dirname \
		readlink dmesg tar gzip sha256sum find sort xargs printf stat cmp &&
		run_sixty --seconds 5 && expect 0 "$status")
	for name in uptime vmstat mpstat pidstat iostat free sar-dev sar-tcp top; do
		expect missing "$(word "$name")" "$name"
	done
	expect ok "$(word usestat)"
	readable
	jq -e '[.series[].id] | contains(["cpu.running", "cpu.user", "memory.available", "tcp.retransmits"])' \
		"$BATS_TEST_TMPDIR/again.json"
	expect 0 "$(jq '[.not_looked_at[] | select(.reason | test("stat|sar|free|top"))
		| select(.reason | startswith("usestat") | not)] | length' "$BATS_TEST_TMPDIR/again.json")"
}

@test "sixty: a clock that is set during the run does not change its length" {
	# shellcheck source=scripts/checklist/sixty.d/run.bash
	. "$root/scripts/checklist/sixty.d/run.bash"
	local start_ms ms before
	now_ms
	start_ms=$ms
	unset EPOCHREALTIME
	EPOCHREALTIME=1.000000
	elapsed
	[ "$ms" -ge 0 ]
	[ "$ms" -le 5000 ]
}

# bats test_tags=all
@test "sixty: a file system without room is refused with one message" {
	needs unshare
	mkdir small
	status=0
	unshare -m bash -c 'mount -t tmpfs -o size=4m none small && "$0" --seconds 5 --output small/report' \
		"$sixty" >"$out" 2>"$err" || status=$?
	expect 1 "$status"
	expect 1 "$(wc -l <"$err")" "messages"
	grep -q 'only [0-9]* MiB are free .*; use --output\|: use --output$' "$err"
}

@test "sixty: without root it does what is permitted" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local open
	open=$(mktemp -d)
	chmod 777 "$open"
	mkdir -m 755 "$open/bin"
	(umask 022; cp -r "$root"/scripts/{sixty,checklist} "$build"/{execsnoop,runqlat} "$open/bin")
	status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/ "$open/bin/sixty" --seconds 5 \
		--output "$open/report" >"$out" 2>"$err" || status=$?
	cat "$out" "$err"
	cp -r "$open/report" "$dir"
	rm -rf "$open"
	expect 0 "$status"
	expect denied "$(word execsnoop)"
	expect ok "$(word mpstat)"
	expect false "$(meta root)"
}

# with_pids_max N COMMAND...: run it in a separate cgroup with at most N processes.
with_pids_max() {
	local at
	for at in /sys/fs/cgroup/pids "$(cgroup2)"; do
		at+=/x$$room
		mkdir "$at" 2>/dev/null && [ -e "$at/pids.max" ] && break
		rmdir "$at" 2>/dev/null || true
		at=
	done
	[ -n "$at" ] || skip "no cgroup with the pids controller on this machine"
	echo "$1" >"$at/pids.max"
	status=0
	(echo "$BASHPID" >"$at/cgroup.procs" && exec "${@:2}") >"$out" 2>"$err" || status=$?
	expect "max 0" "$(cat "$at/pids.events")" "forks that the limit refused"
	wait_for 5 rmdir "$at"
}

# limited LIMIT LEAST: at least LEAST collectors are ok, and one message names the limit.
limited() {
	local started
	cat "$out" "$err"
	expect 0 "$status"
	expect 1 "$(wc -l <"$err")" "messages"
	[[ "$(cat "$err")" =~ ^"sixty: $1 leaves room for "([0-9]+)" of 23 collectors; raise it" ]]
	started=${BASH_REMATCH[1]}
	[ "$started" -ge "$2" ]
	expect $((23 - started)) "$(grep -l "not started: $1" "$dir"/*/status | wc -l)"
	jq -e .verdict "$dir/report.json"
}

@test "sixty: if pids.max leaves little room, some collectors run and a report is made" {
	with_pids_max 15 "$sixty" --output "$dir" --seconds 5
	limited "pids.max of cgroup /x$$room" 3
	rm -r "$dir" "$dir.tar.gz"
	with_pids_max 60 "$sixty" --output "$dir" --seconds 5
	limited "pids.max of cgroup /x$$room" 15
	rm -r "$dir" "$dir.tar.gz"
	with_pids_max 8 "$sixty" --output "$dir" --seconds 5
	expect 1 "$status"
	expect 1 "$(wc -l <"$err")" "messages"
}

@test "sixty: if RLIMIT_NPROC leaves little room, some collectors run and a report is made" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local open
	open=$(mktemp -d)
	chmod 777 "$open"
	mkdir -m 755 "$open/bin"
	(umask 022; cp -r "$root"/scripts/{sixty,checklist} "$open/bin")
	status=0
	setpriv --reuid 60541 --regid 60541 --clear-groups bash -c 'ulimit -u 20; exec "$@"' - \
		"$open/bin/sixty" --seconds 5 --output "$open/report" >"$out" 2>"$err" || status=$?
	cp -r "$open/report" "$dir"
	rm -rf "$open"
	limited "RLIMIT_NPROC (ulimit -u 20)" 3
}

@test "sixty: messages that missing privileges alone cause are not remarks" {
	# shellcheck source=scripts/checklist/sixty.d/status.bash
	. "$root/scripts/checklist/sixty.d/status.bash"
	echo "runqlat: --bpf-stats: the kernel does not measure: Operation not permitted" >few
	expect "" "$(reason_in few)"
	echo "runqlat: lost 1 event" >>few
	expect "runqlat: lost 1 event" "$(reason_in few)"
}

# place MODE OWNER: a directory for the output, and try to write there.
place() {
	rm -rf "$BATS_TEST_TMPDIR/place"
	mkdir -p "$BATS_TEST_TMPDIR/place/below"
	chown "$2" "$BATS_TEST_TMPDIR/place"
	chmod "$1" "$BATS_TEST_TMPDIR/place"
	run_sixty --seconds 5 --output "$BATS_TEST_TMPDIR/place/below/report"
}

# bats test_tags=all
@test "sixty: root does not write where another user could redirect the output" {
	[ "$(id -u)" = 0 ] || skip "not root"
	without_report
	local bad
	for bad in "755 60541:60541" "777 0:0" "775 0:60541"; do
		# shellcheck disable=SC2086
		place $bad
		expect 1 "$status" "$bad"
		expect 1 "$(wc -l <"$err")" "messages"
		grep -q "^sixty: .*$BATS_TEST_TMPDIR/place.*; use --output$" "$err"
		[ ! -e "$BATS_TEST_TMPDIR/place/below/report" ]
	done
	place 1777 0:0
	expect 0 "$status" "sticky"
	chown 60541 "$BATS_TEST_TMPDIR/place/below/report"
	status=0
	"$sixty" --from "$BATS_TEST_TMPDIR/place/below/report" >"$out" 2>"$err" || status=$?
	expect 1 "$status" "--from a directory of another user"
	SUDO_UID=60541 place 755 60541:60541
	expect 0 "$status" "the user of sudo"
}

# hostile NAME TAR-ARGUMENTS...: create a bundle that must not be unpacked.
hostile() {
	tar -C "$BATS_TEST_TMPDIR/h" -czf "$BATS_TEST_TMPDIR/$1.tar.gz" "${@:2}"
	status=0
	"$sixty" --from "$BATS_TEST_TMPDIR/$1.tar.gz" --output "$dir" >"$out" 2>"$err" || status=$?
	expect 1 "$status" "exit status for $1"
	expect 1 "$(wc -l <"$err")" "lines on stderr for $1: $(cat "$err")"
	[ ! -e "$dir" ]
}

# bats test_tags=all
@test "sixty --from: a hostile bundle writes nothing" {
	mkdir -p "$BATS_TEST_TMPDIR/h/s/sub"
	cd "$BATS_TEST_TMPDIR/h"
	echo x >s/a
	hostile sums s
	hostile dots --transform 's,^s/a,s/../../evil,' -P s
	hostile absolute --transform "s,^s/a,$BATS_TEST_TMPDIR/evil," -P s
	touch 's/a b' && hostile blank s && rm 's/a b'
	touch $'s/a\nb' && hostile newline s && rm $'s/a\nb'
	touch s/.bashrc && hostile hidden s && rm s/.bashrc
	mkdir -p s/sub/sub/sub && hostile deep s && rm -r s/sub/sub
	ln -s /etc/passwd s/link && hostile symlink s && rm s/link
	ln s/a s/hard && hostile hardlink s && rm s/hard
	mkfifo s/fifo && hostile fifo s && rm s/fifo
	truncate -s 300M s/zeros && hostile bomb s && hostile sparse -S s && rm s/zeros
	head -c 100 ../sums.tar.gz >../cut.tar.gz
	for file in ../cut.tar.gz /etc/passwd /dev/null ./nothing; do
		status=0
		"$sixty" --from "$file" --output "$dir" >"$out" 2>"$err" || status=$?
		expect 1 "$status" "exit status for $file"
		[ ! -e "$dir" ]
	done
	[ ! -e "$BATS_TEST_TMPDIR/evil" ]
}

@test "sixty: bad arguments are refused before anything runs" {
	local bad
	for bad in "--seconds 4" "--seconds 3601" "--seconds 5x" "--seconds" "--seconds=" "--bad" "x" \
		"--from" "--diff a" "--diff" "--explain" "--from a --explain b"; do
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
	[ "$took" -le 1 ]	# a second has begun meanwhile at most
	expect 0 "$(find "$dir" -mindepth 1 | wc -l)"
}
