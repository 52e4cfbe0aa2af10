#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# How complete the user stacks of profile are: for programs as distributions build them.

load ../lib
load ../profile

workload=calls

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

# bats test_tags=kernel
@test "profile --unwind: threads that begin, and the thread that starts them" {
	load_start clone 500
	sampled -p "$process"
	whole 99
	at_least 20 "$(count '.user | index("in_clone") and index("main")')"
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
