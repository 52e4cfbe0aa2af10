#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every program is relocated to the same instructions with the subset of a kernel's BTF as with
# all of it, on each kernel of tests/vm/kernels.  No kernel is booted: the types are in the images.

load ../lib

# one_of_each: print the first row of each package.
one_of_each() { "$root/scripts/dev/test-kernels" --list | awk '!seen[$2, $4]++ { print $1 }'; }

@test "the subset of the types gives the same instructions on every kernel" {
	needs zstd lz4 python3
	[ "$(id -u)" = 0 ] || skip "needs root"
	mapfile -t kernels < <(one_of_each)
	"$root/scripts/dev/test-kernels" --fetch "${kernels[@]}" >files 2>why ||
		[ -n "${REQUIRE_VM-}" ] || [ -s files ] || skip "$(tail -n 1 why)"
	cat why
	[ -z "${REQUIRE_VM-}" ] || expect "${#kernels[@]}" "$(wc -l <files)" "kernels"
	SIXTY_BTFS=$(xargs <files) "$build/test_relocations" >"$out" 2>&1 || { cat "$out"; return 1; }
	expect "$(wc -l <files)" "$(grep -cE ': [0-9]+ programs, [0-9]+ instructions' "$out")" "kernels compared"
}
