#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The BPF objects that every clang builds: do they load, and how much does the verifier follow?
# On this kernel with each version; with the oldest and the newest on other kernels.

load ../lib

VERIFIED_MAX=3000

own_setup() {
	CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sixty
	. "$root/tests/vm/debian.sh"
	. "$root/tests/compilers/clang.sh"
}

# loads VERSION
loads() {
	local status=0
	clang_load "$1" || status=$?
	[ "$status" != 77 ] || skip "$WHY"
	[ "$status" = 0 ]
}

@test "every program loads: clang 14" { loads 14; }
@test "every program loads: clang 15" { loads 15; }
@test "every program loads: clang 16" { loads 16; }
@test "every program loads: clang 17" { loads 17; }
@test "every program loads: clang 18" { loads 18; }
@test "every program loads: clang 19" { loads 19; }
@test "every program loads: clang 20" { loads 20; }
@test "every program loads: clang 21" { loads 21; }
@test "every program loads: clang 22" { loads 22; }

@test "each clang has a test" {
	expect "$(clang_versions)" "$(sed -nE 's/^@test .*: clang ([0-9]+)".*/\1/p' "$BATS_TEST_FILENAME")"
}

@test "verified instructions of each program: as in the table, none above 3000" {
	verified_table >measured
	[ "$(wc -l <measured)" -gt 2 ] || skip "no clang could be had"
	[ "$(head -n 1 measured)" = "$(head -n 1 "$root/tests/compilers/verified.tsv")" ] ||
		skip "the table is of another kernel"
	expect "" "$(awk -v limit=$VERIFIED_MAX -f "$root/tests/compilers/compare.awk" \
		"$root/tests/compilers/verified.tsv" measured)"
}

# in_guest KERNEL: load the programs of the oldest and the newest clang there. Keeps the list of
# loaded programs.
in_guest() {
	local guest=$BATS_TEST_TMPDIR/guest version status=0 loaded=$root/build-clang-guests/$1
	mkdir -p "${loaded%/*}" "$guest"
	rm -f "$loaded"
	for version in $(clang_available | sed -n '1p;$p'); do
		mkdir "$guest/clang-$version"
		find "$root/build-clang-$version" -maxdepth 1 -type f -perm -u+x -exec cp -t "$guest/clang-$version" {} +
	done
	[ -n "${version-}" ] || skip "no clang could be had"
	cp "$build/workloads/loadonly" "$guest/"
	SIXTY_VM_SECONDS=2400 SIXTY_VM_BUILD=$guest "$root/scripts/dev/test-kernels" --run "$1" 'status=0
		for dir in build/clang-*; do
			echo "$dir"
			tests/compilers/load build/loadonly "$dir" || status=1
		done
		exit $status' >"$out" 2>"$err" || status=$?
	[ "$status" != 77 ] || [ "${REQUIRE_VM:-0}" = 1 ] || skip "no guest of Linux $1: $(tail -n 1 "$err")"
	[ "$status" = 0 ]
	cp "$out" "$loaded"
}

@test "every program loads on Linux 5.10: oldest and newest clang" { in_guest 5.10; }
@test "every program loads on Linux 6.1: oldest and newest clang" { in_guest 6.1; }
@test "every program loads on Linux 7.3: oldest and newest clang" { in_guest 7.3; }

# block_rq_issue had a queue as its first argument before v5.11 and in early stable releases of 5.10, not
# in Debian's. make_in_queue is for a cgroup without the io controller, before v5.11.
never_loaded() {
	printf '%s\n' 'biolatency issue_in_queue' 'biolatency make_in_queue' 'biosnoop issue_in_queue'
}

@test "every program was loaded on some kernel" {
	local loaded=("$root"/build-clang-guests/*)
	[ ${#loaded[@]} = 3 ] || skip "some guest did not run"
	cat "$root"/build-clang-*/verified "${loaded[@]}" | cut -d' ' -f 1,2 | tr -d '\r' | sort -u >loaded
	expect "$(never_loaded)" "$(object_programs "$build" | sort | comm -23 - loaded)"
}
