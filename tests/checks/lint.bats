#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Linters, and a few rules of this repository.  Only files that differ from the branch main are
# checked, unless SIXTY_LINT=all, which scripts/test --all sets.

# shellcheck disable=SC2046 # no names with spaces in this tree
load ../lib

own_setup() { cd "$root" || return; }

# tree: print the source files that differ from the branch main; all of them with SIXTY_LINT=all, and
# without git, as in a tarball.
tree() {
	local base
	if ! git rev-parse --git-dir >/dev/null 2>&1; then
		find . -path './build*' -prune -o -type f -print | sed 's|^\./||'
	elif [ "${SIXTY_LINT-}" = all ] || ! base=$(base_commit); then
		git ls-files --cached --others --exclude-standard
	else
		git diff --name-only --diff-filter=d "$base"
		git ls-files --others --exclude-standard
	fi | sort -u | while read -r file; do [ ! -f "$file" ] || [ -L "$file" ] || echo "$file"; done
}

# base_commit: print the commit to compare with.  On the branch main, and right after a merge, it is the
# one before the last commit or merge.
base_commit() {
	local base
	base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null) || return
	[ "$base" != "$(git rev-parse HEAD)" ] || base=HEAD^1
	git rev-parse --quiet --verify "$base^{commit}"
}

@test "changed files are those of a branch, and right after its merge those of the merge" {
	needs git
	cd "$BATS_TEST_TMPDIR"
	git() { command git -c user.name=x -c user.email=x@localhost "$@"; }
	git init -q -b main .
	touch old && git add . && git commit -qm old
	git checkout -qb branch
	touch first && git add . && git commit -qm first
	touch second && git add . && git commit -qm second
	expect "first second" "$(SIXTY_LINT='' tree | xargs)" "on the branch"
	git checkout -q main
	git merge -q --no-ff -m merge branch
	touch new
	expect "first new second" "$(SIXTY_LINT='' tree | xargs)" "after the merge"
}

