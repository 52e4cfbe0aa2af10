#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Behaviour that all tools share.  Where the code is the same, execsnoop
# represents all tools; where each tool has its own code, all built tools are tested.

# shellcheck disable=SC2016,SC2030,SC2031,SC2046,SC2154
load ../lib

find_tools

# own_execs: run, 23 times, a program that only we execute; $name is its name.
own_execs() {
	program=$(own execs)
	name=$(basename "$program")
}

# count_execs: count lines of a table, or events of JSON, that are the workload's children.
# The brackets keep the pattern from matching this grep itself, which execsnoop shows with its
# arguments.
count_execs() { grep -c "[x]${name#x} .*mark$$" "$1" || true; }

# --- Command lines

@test "a bad number is refused by every option that takes one" {
	for bad in abc '' 0x10 4294967296 99999999999 12abc 1.5 1e9 -1; do
		refuses 64 "'$bad'" execsnoop -p "$bad"
	done
	# The same function parses all of them.
	for bad in '' 99999999999 12abc; do
		refuses 64 "'$bad'" execsnoop --duration "$bad"
		refuses 64 "'$bad'" runqlat "$bad"
		refuses 64 "'$bad'" execsnoop --ring-size "$bad"
		refuses 64 "'$bad'" execsnoop -u "$bad"
	done
	for bad in abc '' -1; do refuses 64 "'$bad'" runqlat -- 1 "$bad"; done
	for bad in '' -1 0 9223372036854775808; do
		refuses 64 "'$bad'" execsnoop --max-events "$bad"
	done
	refuses 64 4194303 execsnoop -p 4194303
}

@test "invalid cgroups, containers, times, users and files are refused" {
	for bad in /no '' /etc "$err" sixty-no-such-group; do
		refuses 64 "'$bad'" execsnoop --cgroup "$bad"
	done
	for bad in zz '' 0123456789abcdef; do
		refuses 64 "'$bad'" execsnoop --container "$bad"
	done
	for bad in x '' 1; do refuses 64 "'$bad'" execsnoop "--time=$bad"; done
	refuses 64 "'no-such-user'" execsnoop -u no-such-user
	for bad in /missing ''; do refuses 64 "'$bad'" execsnoop --btf "$bad"; done
	for bad in /missing/x.prom / /dev/null ''; do refuses 64 "'$bad'" execsnoop --metrics "$bad"; done
	mkfifo fifo
	for bad in / /dev/null fifo; do refuses 64 "'$bad'" execsnoop --btf "$bad"; done
	echo text >text
	for bad in text "$build/execsnoop" "$build/execsnoop.bpf.o"; do
		refuses 64 "cannot use BTF file '$bad': it has no types of a kernel" execsnoop --btf "$bad"
	done
	ln -s x.prom link.prom
	for bad in fifo link.prom /proc/x.prom "$(printf '%0300d' 0)"; do
		refuses 64 "'$bad'" execsnoop --metrics "$bad"
	done
	expect "" "$(compgen -G '*.??????' || true)" "temporary files"
	for bad in '' 1234567890123456; do
		refuses 64 "invalid name '$bad'" execsnoop -n "$bad"
		refuses 64 "invalid name '$bad'" opensnoop -n "$bad"
	done
	for bad in 65 63 2097152; do refuses 64 "'$bad'" execsnoop --ring-size "$bad"; done
}

@test "a limit of the size of files is an error with a message" {
	status=0
	set -o pipefail	# its messages go into a pipe: the limit is for that file, too
	(ulimit -f 0 && exec "$build/opensnoop" --json --duration 5 2>&1 >limited) | cat >"$err" || status=$?
	expect 1 "$status"
	grep -q 'cannot write the output: File too large' "$err"
}

@test "a limit of the size of files does not keep a tool from starting" {
	(ulimit -f 0 && exec "$build/opensnoop" --json --duration 1 2>&1) | cat >"$out"
	expect 1 "$(jq -s 'map(select(.type == "summary")) | length' "$out")" "summary lines"
}

