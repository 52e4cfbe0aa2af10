#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What linters and a few rules of our own say about the sources.

load ../lib

own_setup() { cd "$root" || return; }

# sources PATTERN...: the files of the tree with such names, built ones left out.
sources() {
	local pattern
	for pattern; do
		find . -path ./.git -prune -o -path './build*' -prune -o -type f -name "$pattern" -print
	done | sort
}

user_sources() { sources '*.c' | grep -E '^./(common|tools)/' | grep -v '\.bpf\.c$'; }

shell_scripts() {
	grep -rlE --exclude-dir=.git --exclude-dir='build*' '^#!(/usr/bin/env bash|/bin/bash|/bin/sh)|^# shellcheck shell=' .
}

# functions_over LINES FILE...: each function with more lines in its body, in C
# and in shell; both have the closing brace in the first column.
functions_over() {
	local limit=$1
	shift
	awk -v limit="$limit" '
		FNR == 1 { start = 0 }
		/^[A-Za-z_].*\(/ { name = $0 }
		/^\{/ || /^[a-z_]+\(\) [{(]/ { start = FNR; if (/^[a-z]/) name = $0 }
		/^[})]/ && start {
			if (FNR - start - 1 > limit)
				print FILENAME ": " name ": " FNR - start - 1 " lines"
			start = 0
		}' "$@"
}

# none WHAT: fails if standard input has a line.
none() {
	local found
	found=$(cat)
	[ -z "$found" ] && return
	echo "$1:"
	echo "$found"
	return 1
}

@test "shellcheck finds nothing" {
	needs shellcheck
	# shellcheck disable=SC2046 # no names with spaces in this tree
	shellcheck -x $(shell_scripts | grep -v '\.bats$')
}

# Each @test is a subshell to shellcheck, and what tests/lib.bash sets unknown.
@test "shellcheck finds nothing in tests" {
	needs shellcheck
	# shellcheck disable=SC2046
	shellcheck --severity=warning --exclude=SC2034,SC2154 $(sources '*.bats')
}

# The analyzer looks into the skeletons that bpftool makes, and does not like them.
@test "clang-tidy finds nothing" {
	needs clang-tidy
	user_sources | xargs -n 4 -P "$(nproc)" sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 \
		-D_GNU_SOURCE -DVERSION=\"\" -Icommon -Ibpf -I"$0" 2>/dev/null; true' "$build" |
		grep -E ': (error|warning): ' | grep -v '\.skel\.h:' | none "clang-tidy"
}

@test "cppcheck finds nothing" {
	needs cppcheck
	# A macro of libbpf it cannot see; NULL as the end of a list is a pointer here.
	user_sources | xargs cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,performance,portability -Icommon -Ibpf -D_GNU_SOURCE \
		'-DVERSION=""' '-DLIBBPF_OPTS(type,name,...)=struct type name = {}' \
		--suppress=missingInclude --suppress=missingIncludeSystem --suppress=varFuncNullUB
}

@test "mandoc finds nothing" {
	needs mandoc
	[ -n "$(echo "$build"/*.8)" ]
	mandoc -T lint -W warning "$build"/*.8 docs/*.7
}

@test "codespell finds nothing" {
	needs codespell
	codespell --ignore-words-list=nd,etcp,desig --skip '.git,build*,*.svg,./tests/report,./sixty-*' .
}

@test "no function is longer than 60 lines" {
	# shellcheck disable=SC2046
	functions_over 60 $(sources '*.c' '*.h') $(shell_scripts) | none "too long"
}

@test "the check for long functions sees one" {
	{ echo "static int f(void)"; echo "{"; seq 61; echo "}"; } >"$BATS_TEST_TMPDIR/long.c"
	{ echo "f() {"; seq 61; echo "}"; } >"$BATS_TEST_TMPDIR/long.sh"
	expect 1 "$(functions_over 60 "$BATS_TEST_TMPDIR/long.c" | wc -l)"
	expect 1 "$(functions_over 60 "$BATS_TEST_TMPDIR/long.sh" | wc -l)"
	expect 0 "$(functions_over 61 "$BATS_TEST_TMPDIR/long.c" | wc -l)"
}

@test "main() has at most 15 lines, trace() at most 40" {
	# shellcheck disable=SC2046
	{
		functions_over 15 $(user_sources) | grep -E ': int main\(' || true
		functions_over 40 $(user_sources) | grep -E '\btrace\(' || true
	} | none "too long"
}

@test "every source says its licence" {
	# shellcheck disable=SC2046
	grep -L 'SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause' \
		$(sources '*.c' '*.h' '*.awk' '*.py' '*.bats') $(shell_scripts) Makefile | none "no SPDX line"
}

@test "no line ends in a blank" {
	grep -rnI --exclude-dir=.git --exclude-dir='build*' '[[:blank:]]$' \
		--include='*.[ch78]' --include='*.bats' --include='*.md' \
		scripts common bpf tools tests vmlinux docs contrib ./*.md |
		none "blanks at the end"
}

@test "no path of the machine it was written on" {
	grep -rnIE --exclude-dir=.git --exclude-dir='build*' '/wor[k]/|/wor[k]$|shared/desig[n]|/home/[a-z]' . |
		none "paths of one machine"
}
