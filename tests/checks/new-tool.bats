#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The result of scripts/dev/new-tool builds, runs and passes its own tests.

load ../lib

own_setup() { needs clang make; }

@test "new-tool: the result builds, counts, and has its documents" {
	(cd "$root" && cp -pR Makefile bpf common docs vmlinux scripts tests "$BATS_TEST_TMPDIR")
	mkdir tools
	scripts/dev/new-tool filelife
	make -j"$(nproc)" generate >log 2>&1 || { tail -n 20 log; return 1; }
	make -j"$(nproc)" build/filelife build/filelife.8 build/test_filelife >log 2>&1 ||
		{ tail -n 20 log; return 1; }
	build/test_filelife
	mandoc -T lint -W warning build/filelife.8
	[ "$(id -u)" = 0 ] || skip "not root: built, but not run"
	bats tests/live/filelife.bats
	build/filelife --json --duration 1 | /usr/bin/python3 -W ignore tests/validate.py filelife
}

@test "new-tool: bad names and existing tools are refused" {
	run "$root/scripts/dev/new-tool" ../x
	expect 64 "$status"
	run "$root/scripts/dev/new-tool" execsnoop
	expect 1 "$status"
}