@test "metrics that cannot be written are reported once, and are an error" {
	mkdir full
	mount -t tmpfs -o size=4k tmpfs full || skip "no tmpfs can be mounted"
	head -c 4096 /dev/zero >full/rest
	run_tool cachestat --metrics full/x.prom 1 2
	umount full
	expect 1 "$status"
	expect 3 "$(wc -l <"$out")" "lines: the table is printed anyway"
	expect 1 "$(grep -c "cannot write metrics to 'full/x.prom': No space left" "$err")"
}

refuses_nonsense() {
	local tool=$1
	refuses 64 "'--nonsense'" "$tool" --nonsense
	refuses 64 "'nonsense'" "$tool" nonsense || refuses 64 "'4'" "$tool" 1 2 3 4
}

@test "every tool refuses unknown options and extra arguments" {
	each refuses_nonsense "${all_tools[@]}"
}

refuses_bad_values() {
	local tool=$1
	refuses 64 "'12abc'" "$tool" --duration 12abc
	refuses 64 "'/etc'" "$tool" --cgroup /etc
	refuses 64 "'--nonsense'" "$tool" --nonsense -v
	refuses 64 "unknown option '--duraton=5' (did you mean '--duration'?)" "$tool" --duraton=5
	refuses 64 "ambiguous option '--ver': one of --verbose, --version" "$tool" --ver
	refuses 64 "option '--duration' needs a value: SECONDS" "$tool" --duration
	refuses 64 "option '--json' takes no value, got 'yes'" "$tool" --json=yes
	if contains "$build/$tool.help" --pid; then
		refuses 64 "'0x10'" "$tool" -p 0x10
		refuses 64 "'4294967296'" "$tool" -p 4294967296
	fi
}

@test "every tool refuses bad values, and names the option that it does not understand" {
	each refuses_bad_values "${similar_tools[@]}"
}

# prints TOOL OPTION: set $out to the output of the tool for an option that attaches nothing.
prints() {
	run_tool "$1" "$2"
	expect 0 "$status" "$*"
	expect_messages 0 "messages of $*"
}

has_help() {
	local tool=$1
	prints "$tool" --version
	[[ $(<"$out") =~ ^"$tool (sixty) "[0-9.]+", libbpf "[0-9.]+$ ]] || { cat "$out"; return 1; }
	prints "$tool" --help
	contains "$out" $'\nExamples:\n'
	contains "$out" $'\n  '"$tool "
}

@test "every tool has --help with examples, and --version" {
	each has_help "${all_tools[@]}"
}

has_short_options() {
	local tool=$1 long short
	for long in help version; do
		short=${long:0:1}
		[ "$long" = help ] || short=V
		prints "$tool" "--$long"
		mv "$out" long
		prints "$tool" "-$short"
		cmp long "$out"
	done
	status=0
	"$build/$tool" --help >/dev/full 2>"$err" || status=$?
	expect 1 "$status" "$tool --help to a full disk"
}

@test "-h and -V are --help and --version; a full disk is an error" {
	each has_short_options "${similar_tools[@]}"
}

needs_permission() {
	local tool=$1
	cp "$build/$tool" program
	chmod 755 program
	(
		exec 9<program
		cd / && status=0
		setpriv --reuid 65534 --clear-groups --inh-caps=-all /proc/self/fd/9 \
			--duration 1 >"$out" 2>"$err" || status=$?
		expect 77 "$status" "$tool: exit status"
	)
	expect_messages 1 "$tool: messages"
	contains "$err" 'not permitted: run as root, or with CAP_BPF and CAP_PERFMON'
	expect_lines 0 "$out" "$tool: lines"
}

@test "every tool reports that it is not permitted" {
	needs setpriv
	[ "$(id -u)" = 0 ] || skip "needs root"
	each needs_permission "${similar_tools[@]}"
}

# --- The end

ends_at_sigint() {
	local tool=$1
	tool_start "$tool" --json
	tool_stop INT
	expect 0 "$status" "$tool: exit status"
	expect "meta summary" "$(jq -rn '[inputs.type] | "\(first) \(last)"' "$out")" "first and last line of $tool"
}

@test "every tool prints its results on SIGINT, even if the shell ignores SIGINT" {
	each ends_at_sigint "${all_tools[@]}"
}

