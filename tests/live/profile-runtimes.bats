#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# How complete the user stacks of profile are for programs and language runtimes of Debian.
#
# bats file_tags=all

load ../lib
load ../profile

# run_program COMMAND...: profile a program that runs for ever, for 2 seconds after its start.
run_program() {
	"$@" >log 2>&1 3>&- &
	load_pid=$!
	sleep 2
	run_tool profile --json -F "$hertz" -p "$load_pid" --duration 2
	expect 0 "$status" status
	comm=$(jq -rs 'map(select(.type == "stack")) | group_by(.comm) | max_by(map(.count) | add)[0].comm' "$out")
}

@test "profile: python3" {
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

# perf_python: set $python to a Python that has -X perf: that of Debian 13, if this machine's is older.
perf_python() {
	local root CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sixty
	python=(/usr/bin/python3)
	"${python[0]}" -X perf -c 'import sys; sys.exit(not sys.is_stack_trampoline_active())' 2>log && return
	root=$CACHE/python3.13
	python=(chroot "$root" /usr/bin/python3.13)
	[ ! -e "$root/complete" ] || return 0
	[ "$(id -u)" = 0 ] || skip "not root"
	. "$BATS_TEST_DIRNAME/../vm/debian.sh"
	debian_open trixie amd64
	# shellcheck disable=SC2046 # a list of packages
	debian_fetch trixie amd64 "$root" $(debian_closure trixie amd64 python3.13-minimal) >log 2>&1 ||
		skip "no Python of 3.12 or later, and none could be fetched: $(debian_why trixie amd64)"
	mkdir -p "$root/tmp"
	touch "$root/complete"
}

@test "profile: python3 -X perf, whose functions have names" {
	local python code
	perf_python
	code='
def inner(n): return n if n < 2 else inner(n - 1) + inner(n - 2)
def outer():
    while True: inner(15)
outer()'
	run_program "${python[@]}" -X perf -c "$code"
	whole 99
	at_least 90 "$(count '.user | any(startswith("py::inner")) and any(startswith("py::outer"))')"
}

@test "profile: Rust, as Debian builds it: ripgrep" {
	needs rg
	run_program rg --null-data --count nothing /dev/zero
	whole 99
}

# go_is_whole: all stacks are complete, but for those of the runtime on another stack, which say so.
go_is_whole() {
	local other
	other=$(count '.user[-1] == "[unwinding stopped: stack not readable]"')
	at_least 70 "$(($(count true) - $(stopped)))"
	at_least 99 "$(($(count true) - $(stopped) + other))"
}

@test "profile: Go, as Debian builds it: fzf" {
	needs fzf
	mkfifo lines
	yes 'some words to look for' >lines 3>&- &	# ends with its reader
	run_program sh -c 'exec fzf --no-sort --filter xyz <lines'
	go_is_whole
}

@test "profile: Go, whose functions have names" {
	needs go
	cat >load.go <<-'GO'
	package main

	import (
		"fmt"
		"sort"
	)

	func fib(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}

	func work() int {
		words := make([]string, 1000)
		for i := range words {
			words[i] = fmt.Sprint(i * 7919 % 1000)
		}
		sort.Strings(words)
		return fib(20) + len(words)
	}

	func main() {
		go func() {
			for {
				work()
			}
		}()
		for {
			work()
		}
	}
	GO
	HOME=$PWD GOFLAGS=-mod=mod go build -o load load.go
	run_program ./load
	go_is_whole
	at_least 70 "$(count '.user | index("main.work")')"
}

@test "profile: node, with and without a perf map" {
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

@test "profile: Java with frame pointers; without them the stacks are marked" {
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

@test "profile: Rust, whose functions have names" {
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
	at_least 80 "$(count '.user | any(test("load.*work|load.*main"))')"
}
