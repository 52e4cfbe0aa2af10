# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Functions for the live tests of profile: `load ../profile` after lib, and set $workload.
# shellcheck shell=bash disable=SC2034,SC2154

hertz=199

own_teardown() {
	exec 7>&- || true
	[ -z "$load_pid" ] || kill -KILL "$load_pid" 2>/dev/null || true
	[ -z "$cgroup" ] || { wait "$load_pid" 2>/dev/null; rmdir "$cgroup"; } || true
	rm -f "/tmp/perf-$process.map"
	[ -z "$debug_file" ] || { rm -f "$debug_file"; rmdir "${debug_file%/*}" 2>/dev/null; } || true
}

# load_start MODE MS [DEPTH]: start the workload $workload, which waits for a line; through $wrapper,
# if set.
load_start() {
	[ -n "$program" ] || program=$(own "$workload")
	comm=${program##*/}
	rm -f go; mkfifo go
	: >load		# what an earlier workload printed
	exec 7<>go
	"${wrapper[@]}" "$program" "$@" <go >load 2>&1 7>&- 3>&- &
	load_pid=$!
	wait_for 20 contains load ready || { cat load; return 1; }
	process=$(awk '/^ready/ { print $2 }' load)
}

# load_run: let it spin; set $cpu_us to the CPU time that it reports.
load_run() {
	echo go >&7
	wait_for 60 contains load "done" || { cat load; return 1; }
	cpu_us=$(awk '/^done/ { print $2 }' load)
}

# sampled ARGS...: run the workload under profile, with JSON in $out.
sampled() {
	tool_start profile --json -F "$hertz" "$@"
	load_run
	tool_stop
	expect 0 "$status" status
}

# count CONDITION: print the samples of the workload's stacks that match the jq condition.
count() {
	jq -s "map(select(.type == \"stack\" and .comm == \"$comm\" and ($1)) | .count) | add // 0" "$out"
}

# number KEY: print it from the record that counts the samples.
number() { jq "select(.type == \"samples\") | .$1" "$out"; }

# in_function: uses the names in the workload, because the outermost functions are libc's.
in_function() { count ".user | index(\"$1\")"; }

# at_least PERCENT SAMPLES: expect SAMPLES to be at least that share of all samples of the workload.
at_least() {
	local all
	all=$(count true)
	((all > 0 && $2 * 100 >= all * $1)) || { echo "$2 samples of $all"; return 1; }
}

# stopped: print the number of samples whose user stack does not reach its outermost function.
stopped() { count '(.user[-1] // "") | test("^\\[(unwinding stopped|cut off|Missed User)")'; }

# whole PERCENT [FUNCTION...]: expect at least that share of the stacks to be complete, and nine
# tenths to have these functions; the others are from the start and the end.
whole() {
	local percent=$1 all name has=true
	shift
	for name; do
		has+=" and (.user | index(\"$name\"))"
	done
	all=$(count true)
	((all > 20)) || { echo "only $all samples"; return 1; }
	at_least "$percent" "$((all - $(stopped)))"
	at_least 90 "$(count "$has")"
}