# stops_on_full_pipe TOOL ARGS...: expect SIGINT to end the tool although nobody reads its output,
# including the heading.
stops_on_full_pipe() {
	local full
	mkfifo full
	exec {full}<>full
	head -c 65536 /dev/zero >&"$full"
	"$build/$1" "${@:2}" >full 2>"$err" 3>&- &
	tool_pid=$!
	sleep 1
	kill -INT "$tool_pid"
	wait_for 10 ended "$tool_pid"
	tool_wait
	[ "$status" != 0 ]
	exec {full}>&-
}

ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

help_stops_on_full_pipe() { stops_on_full_pipe "$1" --help; }

# bats test_tags=all
@test "SIGINT ends a tool that cannot print its heading" {
	each stops_on_full_pipe "${similar_tools[@]}" usestat
	each help_stops_on_full_pipe "${similar_tools[@]}"
}

@test "SIGTERM and SIGHUP act like SIGINT, and keep the last event" {
	own_execs
	for signal in TERM HUP INT; do
		: >"$out"
		tool_start execsnoop -l "mark$$"
		"$program" execve 23 "mark$$" >/dev/null
		tool_stop $signal
		expect 0 "$status" "exit status at $signal"
		expect 24 "$(count_execs "$out")" "execs at $signal"
	done
}

@test "--max-events prints exactly that many" {
	own_execs
	for n in 1 7; do
		: >"$out"
		tool_start execsnoop --json -l "mark$$" --max-events "$n"
		"$program" execve 23 "mark$$" >/dev/null
		tool_wait
		expect 0 "$status" "exit status"
		expect "$n $n" "$(jq -rn '[inputs] | "\(map(select(.type == "event")) | length) \(last.events)"' "$out")" \
			"events, and events in the summary"
	done
}

# --- Where the output goes

fails_on_full_disk() {
	local tool=$1
	status=0
	timeout -k 5 20 "$build/$tool" --duration 5 >/dev/full 2>"$err" || status=$?
	expect 1 "$status" "$tool: exit status"
	expect_messages 1 "$tool: messages"
	contains "$err" 'cannot write the output: No space left on device'
}

@test "every tool fails on a full disk, with a message" {
	each fails_on_full_disk "${similar_tools[@]}"
}

fails_with_closed_output() {
	local tool=$1
	status=0
	"$build/$tool" --duration 1 >&- 2>"$err" || status=$?
	expect 1 "$status" "$tool: exit status"
	expect_messages 1 "$tool: messages"
	contains "$err" 'standard output is closed'
}

@test "every tool fails if standard output is closed, and does not write elsewhere" {
	each fails_with_closed_output "${similar_tools[@]}"
	status=0
	"$build/execsnoop" --duration 1 <&- 2>&- >"$out" || status=$?
	expect 0 "$status" "exit status without stdin and stderr"
	grep -q PCOMM "$out"
}

@test "events arrive during the run, in a file and in a pipe" {
	own_execs
	tool_start execsnoop -l "mark$$"
	"$program" execve 23 "mark$$" >/dev/null
	arrived() { [ "$(count_execs "$out")" = 24 ]; }
	wait_for 2 arrived
	tool_stop
	"$build/execsnoop" -l "mark$$" 3>&- > >(cat >"$out.pipe") &
	tool_pid=$!
	in_pipe() { [ "$(count_execs "$out.pipe")" = 24 ]; }
	wait_for 5 contains "$out.pipe" PCOMM
	"$program" execve 23 "mark$$" >/dev/null
	wait_for 2 in_pipe
	tool_stop
}

# --- Leftovers and losses

