#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Test the totals of scripts/test, with handwritten TAP.

bats_require_minimum_version 1.5.0
cd "$BATS_TEST_DIRNAME/../.." || exit

# tally EXPECTED STATUS TAP-LINE...
tally() {
	local expected=$1 status=$2
	shift 2
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/tap"
	run awk -v name=x -v "status=$status" -f tests/tally.awk "$BATS_TEST_TMPDIR/tap"
	echo "$output"
	[ "${lines[-1]}" = "$expected" ]
}

@test "passed, failed and skipped are counted" {
	tally "2 1 1" 1 1..4 "ok 1 a" "ok 2 - b" "not ok 3 c" "ok 4 d # skip no disk"
	[[ $output == *"x: skipped: 4 d # skip no disk"* ]]
	[[ $output == *"x: not ok 3 c"* ]]
}

@test "the diagnostics of failed tests are shown, those of others are not" {
	tally "1 1 0" 1 1..2 "ok 1 a" "# quiet" "not ok 2 b" "# loud"
	[[ $output == *loud* && $output != *quiet* ]]
}

@test "a stream that ended early is a failure" {
	tally "1 1 0" 0 1..3 "ok 1 a"
}

@test "a stream without a plan is a failure" {
	tally "0 1 0" 0 "Segmentation fault"
}

@test "an exit status that no test explains is a failure" {
	tally "1 1 0" 139 1..1 "ok 1 a"
}

@test "a file skipped as a whole is one skip" {
	tally "0 0 1" 0 "1..0 # SKIP no such kernel"
}

@test "cmocka's skips are skips" {
	tally "1 0 1" 0 1..2 "ok 1 - a" "ok 2 # SKIP b"
}

@test "a skip of a cmocka before 2.0 is not a failure" {
	run tests/unit/run printf '%s\n' 1..3 "not ok 1 # SKIP a" "not ok 2 - b" "not ok 3 # SKIPPED"
	expected=$(printf '%s\n' 1..3 "ok 1 # SKIP a" "not ok 2 - b" "not ok 3 # SKIPPED")
	[ "$output" = "$expected" ]
	run tests/unit/run false
	[ "$status" = 1 ]
}

@test "a file that cannot be run is a failure" {
	export TAP_DIR=$BATS_TEST_TMPDIR
	run -127 tests/tap "$BATS_TEST_TMPDIR/nothing-here"
	[ "$status" -ne 0 ]
	tally "0 1 0" "$status" ""
}

# files_of NAME: print the test files that scripts/test runs for it.
files_of() { bash -c '. tests/groups.bash; files_of "$1"' bash "$1" | paste -sd ' '; }

@test "a tool runs its tests, a name its file, a file itself" {
	[[ $(files_of opensnoop) == "build/test_opensnoop tests/live/opensnoop.bats tests/checks/schema.bats "* ]]
	[[ $(files_of ext4slower) == "build/test_fsslower tests/live/fsslower.bats "* ]]
	[ "$(files_of lint)" = tests/checks/lint.bats ]
	[ "$(files_of text)" = build/test_text ]
	[ "$(files_of tests/live/common.bats:BTF)" = tests/live/common.bats:BTF ]
	[ -z "$(files_of no-such-name)" ]
}

@test "every group has files, and every test file is in a group" {
	local name file
	for name in $(bash -c '. tests/groups.bash; all_groups'); do
		[ -n "$(files_of "$name")" ]
		files_of "$name" | tr ' ' '\n'
	done | sort -u >"$BATS_TEST_TMPDIR/in_groups"
	for file in tests/checks/*.bats tests/live/*.bats; do
		grep -qx "$file" "$BATS_TEST_TMPDIR/in_groups" || { echo "in no group: $file"; return 1; }
	done
}

@test "scripts/test refuses an unknown name" {
	run -64 scripts/test no-such-name
	[[ $output == *"no-such-name"*"--list"* ]]
}

@test "FILE:PATTERN runs the tests whose names match" {
	export TAP_DIR=$BATS_TEST_TMPDIR
	run tests/tap 'tests/checks/harness.bats:skips are skips'
	[ "${lines[0]}" = 1..1 ]
}

# failing_test HIDDEN: run a failing live test on a machine that hides that many softirqs from it.
failing_test() {
	local dir=$BATS_TEST_TMPDIR/machine
	mkdir -p "$dir/tests/live" "$dir/build/workloads"
	cp tests/lib.bash "$dir/tests/"
	printf '%s\n' '#!/bin/bash' "trap 'echo $1; exit' TERM" 'echo ready' \
		'for i in {1..100}; do sleep 0.1; done' >"$dir/build/workloads/hidden"
	chmod +x "$dir/build/workloads/hidden"
	printf '%s\n' 'load ../lib' 'counts_interrupts NET_RX' \
		'@test "fails" { false; }' >"$dir/tests/live/x.bats"
	SIXTY_BUILD=$dir/build run bats --tap "$dir/tests/live/x.bats"
	echo "$output"
	[ "$status" -ne 0 ]
}

@test "a test that fails while softirqs are hidden is retried" {
	failing_test 3
	[ "$(grep -c 'tried again: fails: the machine hid 3 NET_RX events' <<<"$output")" = 3 ]
}

@test "a test that fails while nothing is hidden is not retried" {
	failing_test 0
	[[ $output != *"tried again"* ]]
}

# kernel_table TAP-LINE...
kernel_table() {
	printf '%s\n' "$@" | awk -v tools="execsnoop runqlat profile" -f scripts/dev/kernel-table.awk
}

@test "the table of kernels: a tick only if tests ran and none failed" {
	run kernel_table "ok 1 5.10 execsnoop: a" "ok 2 5.10 runqlat: b # skip no cgroup" "# 5.10: x" \
		"ok 3 6.1 execsnoop: a" "not ok 4 6.1 execsnoop: b" "ok 5 6.1 runqlat: refuses: it cannot" \
		"ok 6 6.1 guest: ran to its end"
	echo "$output"
	[ "${lines[0]}" = "| Linux | execsnoop | runqlat | profile |" ]
	[ "${lines[2]}" = "| 5.10 | ✓ |  |  |" ]
	[ "${lines[3]}" = "| 6.1 | fails | refuses |  |" ]
	[ "${lines[4]}" = "6.1: refuses, because it cannot." ]
}
