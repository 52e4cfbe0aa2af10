#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Run make in a copy of the tree.

load ../lib

own_setup() {
	needs clang make
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	(cd "$root" && cp -pR Makefile bpf common tools vmlinux scripts tests packaging "$tree")
	cd "$tree" || return
}

quiet_make() { make -j"$(nproc)" "$@" >log 2>&1 || { tail -n 20 log; return 1; }; }

@test "make prints no warnings, a second make does nothing, a header rebuilds what includes it" {
	local tool
	quiet_make WERROR=1
	expect 0 "$(grep -c warning: log)" "warnings"
	make WERROR=1 >log
	expect 0 "$(grep -cE '^  [A-Z]+ ' log)" "steps of the second make"

	touch bpf/filter.bpf.h
	make WERROR=1 >log
	for tool in $(basename -s .bpf.c -a tools/*/*.bpf.c); do
		expect "$(grep -c 'filter\.bpf\.h' "build/$tool.raw.d" | sed 's/^[1-9].*/1/')" \
			"$(grep -cw "BPF *$tool.raw.o" log)" "rebuilds of $tool"
	done
	expect 0 "$(grep -c 'common/' log)" "rebuilds in common/"
}

@test "unit tests pass with address and undefined-behaviour sanitizers" {
	local test
	quiet_make SAN=1 unit-tests
	for test in build/test_*[!.d]; do
		[ ! -x "$test" ] || "$test" >log 2>&1 || { echo "$test"; tail -n 20 log; return 1; }
	done
}

@test "make compile_commands.json has every C file" {
	needs jq
	make compile_commands.json >log
	expect "$(find common tools tests/unit -name '*.c' | sort)" \
		"$(jq -r '.[].file' compile_commands.json | sort -u)" "C files"
}