leaves_nothing() {
	local tool=$1
	tool_start "$tool" --json
	cat /proc/"$tool_pid"/fdinfo/* >fds 2>/dev/null || true	# some files come and go
	progs=$(awk '/^prog_id/ { print $2 }' fds)
	maps=$(awk '/^map_id/ { print $2 }' fds)
	[ -n "$progs" ] && [ -n "$maps" ]
	kill -KILL "$tool_pid"
	tool_wait
	for id in $progs; do wait_for 5 no_such prog "$id"; done
	for id in $maps; do wait_for 5 no_such map "$id"; done
}

@test "after SIGKILL no program and no map remains" {
	needs bpftool
	own_execs
	each leaves_nothing "${similar_tools[@]}"
}
no_such() { ! bpftool "$1" show id "$2" >/dev/null 2>&1; }

@test "--bpf-stats: the run time of the BPF programs, and the measured period" {
	run_tool runqlat --json --bpf-stats --duration 1
	tail -n 1 "$out" | jq -e '.bpf_run_ns > 0 and .bpf_run_ns < .bpf_measured_ns * 9
		and (.bpf_measured_ns - .duration_ns | fabs) < 5e8' >/dev/null || { tail -n 1 "$out"; return 1; }
	run_tool runqlat --json --duration 1
	tail -n 1 "$out" | jq -e '.bpf_run_ns == null and .bpf_measured_ns == null' >/dev/null
}

# bats test_tags=all
@test "--bpf-stats ends after five seconds, even if nobody reads the output" {
	mkfifo pipe
	exec 5<>pipe			# holds what fits into a pipe
	"$build/opensnoop" --json --bpf-stats >pipe 2>"$err" 3>&- 5>&- &
	tool_pid=$!
	sleep 1
	"$(workload opens)" openat 5000 /etc/hostname >/dev/null
	sleep 6
	timeout 10 grep -m1 '"type":"summary"' <&5 >"$out" 3>&- 5>&- &
	sleep 0.5
	kill -INT "$tool_pid"
	tool_wait
	wait $!
	exec 5>&-
	tail -n 1 "$out" | jq -e '.bpf_measured_ns > 4.9e9 and .bpf_measured_ns < 5.5e9' >/dev/null ||
		{ tail -n 1 "$out"; return 1; }
}

@test "a loss is reported, and --strict makes it an error" {
	own_execs
	tool_start execsnoop --strict --ring-size 64 -l "mark$$"
	kill -STOP "$tool_pid"
	"$program" execve 200 "mark$$" "$(printf '%03000d' 0)" >/dev/null
	kill -CONT "$tool_pid"
	tool_stop
	expect 1 "$status" "exit status"
	grep -q 'lost [0-9]* events: the ring buffer was full' "$err"
	grep -q '[0-9]* shown, [0-9]* lost in total' "$err"
}

# bats test_tags=all
@test "20 instances at once show the same 23 execs, and none shows itself" {
	own_execs
	pids=
	for i in {1..20}; do
		"$build/execsnoop" -l "mark$$" >"$out.$i" 2>>"$err" 3>&- &
		pids="$pids $!"
	done
	all_ready() { for i in {1..20}; do [ -s "$out.$i" ] || return 1; done; }
	wait_for 20 all_ready
	"$program" execve 23 "mark$$" >/dev/null
	# shellcheck disable=SC2086
	kill -INT $pids
	for pid in $pids; do wait "$pid"; done
	expect 480 "$(cat "$out".* | grep -c "[x]${name#x} .*mark$$")" "execs in all outputs"
	expect "" "$(grep -c "[x]${name#x} .*mark$$" "$out".* | grep -v ':24$')" "those with another number"
}

# --- JSON

# jq_json: a jq program that prints the faults in the JSON of a tool that ran for a second, one per
# line.
jq_json='[inputs] as $all | $all[0] as $meta | ($all | last) as $summary
	| (if $meta.type != "meta" then "the first line is \($meta.type)" else empty end),
	(if "\($meta.tool) \($meta.schema)" != "\($tool) 1" then "tool and schema: \($meta.tool) \($meta.schema)" else empty end),
	(if ($meta.hooks | length) == 0 then "no hooks" else empty end),
	(if $meta.args != ["--json", "--duration", "1", "-v"] then "arguments: \($meta.args)" else empty end),
	(if $summary.type != "summary" then "the last line is \($summary.type)" else empty end),
	(if ($all | length) != ($lines | tonumber) then "\($lines) lines have \($all | length) objects" else empty end),
	(if $all | all(has("time") and has("mono_ns")) then empty else "a record has no time" end),
	(if $all | any(.type == "event" and .pid == ($pid | tonumber)) then "an event about itself" else empty end)'

prints_json() {
	local tool=$1 lines hook messages
	tool_start "$tool" --json --duration 1 -v
	pid=$tool_pid
	tool_wait
	expect 0 "$status" "$tool: exit status"
	mapfile -t lines <"$out"
	jq -rn --arg tool "$tool" --arg lines "${#lines[@]}" --arg pid "$pid" "$jq_json" "$out" | none "$tool"
	messages=$'\n'$(<"$err")$'\n'
	while read -r hook; do
		[[ $messages == *$'\n'"$tool: attached to $hook"$'\n'* ]] || { echo "no message on $hook"; return 1; }
	done < <(jq -r 'select(.type == "meta").hooks[]' "$out")
}

@test "every tool prints JSON line by line, with its hooks, and no event about itself" {
	each prints_json "${all_tools[@]}"
}

# chooses_columns TOOL: expect only the keys of -o in its JSON records, in this order.
chooses_columns() {
	local tool=$1 keys
	keys=$("$build/$tool" --list-columns | jq -r '[.tables[0].columns[].key] | reverse | join(",")')
	run_tool "$tool" --json -o "$keys" --duration 1
	expect "" "$(jq -c --arg keys "$keys" 'select(.type | IN("event", "row", "hist", "stack"))
		| keys_unsorted - ["type", "time", "mono_ns", "cgroup", "container", "container_name",
			"pod", "namespace", "image", "unit", "count", "sum", "max", "p50", "p90", "p99", "p99_9", "buckets"]
		| select((($keys / ",") - (($keys / ",") - .)) != .)' "$out" | head -3)" "$tool: other keys"
}

@test "every tool: -o selects and orders the columns" {
	each chooses_columns "${similar_tools[@]}"
}

@test "the times are those of the event in every format" {
	own_execs
	for format in local utc iso mono; do
		: >"$out"
		tool_start execsnoop --time=$format -l "mark$$"
		case $format in
		local) before=$(date +%T.%3N) ;;
		utc) before=$(date -u +%T.%3N) ;;
		iso) before=$(date -u +%FT%T.%6NZ) ;;
		mono) before=$(cut -d' ' -f1 /proc/uptime) ;;
		esac
		"$program" execve 1 "mark$$" >/dev/null
		tool_stop
		stamp=$(awk 'NR == 2 { print $1 }' "$out")
		if [ $format = mono ]; then
			awk -v a="$before" -v b="$stamp" 'BEGIN { exit !(b >= a - 1 && b < a + 5) }'
		else
			[[ ! "$stamp" < "$before" ]] || [[ "$before" > 23:59:5 ]]
		fi
	done
}

# --- Surroundings

# set_idle_only TOOL: set idle_only to options with which it shows nothing of other programs, so that
# there is nothing to warn about.
set_idle_only() {
	idle_only=()
	contains "$build/$1.help" --pid || return 0
	sleep 30 >/dev/null 2>&1 &
	tool_pid=$!
	idle_only=(-p "$tool_pid")
}

runs_without_environment() {
	local tool=$1
	set_idle_only "$tool"
	status=0
	env -i "$build/$tool" --duration 1 --time "${idle_only[@]}" >"$out" 2>"$err" || status=$?
	expect 0 "$status" "$tool: exit status"
	expect '' "$(<"$err")" "$tool: stderr"
}

@test "every tool runs without HOME, TZ, locale and PATH" {
	each runs_without_environment "${similar_tools[@]}"
	TZ=No/Such run_tool execsnoop --duration 1 --time
	expect 0 "$status" "exit status with a bad TZ"
}

# hidden MOUNTS COMMAND...: exec the command with empty directories in place of those in the list.
# Call it in a subshell, with ( ) or &.
hidden() {
	local mounts=$1
	shift
	# shellcheck disable=SC2016
	exec unshare -m sh -c 'for d in '"$mounts"'; do mount -t tmpfs none $d || exit 99; done; exec "$@"' \
		sh "$@"
}

@test "without /etc/localtime opensnoop does not trace its own search for it" {
	needs unshare
	[ -x "$build/opensnoop" ] || skip "no opensnoop yet"
	[ ! -e /etc/localtime ] || : >empty
	# Do not mount an empty file system over /etc, because it contains the linker's cache.
	unshare -m sh -c '[ ! -e empty ] || mount --bind empty "$(readlink -f /etc/localtime)"
		exec "$@"' sh "$build/opensnoop" --json --time --duration 1 >"$out" 2>"$err" 3>&- &
	pid=$!
	wait "$pid"
	expect 0 "$(jq -c "select(.type == \"event\" and .pid == $pid)" "$out" | wc -l)" "own opens"
	expect summary "$(tail -1 "$out" | jq -r .type)" "last line"
}

runs_without_tracefs() {
	local tool=$1
	set_idle_only "$tool"
	status=0
	(hidden "/sys/kernel/tracing /sys/kernel/debug" "$build/$tool" --duration 1 "${idle_only[@]}") \
		>"$out" 2>"$err" || status=$?
	expect 0 "$status" "$tool: exit status: $(<"$err")"
	expect_messages 0 "$tool: messages"
}

@test "every tool runs without tracefs and debugfs" {
	needs unshare
	[ -d /sys/kernel/tracing ] && [ -d /sys/kernel/debug ] || skip "no such directories here"
	each runs_without_tracefs "${similar_tools[@]}"
}

needs_btf() {
	local tool=$1
	status=0
	(hidden /sys/kernel/btf "$build/$tool" --duration 1) >"$out" 2>"$err" || status=$?
	expect 69 "$status" "$tool: exit status"
	expect_messages 1 "$tool: messages"
	contains "$err" BTF
	expect_lines 0 "$out" "$tool: lines"
}

@test "every tool reports that the kernel has no BTF" {
	needs unshare
	[ -d /sys/kernel/btf ] || skip "no /sys/kernel/btf here anyway"
	each needs_btf "${similar_tools[@]}"
}

# bats test_tags=kernel,smoke
@test "with --btf FILE instead of BTF execsnoop shows the same 23 execs" {
	needs unshare
	[ -r /sys/kernel/btf/vmlinux ] || skip "no /sys/kernel/btf here"
	own_execs
	cat /sys/kernel/btf/vmlinux >btf
	hidden /sys/kernel/btf "$build/execsnoop" --btf btf --json -x -l "mark$$" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	expect '["raw_tp/sched_process_exec","raw_tp/sys_exit"]' "$(head -1 "$out" | jq -c .hooks)" "hooks"
	"$program" execve 23 "mark$$" >truth
	"$program" missing 23 "mark$$" >>truth
	tool_stop
	expect 25 "$(jq -c 'select(.type == "event" and .ret == 0)' "$out" | wc -l)" "execs"
	expect 23 "$(jq -c 'select(.type == "event" and .ret == -2)' "$out" | wc -l)" "failed execs"
	expect 0 "$(lost_events)" "lost"
}

# Its 5 MB are the largest part of such a start.
@test "--btf FILE is opened once" {
	[ -r /sys/kernel/btf/vmlinux ] || skip "no /sys/kernel/btf here"
	cat /sys/kernel/btf/vmlinux >btf
	"$build/opensnoop" --json --exec sh -c "exec '$build/execsnoop' --btf btf --duration 1 >/dev/null" >"$out"
	expect 1 "$(jq -s 'map(select(.path == "btf")) | length' "$out")" "opens of the file"
}

runs_with_btf_file() {
	local tool=$1
	status=0
	(hidden /sys/kernel/btf "$build/$tool" --btf ../btf --duration 1) >"$out" 2>"$err" ||
		status=$?
	expect 0 "$status" "$tool: exit status: $(<"$err")"
}

# bats test_tags=once
@test "with --btf FILE instead of BTF every tool runs" {
	needs unshare
	[ -r /sys/kernel/btf/vmlinux ] || skip "no /sys/kernel/btf here"
	cat /sys/kernel/btf/vmlinux >btf
	each runs_with_btf_file "${similar_tools[@]}"
}
