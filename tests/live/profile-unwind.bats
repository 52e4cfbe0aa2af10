#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# How complete the user stacks of profile are: for programs as distributions build them, and for
# the language runtimes of this machine.

load ../lib
load ../profile

workload=calls

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

# chain [OPTION...]: profile a program with a chain of four calls.
chain() {
	load_start chain 500
	sampled -p "$process" "$@"
	expect 0 "$(number user_missed)"
}

# bats test_tags=kernel,smoke
@test "profile --unwind: optimized C without frame pointers has complete stacks" {
	chain
	whole 99 main chain_a chain_b chain_c spin
	expect "$(number samples)" "$(number unwound_complete)"
}

# bats test_tags=kernel
@test "profile --unwind: a function that the C library calls has its callers" {
	load_start libc 500
	sampled -p "$process"
	whole 99 main call_libc compare spin
}

# bats test_tags=kernel
@test "profile --unwind: the stack of a thread is complete" {
	load_start thread 500
	sampled -p "$process"
	whole 99 run_thread chain_a chain_b chain_c spin
	expect 0 "$(count '.user | index("run_thread") and index("main")')"
}

# bats test_tags=kernel,all
@test "profile --unwind: a signal handler has the callers of the interrupted function" {
	load_start signal 500
	sampled -p "$process"
	whole 99 main in_handler handle spin
}

# bats test_tags=all
@test "profile --unwind: a function that aligns its stack" {
	load_start aligned 500
	sampled -p "$process"
	whole 99 main in_aligned spin
}

# bats test_tags=all
@test "profile --unwind: calls of a library through the linkage table" {
	load_start plt 500
	sampled -p "$process"
	whole 99 main through_plt
}

# bats test_tags=kernel,all
@test "profile --unwind: code in the vDSO, and system calls" {
	load_start vdso 500
	sampled -p "$process"
	whole 99 main in_vdso
	kill -KILL "$load_pid"
	load_start kernel 500
	sampled -p "$process"
	whole 99 main in_kernel
	at_least 50 "$(count '.kernel | length > 0')"
}

