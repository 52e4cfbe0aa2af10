#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# The helper process, which reads the programs that profile and offcputime observe: what happens
# when it ends, hangs, or reads a file that was made to exhaust it.
#
# Runs alone: it counts samples of a thread that needs a CPU to itself.

load ../lib
load ../profile

workload=calls

# find_helper: set $keeper and $helper to the PIDs of these two processes of the tool.
find_helper() {
	keeper=$(pgrep -P "$tool_pid")
	helper=$(pgrep -P "$keeper")
}

# start_chain MS: profile a program with a chain of four calls that will spin for MS ms.
start_chain() {
	load_start chain "$1"
	tool_start profile --json -F "$hertz" -p "$process"
	find_helper
}

# chain_is_named PERCENT: expect that share of the stacks to be complete and named.
chain_is_named() {
	expect 0 "$status" status
	at_least "$1" "$(count '.user | index("spin") and index("chain_a") and index("main")')"
}

samples_arrive() { (($(awk '{ print $14 }' "/proc/$process/stat") > 20)); }

ended() { ! kill -0 "$1" 2>/dev/null; }

ended_or_zombie() { [ "$(awk '{ print $3 }' "/proc/$1/stat" 2>/dev/null || echo Z)" = Z ]; }

# bats test_tags=kernel
@test "profile: stacks are named after the helper was killed, and the loss is reported" {
	start_chain 1000
	echo go >&7
	wait_for 20 samples_arrive
	kill -KILL "$helper"
	load_run
	tool_stop
	chain_is_named 80
	grep -q 'the helper that reads programs ended 1 times' "$err"
	wait_for 5 ended "$keeper"
}

# bats test_tags=all
@test "offcputime: stacks are named after the helper was killed" {
	workload=blocks
	load_start nanosleep 50 10000
	tool_start offcputime --json -p "$process"
	find_helper
	kill -KILL "$helper"
	load_run
	tool_stop
	expect 0 "$status" status
	(($(jq -s 'map(select(.type == "stack" and (.user | index("main"))) | .waits) | add // 0' "$out") >= 40))
	grep -q 'the helper that reads programs ended 1 times' "$err"
}

# bats test_tags=all
@test "profile: continues without any helper, and reports the missing names" {
	start_chain 500
	kill -KILL "$keeper"
	wait_for 5 ended "$helper"
	load_run
	tool_stop
	expect 0 "$status" status
	at_least 100 "$(number unwound_no_helper)"
	grep -q 'user stacks are incomplete: .*helper ended' "$err"
}

# bats test_tags=all
@test "profile: a helper that hangs is replaced" {
	start_chain 500
	kill -STOP "$helper"
	load_run
	tool_stop
	expect 0 "$status" status
	wait_for 5 ended "$helper"
	grep -q 'the helper that reads programs ended 1 times' "$err"
}

# bats test_tags=all
@test "profile: another Ctrl-C ends the naming of functions" {
	start_chain 500
	load_run
	pause 1000000		# the tool looks for answers twice a second
	kill -STOP "$helper"
	kill -INT "$tool_pid"
	pause 1500000
	kill -0 "$tool_pid"
	kill -INT "$tool_pid"
	wait_for 2 ended_or_zombie "$tool_pid"
	tool_wait
	expect 0 "$status" status
	grep -q 'naming functions took too long or was interrupted' "$err"
}

# bats test_tags=all
@test "profile and offcputime leave out their helper" {
	for tool in profile offcputime; do
		load_start short 500
		tool_start "$tool" --json
		load_run
		tool_stop
		expect 0 "$status" status
		expect 0 "$(jq -s 'map(select(.type == "stack" and .comm == "sixty-helper")) | length' "$out")"
		kill -KILL "$load_pid"
	done
}

@test "profile -K starts no helper" {
	tool_start profile -K
	expect "" "$(pgrep -P "$tool_pid")" "processes"
	tool_stop
	expect 0 "$status" status
}

@test "profile: Ctrl-C, which the helper also receives, does not remove the names" {
	load_start chain 500
	setsid "$build/profile" --json -F "$hertz" -p "$process" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	load_run
	kill -INT -- "-$tool_pid"
	tool_wait
	chain_is_named 90
	! grep -q helper "$err" || false
}

# 20,000 symbols share a name of 220 kB, which would take 4 GB in a table of names.
# bats test_tags=all
@test "profile: a file that exhausts the helper's memory costs the tool neither memory nor the run" {
	[ -x /usr/bin/python3 ] || skip "no /usr/bin/python3"
	program=$(own calls)
	/usr/bin/python3 - "$program" <<-'PY'
	import struct, sys
	path = sys.argv[1]
	elf = bytearray(open(path, 'rb').read())
	shoff, = struct.unpack_from('<Q', elf, 40)
	shnum, shstrndx = struct.unpack_from('<HH', elf, 60)
	head = lambda i: list(struct.unpack_from('<IIQQQQIIQQ', elf, shoff + 64 * i))
	names = head(shstrndx)[4]
	def name(i): at = names + head(i)[0]; return bytes(elf[at:elf.index(0, at)])
	index = {name(i): i for i in range(shnum)}
	text = head(index[b'.text'])
	strings = b'\0' + b'n' * 220000 + b'\0'
	symbols = bytes(24) + b''.join(
	    struct.pack('<IBBHQQ', 1, 0x12, 0, index[b'.text'], text[3] + i % text[5], 1) for i in range(20000))
	def replace(section, data, **fields):
	    i = index[section]; h = head(i)
	    h[4], h[5] = len(elf), len(data)
	    h[7] = fields.get('info', h[7])
	    struct.pack_into('<IIQQQQIIQQ', elf, shoff + 64 * i, *h)
	    elf.extend(data)
	replace(b'.strtab', strings)
	replace(b'.symtab', symbols, info=1)
	open(path, 'wb').write(elf)
	PY
	start_chain 500
	load_run
	kill -INT "$tool_pid"
	most_kb=0
	while kill -0 "$tool_pid" 2>/dev/null; do
		kb=$(awk '/^VmHWM/ { print $2 }' "/proc/$tool_pid/status" 2>/dev/null) || kb=0
		((${kb:-0} <= most_kb)) || most_kb=$kb
		pause 20000
	done
	tool_wait
	expect 0 "$status" status
	((most_kb > 0 && most_kb < 150000)) || { echo "the tool took $most_kb kB"; return 1; }
}