# these FILE...: skip the test if there is no file to check.
these() {
	files=("$@")
	[ $# -gt 0 ] || skip "no such file was changed; SIXTY_LINT=all looks at every file"
}

# sources ENDING...: print the files of the tree with these endings.
sources() {
	local ending
	for ending; do
		tree | grep "\.$ending\$" || true
	done
}

user_sources() { sources c | grep -E '^(common|tools)/' | grep -v '\.bpf\.c$' || true; }

# compiled: print the changed user-space sources, and those that include a changed header.
compiled() {
	local header
	{
		user_sources
		sources h | while read -r header; do
			grep -rlF --include='*.c' "${header##*/}\"" common tools || true
		done | grep -v '\.bpf\.c$' || true
	} | sort -u
}

shell_scripts() {
	tree | xargs -r -d '\n' grep -lIE \
		'^#!(/usr/bin/env bash|/bin/bash|/bin/sh)|^# shellcheck shell=' || true
}

# functions_over LINES FILE...: print each function with a longer body, in C
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

# files_over LINES FILE...: print each longer file.
files_over() {
	local limit=$1
	shift
	awk -v limit="$limit" 'FNR > limit { name[FILENAME] = FNR } END { for (f in name) print f ": " name[f] " lines" }' "$@"
}

@test "shellcheck finds nothing" {
	needs shellcheck
	these $(shell_scripts | grep -v '\.bats$')
	shellcheck -x "${files[@]}"
}

# For shellcheck each @test is a subshell, and it does not know what tests/lib.bash sets.
@test "shellcheck finds nothing in tests" {
	needs shellcheck
	these $(sources bats)
	shellcheck --severity=warning --exclude=SC2034,SC2154 "${files[@]}"
}

# The analyzer also checks the skeletons that bpftool generates, and reports them.
@test "clang-tidy finds nothing" {
	needs clang-tidy
	these $(compiled)
	printf '%s\n' "${files[@]}" | xargs -n 4 -P "$(nproc)" sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 \
		-D_GNU_SOURCE -DVERSION=\"\" -Icommon -Ibpf -I"$0" 2>/dev/null; true' "$build" |
		grep -E ': (error|warning): ' | grep -v '\.skel\.h:' | none "clang-tidy"
}

@test "cppcheck finds nothing" {
	needs cppcheck
	these $(compiled)
	# cppcheck cannot see a macro of libbpf; NULL at the end of a list is a pointer here.
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,performance,portability -Icommon -Ibpf -D_GNU_SOURCE -D__x86_64__ \
		'-DVERSION=""' '-DLIBBPF_OPTS(type,name,...)=struct type name = {}' \
		--suppress=missingInclude --suppress=missingIncludeSystem --suppress=varFuncNullUB "${files[@]}"
}

@test "mandoc finds nothing" {
	needs mandoc
	[ -n "$(echo "$build"/*.8)" ]
	mandoc -T lint -W warning "$build"/*.8 docs/*.7
}

@test "codespell finds nothing" {
	needs codespell
	these $(tree | grep -vE '\.svg$|^tests/report/')
	codespell --ignore-words-list=nd,etcp,desig "${files[@]}"
}

@test "no function is longer than 60 lines" {
	these $(sources c h) $(shell_scripts)
	functions_over 60 "${files[@]}" | none "too long"
}

@test "the check for long functions finds one" {
	{ echo "static int f(void)"; echo "{"; seq 61; echo "}"; } >"$BATS_TEST_TMPDIR/long.c"
	{ echo "f() {"; seq 61; echo "}"; } >"$BATS_TEST_TMPDIR/long.sh"
	expect 1 "$(functions_over 60 "$BATS_TEST_TMPDIR/long.c" | wc -l)"
	expect 1 "$(functions_over 60 "$BATS_TEST_TMPDIR/long.sh" | wc -l)"
	expect 0 "$(functions_over 61 "$BATS_TEST_TMPDIR/long.c" | wc -l)"
}

# The kernel's types are excluded: they are one list.
@test "no C file is longer than 400 lines" {
	these $(sources c h | grep -vx vmlinux/vmlinux.h)
	files_over 400 "${files[@]}" | none "too long"
}

@test "the check for long files finds one" {
	seq 400 >"$BATS_TEST_TMPDIR/full.c"
	seq 401 >"$BATS_TEST_TMPDIR/long.c"
	expect "$BATS_TEST_TMPDIR/long.c: 401 lines" "$(files_over 400 "$BATS_TEST_TMPDIR"/{full,long}.c)"
}

@test "main() has at most 15 lines, trace() at most 40" {
	these $(user_sources)
	{
		functions_over 15 "${files[@]}" | grep -E ': int main\(' || true
		functions_over 40 "${files[@]}" | grep -E '\btrace\(' || true
	} | none "too long"
}

# order_of FILE: print the parts of a tool in the file, in their order.
order_of() {
	sed -nE 's/^static const struct argp_option options.*/options/p
		s/^static error_t (parse_option)\(.*/\1/p; s/^static const struct (argp) argp.*/\1/p
		s/^(static|const).*\b(print)_[a-z]+\(.*/\2/p; s/^static int (trace)\(.*/\1/p
		s/^int (main)\(.*/\1/p' "$1" | uniq | xargs
}

# The options, and the printing, can be in separate files.
@test "every tool reads in the same order" {
	local file
	these $(user_sources | grep -E '^tools/([a-z]+)/\1\.c$')
	for file in "${files[@]}"; do
		case $(order_of "$file") in
		"options parse_option argp print trace main" | "print trace main" | "trace main") ;;
		*) echo "$file: $(order_of "$file")" ;;
		esac
	done | none "not: options, parse_option(), argp, print_...(), trace(), main()"
}

@test "every source names its licence" {
	these $(sources c h awk py bats jq) $(shell_scripts) Makefile
	{ grep -L 'SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause' "${files[@]}" || true; } |
		none "no SPDX line"
}

# circles HEADER...: print those that include each other in a circle.
circles() {
	local from to at
	local -A known
	for at; do known[$at]=1; done
	grep -HoE '^#include "[^"]+"' "$@" | while IFS=: read -r from to; do
		to=${to#*\"} to=${to%\"}
		for at in "${from%/*}/$to" "common/$to" "bpf/$to"; do
			[ -z "${known[$at]-}" ] || { echo "$from $at"; break; }
		done
	done | tsort 2>&1 >/dev/null | sed -n 's/^tsort: \(.*\.h\)$/\1/p'
}

@test "no headers include each other in a circle" {
	these $(git ls-files 'bpf/*.h' 'common/*.h' 'tools/*.h')
	circles "${files[@]}" | none "circle of includes"
}

@test "the check for circles finds one" {
	cd "$BATS_TEST_TMPDIR"
	mkdir common tools
	echo '#include "b.h"' >common/a.h
	printf '#include <a.h>\n#include "c.h"\n' >tools/b.h
	cp common/a.h tools/d.h
	echo '#include "a.h"' >tools/c.h
	expect "" "$(circles common/a.h tools/{b,c,d}.h)" "circles"
	echo '#include "d.h"' >tools/c.h
	expect "tools/b.h tools/c.h tools/d.h" "$(circles common/a.h tools/{b,c,d}.h | sort | xargs)" "headers of the circle"
}

@test "no line has trailing blanks" {
	these $(sources c h 7 8 bats md) $(shell_scripts)
	{ grep -nI '[[:blank:]]$' "${files[@]}" /dev/null || true; } | none "blanks at the end"
}

# defined_functions: print the functions in C, Python and shell, including names that macros
# produce.
defined_functions() {
	git ls-files | grep -E '\.(c|h|py)$' | xargs sed -E 's|/\*.*\*/||; /^ *(\/\*\|\*)/d' |
		grep -oE '[A-Za-z_][A-Za-z0-9_]*\(|BPF_PROG\([a-z_0-9]+' | sed -E 's/BPF_PROG\(//; s/\(//'
	git ls-files | grep -vE '\.(c|h|json|svg|png)$' | xargs grep -hoE '^[a-z_0-9]+\(\)|def [a-z_0-9:]+|^function [a-z_0-9]+' |
		sed -E 's/\(\)//; s/^(def|function) //'
}

# unknown_names FILE...: print files and functions that comments name and that do not exist.  A path
# that begins with a folder that we do not have is one of the kernel's or of the C library's.
unknown_names() {
	git ls-files --cached --others --exclude-standard | sed 'p; s|.*/||' | sort -u >"$BATS_TEST_TMPDIR/known_files"
	{ defined_functions; sed "s,  *#.*,," tests/checks/foreign-names; } | sort -u >"$BATS_TEST_TMPDIR/known_functions"
	awk -f tests/checks/names.awk "$@" | while read -r where kind name; do
		case $kind:$name in
		file:*/*) [ -d "${name%%/*}" ] || [ "${name#../}" != "$name" ] || continue ;;
		esac
		grep -qxF -e "${name#./}" "$BATS_TEST_TMPDIR/known_${kind}s" || [ -e "/usr/include/$name" ] || echo "$where $kind $name"
	done
}

@test "comments name only files and functions that exist" {
	git rev-parse --git-dir >/dev/null 2>&1 || skip "not a git repository"
	these $(sources c h awk py bats jq) $(shell_scripts)
	unknown_names "${files[@]}" | none "no such file or function"
}

@test "the check for names finds one that does not exist" {
	printf '/* As gone.c and nothing_here() do. */\n' >"$BATS_TEST_TMPDIR/x.c"
	printf '# See gone.bash, tests/gone.bats; main() is there.\n' >"$BATS_TEST_TMPDIR/x.sh"
	expect 4 "$(unknown_names "$BATS_TEST_TMPDIR"/x.{c,sh} | wc -l)" "names"
}

@test "no paths of the development machine" {
	these $(tree)
	{ grep -nIE '/wor[k]/|/wor[k]$|shared/desig[n]|/home/[a-z]' "${files[@]}" /dev/null || true; } |
		none "paths of one machine"
}

# lines_over COLUMNS FILE...: print each wider line; tabs extend to multiples of 8.
lines_over() {
	local limit=$1 file
	shift
	for file; do
		expand "$file" | grep -nE ".{$((limit + 1))}" | sed "s|^|$file:|" || true
	done
}

@test "no line of jq has more than 120 columns" {
	these $(sources jq)
	lines_over 120 "${files[@]}" | none "too long"
}

@test "the check for long lines finds one" {
	printf '\t%0112d\n\t%0113d\n%0120d\n%0121d\n' 0 0 0 0 >"$BATS_TEST_TMPDIR/long.jq"
	expect 2 "$(lines_over 120 "$BATS_TEST_TMPDIR/long.jq" | wc -l)" "lines"
	[[ $(lines_over 120 "$BATS_TEST_TMPDIR/long.jq") == *long.jq:2:* ]]
}