# bats test_tags=kernel
@test "profile --unwind: a program that is deleted, or exists only in its own mount namespace" {
	load_start chain 500
	rm "$program"
	sampled -p "$process"
	whole 99 main chain_a chain_b chain_c spin
	kill -KILL "$load_pid"
	needs unshare
	mkdir hidden
	unshare -m true || skip "no mount namespaces here"
	program=$(own calls)
	comm=${program##*/}
	wrapper=(unshare -m --propagation private sh -c
		"shift && mount -t tmpfs none hidden && cp $program hidden && rm $program &&
		exec hidden/$comm \"\$@\"" sh)
	load_start chain 500
	sampled -p "$process"
	whole 99 main chain_a chain_b chain_c spin
}

# bats test_tags=all
@test "profile --unwind: processes that live 30 ms" {
	load_start short 2000
	sampled
	whole 95
	at_least 80 "$(count '.user | index("chain_a") and index("main")')"
}

# bats test_tags=kernel,all
@test "profile --unwind: a stack larger than the copy says so at its root" {
	load_start deep 500
	sampled -p "$process"
	at_least 90 "$(count '.user[-1] == "[unwinding stopped: stack larger than the copy]"')"
	at_least 90 "$(in_function descend)"
	at_least 90 "$(number unwound_truncated)"
	grep -q 'user stacks are incomplete: .*larger than the copy' "$err"
}

# bats test_tags=kernel
@test "profile --unwind: code without unwind information ends the stack, and every format shows it" {
	load_start nocfi 500
	sampled -p "$process" --flame cpu.svg --pprof cpu.pb.gz
	at_least 90 "$(count '.user[-2:] == ["call_without_cfi", "[unwinding stopped: no CFI]"]')"
	expect 0 "$(in_function in_nocfi)"
	at_least 90 "$(number unwound_no_cfi)"
	grep -q '<title>\[unwinding stopped: no CFI\]: ' cpu.svg
	gzip -dc cpu.pb.gz | grep -qa 'unwinding stopped: no CFI'
	grep -q 'user stacks are incomplete: .*code without unwind information' "$err"
	kill -KILL "$load_pid"
	load_start nocfi 500
	"$build/profile" -f -F "$hertz" -p "$process" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 grep -q Sampling "$err"
	load_run
	tool_stop
	grep -qE "^$comm;\[unwinding stopped: no CFI\];call_without_cfi;spin" "$out"
}

# bats test_tags=all
@test "profile --unwind: a signal handler on another stack says that the rest cannot be read" {
	load_start altstack 500
	sampled -p "$process"
	at_least 90 "$(count '.user[-1] == "[unwinding stopped: stack not readable]" and (.user | index("handle"))')"
	at_least 90 "$(number unwound_unreadable)"
}

# bats test_tags=all
@test "profile --unwind dwarf: no step by frame pointers" {
	workload=spins
	load_start jit 500
	sampled -p "$process" --unwind dwarf
	at_least 80 "$(count '.user == ["jitted_spin", "[unwinding stopped: no CFI]"]')"
	kill -KILL "$load_pid"
	load_start jit 500
	sampled -p "$process" --unwind auto
	whole 99 in_jit main
}

@test "profile --unwind fp: no key counts complete stacks, because nothing is known of them" {
	chain --unwind fp
	expect '[]' "$(jq -c 'select(.type == "samples") | keys | map(select(startswith("unwound")))' "$out")"
	expect 0 "$(stopped)"
}

# run_program COMMAND...: profile a program that runs for ever, for 2 seconds after its start.
run_program() {
	"$@" >log 2>&1 3>&- &
	load_pid=$!
	sleep 2
	run_tool profile --json -F "$hertz" -p "$load_pid" --duration 2
	expect 0 "$status" status
	comm=$(jq -rs 'map(select(.type == "stack")) | group_by(.comm) | max_by(map(.count) | add)[0].comm' "$out")
}

# bats test_tags=all
@test "profile --unwind: python3" {
	local python=/usr/bin/python3
	[ -x "$python" ] || skip "no python3 on this machine"
	cat >load.py <<-'PY'
	import json
	def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
	while True:
	    fib(18); json.dumps(list(range(1000))); sorted(range(1000), key=lambda x: -x)
	PY
	run_program "$python" load.py
	whole 99
}

# bats test_tags=all
@test "profile --unwind: node, with and without a perf map" {
	needs node
	cat >load.js <<-'JS'
	function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
	for (;;) { fib(22); JSON.stringify([...Array(1000).keys()].map(i => ({ i }))); [3, 1, 2].sort() }
	JS
	run_program node load.js
	whole 99
	kill -KILL "$load_pid"
	run_program node --perf-basic-prof load.js
	process=$load_pid
	whole 99
	at_least 30 "$(count '.user | any(contains("fib"))')"
}

# bats test_tags=all
@test "profile --unwind: Java with frame pointers; without them the stacks are marked" {
	needs java javac
	cat >Load.java <<-'JAVA'
	public class Load {
		static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
		public static void main(String[] a) { long s = 0; for (;;) s += fib(25); }
	}
	JAVA
	javac Load.java
	run_program java -XX:+PreserveFramePointer Load
	whole 99
	kill -KILL "$load_pid"
	run_program java Load
	grep -q 'PreserveFramePointer' "$err"
}

# bats test_tags=all
@test "profile --unwind: Rust" {
	needs rustc
	cat >load.rs <<-'RS'
	use std::collections::HashMap;
	fn work(depth: u32) -> u64 {
	    if depth > 0 { return work(depth - 1) + 1; }
	    let mut map = HashMap::new();
	    for i in 0..1000u64 { *map.entry(i % 97).or_insert(0u64) += i; }
	    map.values().sum()
	}
	fn main() {
	    std::thread::spawn(|| loop { std::hint::black_box(work(3)); });
	    loop { std::hint::black_box(work(10)); }
	}
	RS
	rustc -O load.rs
	run_program ./load
	whole 99
}
