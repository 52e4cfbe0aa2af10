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

# deps_on LINES: run scripts/deps on a system with this os-release.
deps_on() {
	printf '%s\n' "$@" >os-release
	SIXTY_OS_RELEASE=os-release scripts/deps --dry-run build >"$out" 2>"$err"
}

@test "scripts/deps refuses old releases before it installs anything, and other systems with advice" {
	local system
	for system in "ID=debian VERSION_ID=11" "ID=ubuntu VERSION_ID=22.04" "ID=debian VERSION_ID=9"; do
		# shellcheck disable=SC2086 # words
		! deps_on $system || return 1
		grep -q "is too old: it has no libbpf 1.1" "$err"
		grep -q "make static" "$err"
		expect "" "$(cat "$out")"
	done
	! deps_on ID=alpine && grep -q "uses musl, which is not supported" "$err"
	for system in "ID=fedora:dnf install" "ID=rocky ID_LIKE='rhel fedora':dnf install" \
		"ID=opensuse-leap ID_LIKE='suse opensuse':zypper install" "ID=arch:pacman -S"; do
		! deps_on "${system%%:*}" || return 1
		grep -q "${system#*:}" "$err"
	done
	! deps_on ID=void && grep -q "please install by hand" "$err"
}

@test "make names what is missing, and the command that installs it" {
	! make CLANG=no-such-clang CC=no-such-gcc >log 2>&1 || return 1
	grep -qF "missing: no-such-gcc no-such-clang; on Debian and Ubuntu: sudo scripts/deps build" log
}
