#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The releases that README promises, each in a fresh system on this kernel.
#
# Runs alone: sixty measures the machine.

load ../lib

# in_release DISTRIBUTION SUITE COMMAND...
in_release() {
	local status=0
	"$root/tests/distros/chroot" "$@" >"$out" 2>"$err" || status=$?
	[ "$status" != 77 ] || skip "$(tail -n 1 "$err")"
	[ "$status" = 0 ]
}

quickstart_in() {
	in_release "$@" scripts/quickstart -- --seconds 10
	expect "COLLECTORS  24 of 24 ok" "$(grep -oE "^COLLECTORS  [0-9]+ of [0-9]+ ok" "$out")"
}

@test "quickstart on Debian 13: every collector is ok" { quickstart_in debian trixie; }
@test "quickstart on Ubuntu 24.04: every collector is ok" { quickstart_in ubuntu noble; }

# package_in DISTRIBUTION SUITE: build the packages with its compilers, and load every installed
# tool.
package_in() {
	in_release "$@" tests/distros/package
	expect "$(make -s -C "$root" list-tools | wc -l)" "$(sed -n 2p "$out")" "installed tools"
	expect "checklist PASS load PASS" "$(awk '$2 == "PASS" || $2 == "FAIL" || $2 == "SKIP" { print $1, $2 }' "$out" | xargs)"
	grep -qx 'nothing is left' "$out"
}

@test "the packages on Debian 12: built, installed, autopkgtest, removed" { package_in debian bookworm; }
@test "the packages on Debian 13: built, installed, autopkgtest, removed" { package_in debian trixie; }
@test "the packages on Debian sid: built, installed, autopkgtest, removed" { package_in debian sid; }
@test "the packages on Ubuntu 24.04: built, installed, autopkgtest, removed" { package_in ubuntu noble; }

# scripts/test by default runs what needs no other kernel.
@test "the tests that need no other kernel pass on Debian 13" { in_release debian trixie scripts/test; }
@test "the tests that need no other kernel pass on Ubuntu 24.04" { in_release ubuntu noble scripts/test; }
