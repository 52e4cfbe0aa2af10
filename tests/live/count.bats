#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --count-by: the rows for a known number of events.
# shellcheck disable=SC2016,SC2154

load ../lib

own_setup() { needs jq; }

# rows [FILTER]: print the records of type "count".
rows() { jq -c "select(.type == \"count\")${1:+ | $1}" "$out"; }

# fail_opens N PATH: let a program named x$$opens fail to open PATH N times.
fail_opens() {
	cp "$(type -P bash)" "x$$opens"
	"./x$$opens" -c 'for ((i = 0; i < $1; i++)); do : <"$2"; done 2>/dev/null; :' - "$@"
}

@test "opensnoop --count-by error,path: every failed open, in one row each" {
	tool_start opensnoop --json --failed -n "x$$opens" --count-by error,path
	fail_opens 23 "/nonexistent/x$$a"
	fail_opens 7 "/nonexistent/x$$b"
	fail_opens 5 "/etc/passwd/x$$c"
	tool_stop
	expect 0 "$status"
	rows "select(.path // \"\" | contains(\"x$$\")) | [.error_name, .path, .count]" >got
	cat >expected <<-TEXT
	["ENOENT","/nonexistent/x$$a",23]
	["ENOENT","/nonexistent/x$$b",7]
	["ENOTDIR","/etc/passwd/x$$c",5]
	TEXT
	diff expected got
	expect "$(jq -s 'map(select(.type == "summary"))[0].events' "$out")" "$(rows .count | jq -s add)" "events"
}

@test "--top: a last row sums up the rows that are not shown" {
	tool_start opensnoop --json --failed -n "x$$opens" --count-by path --top 1
	fail_opens 23 "/nonexistent/x$$a"
	for i in 1 2 3; do fail_opens 2 "/nonexistent/x$$b$i"; done
	tool_stop
	expect "[\"/nonexistent/x$$a\",23]" "$(rows 'select(.path) | [.path, .count]')"
	jq -es --arg all "$(jq 'select(.type == "summary").events' "$out")" \
		'map(select(.type == "count" and .others)) | length == 1 and .[0].others >= 3 and
			.[0].count == ($all | tonumber) - 23' "$out"
}

@test "--sample: the first records of each interval are printed beside the rows" {
	tool_start opensnoop --json --failed -n "x$$opens" --count-by path --sample 3
	fail_opens 23 "/nonexistent/x$$a"
	tool_stop
	expect 23 "$(rows "select(.path == \"/nonexistent/x$$a\").count")"
	expect 3 "$(jq -r 'select(.type == "event").comm' "$out" | grep -c "^x$$opens")" "events"
	jq -es 'map(select(.type == "event")) | all(.[]; .pid > 0 and .err > 0 and .path != null)' "$out"
	run "$build/opensnoop" --sample 3
	expect 64 "$status"
	run "$build/opensnoop" --sample 3 --count-by path
	expect 64 "$status"
}

@test "execsnoop --count-by, INTERVAL and COUNT: starts from zero each time, and ends" {
	cp /bin/true "x$$one"
	cp /bin/true "x$$two"
	tool_start execsnoop --json --count-by comm,ret 2 2
	for i in 1 2 3 4 5; do "./x$$one"; done
	wait_for 10 contains "$out" '"count"'
	for i in 1 2 3; do "./x$$two"; done
	wait_for 10 gone_tool
	wait "$tool_pid"
	expect 5 "$(rows "select(.comm == \"x$$one\").count")"
	expect 3 "$(rows "select(.comm == \"x$$two\").count")"
	expect 2 "$(rows .time | sort -u | wc -l)" "times"
}

gone_tool() { ! kill -0 "$tool_pid" 2>/dev/null; }

@test "tcpconnect --count-by: results, with the longest latency" {
	local client
	client=$(own connects)
	tool_start tcpconnect --json --count-by comm,daddr,result
	"$client" blocking 23 127.0.0.1 1 >truth
	"$client" blocking 7 >truth.2
	tool_stop
	expect 23 "$(rows "select(.comm == \"${client##*/}\" and .result == \"refused\").count")"
	expect 7 "$(rows "select(.comm == \"${client##*/}\" and .result == \"established\").count")"
	rows "select(.comm == \"${client##*/}\")" | jq -e '.p50_ns > 0 and .p50_ns <= .p99_ns and .p99_ns <= .max_ns'
}

@test "fsslower --count-by file,op: bytes are added up" {
	local program
	program=$(own fileops)
	needs mount
	[ "$(stat -f -c %T .)" != tmpfs ] || skip "no file system that fsslower traces"
	head -c 400000 /dev/zero >"x$$file"
	tool_start fsslower --json -m 0 --count-by comm,op,file
	[ -s "$out" ] || skip "$(cat "$err")"
	"$program" read 23 "$PWD/x$$file" >truth
	tool_stop
	expect "[23,$((23 * 16384))]" \
		"$(rows "select(.comm == \"${program##*/}\" and .op == \"read\" and .file == \"$PWD/x$$file\") | [.count, .bytes]")"
}

@test "the table: one heading per interval, the most frequent row first" {
	tool_start opensnoop --failed -n "x$$opens" --count-by path --sort count --top 2
	fail_opens 3 "/nonexistent/x$$b"
	fail_opens 9 "/nonexistent/x$$a"
	tool_stop
	expect "Counting by path. Ctrl-C ends it." "$(head -n 1 "$out")"
	grep -qE '^PATH +COUNT$' "$out"
	grep -q '^([0-9]* others) ' "$out" || [ "$(wc -l <"$out")" -eq 4 ]
	expect "/nonexistent/x$$a 9" "$(grep -o "/nonexistent.*" "$out" | tr -s ' ' | head -n 1)"
}

@test "--count-by: unsuitable options are refused before anything is attached" {
	local words
	while read -ra words; do
		status=0
		"$build/${words[0]}" "${words[@]:1}" >"$out" 2>"$err" || status=$?
		expect 64 "$status" "${words[*]}"
		expect 1 "$(wc -l <"$err")" "lines: $(cat "$err")"
	done <<-TEXT
	opensnoop --count-by
	opensnoop --count-by nothing
	opensnoop --count-by comm,comm
	opensnoop --count-by comm -o pid
	opensnoop --count-by comm --print-container
	opensnoop --count-by comm --sort nothing
	opensnoop --count-by comm --sort count,comm
	opensnoop --count-by comm --top 0
	opensnoop --count-by comm 0
	opensnoop --count-by comm 1 2 3
	opensnoop --sort count
	opensnoop 5
	fsslower --count-by op 1 2 3
	tcpconnect -c --count-by comm
	tcpretrans -c --count-by comm
	fsslower --csv --count-by comm
	runqlat --count-by comm
	TEXT
}
