#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# Unit tests of code that differs by architecture, built for arm64 and run in an emulator.
#
# bats file_tags=all

load ../lib

# arm64_cmocka: set $sysroot to a tree with cmocka for arm64, from its Debian packages.
arm64_cmocka() {
	local release CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sixty
	. "$root/tests/vm/debian.sh"
	release=$(debian_codename)
	sysroot=$CACHE/cmocka-arm64-$release
	[ ! -e "$sysroot/complete" ] || return 0
	debian_open "$release" arm64
	debian_fetch "$release" arm64 "$sysroot" libcmocka-dev libcmocka0 >log 2>&1 ||
		skip "no cmocka for arm64: $(debian_why "$release" arm64)"
	touch "$sysroot/complete"
}

# arm64_test NAME SOURCE...: build that unit test with these files of common/, and run it.
arm64_test() {
	local name=$1 file lib=$sysroot/usr/lib/aarch64-linux-gnu
	local -a sources=("$root/tests/unit/test_$name.c")
	shift
	for file; do
		sources+=("$root/common/$file.c")
	done
	aarch64-linux-gnu-gcc -std=gnu11 -O2 -Wall -Werror -D_GNU_SOURCE -I "$root/common" -I "$root/bpf" \
		-idirafter "$sysroot/usr/include" "${sources[@]}" -L "$lib" -lcmocka -o "test_$name"
	qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH="$lib" "./test_$name"
}

@test "arm64: unwinding and call frame information" {
	local sysroot
	needs aarch64-linux-gnu-gcc qemu-aarch64-static
	[ -d /usr/aarch64-linux-gnu/lib ] || skip "no libc6-dev-arm64-cross"
	arm64_cmocka
	arm64_test unwind symbols/{unwind,unwind_expression,unwind_epilogue,cfi,cfi_program,cfi_records} \
		core/{text,put,xalloc}
	arm64_test cfi symbols/{cfi,cfi_program,cfi_records} core/{text,put,xalloc}
}
