#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs alone: it measures how long the start and the end of every tool take.

load ../lib

find_tools

stops_in_time() {
	local tool=$1 took_ms
	run_tool "$tool" --json --duration 1
	expect 0 "$status" "$tool: exit status"
	took_ms=$(jq 'select(.type == "summary").duration_ns / 1000000 | floor' "$out")
	[ "$took_ms" -ge 1000 ] && [ "$took_ms" -le 1500 ] || expect 1000..1500 "$took_ms" "$tool: ms"
}

@test "every tool stops after --duration, within half a second" {
	each stops_in_time "${all_tools[@]}"
}

# without_reader TOOL [ARG...]: expect the tool to end soon after its reader has read the first
# line.
without_reader() {
	local begin_us=${EPOCHREALTIME/./} took_ms
	timeout -k 5 20 "$build/$1" "${@:2}" 2>"$err" | head -1 >/dev/null
	took_ms=$(((${EPOCHREALTIME/./} - begin_us) / 1000))
	[ "$took_ms" -lt 3000 ] || expect "under 3000" "$took_ms" "$1: ms with its start"
	expect_messages 0 "messages of $1"
}

@test "every tool ends within 2 s after its reader is gone, even while idle" {
	each without_reader "${all_tools[@]}"
	without_reader execsnoop -n "no-such-name"
}

@test "a reader that does not read cannot keep a tool from ending" {
	mkfifo pipe
	exec 5<>pipe			# a reader that never reads
	"$build/opensnoop" >pipe 2>"$err" 3>&- 5>&- &
	tool_pid=$!
	sleep 1
	"$(workload opens)" openat 5000 /etc/hostname >/dev/null
	kill -TERM "$tool_pid"
	timeout 4 tail --pid="$tool_pid" -f /dev/null
	tool_wait
	exec 5>&-
	expect 1 "$status" "exit status"
	grep -q 'nobody reads the output' "$err"
}
