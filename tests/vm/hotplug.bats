#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bats file_tags=kernel
#
# Runs in a guest: a CPU goes offline and comes back while a tool runs, and nothing is missing.

load ../lib

cpu=/sys/devices/system/cpu/cpu1/online

own_teardown() { echo 1 >"$cpu"; }

# around COMMAND...: run it before the CPU goes offline, while it is offline, and on the CPU afterwards.
around() {
	"$@"
	echo 0 >"$cpu"
	"$@"
	echo 1 >"$cpu"
	taskset -c 1 "$@"
}

# events CONDITION: print how many match.
events() { jq -s "map(select(.type == \"event\" and ($1))) | length" "$out"; }

@test "execsnoop: a CPU goes offline and comes back" {
	program=$(own execs)
	tool_start execsnoop --json -l "mark$$"
	around "$program" execve 23 "mark$$" >truth
	tool_stop
	for parent in $(awk '/^parent/ { print $2 }' truth); do
		expect 23 "$(events ".ppid == $parent")" "execs of $parent"
	done
	expect 3 "$(grep -c ^parent truth)" "runs"
	expect 0 "$(jq 'select(.type == "summary").lost' "$out")" lost
}

@test "opensnoop: a CPU goes offline and comes back" {
	program=$(own opens)
	tool_start opensnoop --json -n "${program##*/}"
	around "$program" openat 23 "file$$" || true
	tool_stop
	expect 69 "$(events ".path | endswith(\"file$$\")")" opens
	expect 0 "$(jq 'select(.type == "summary").ring_full' "$out")" lost
}

@test "biolatency: a CPU goes offline and comes back" {
	tool_start biolatency --json -d vda
	around "$(workload disk_io)" /dev/vda read 23 >truth
	tool_stop
	expect 69 "$(jq -s 'map(select(.type == "hist").count) | add' "$out")" requests
	expect 0 "$(jq 'select(.type == "summary").lost' "$out")" lost
}

@test "every tool continues while a CPU goes offline and comes back" {
	for source in "$root"/tools/*/*.bpf.c; do
		tool=$(basename "$source" .bpf.c)
		tool_start "$tool" --json
		echo 0 >"$cpu"
		echo 1 >"$cpu"
		tool_stop
		expect 0 "$status" "exit status of $tool: $(cat "$err")"
		expect summary "$(tail -n 1 "$out" | jq -r .type)" "last line of $tool"
	done
}
