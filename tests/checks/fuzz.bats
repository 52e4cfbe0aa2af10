#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The parsers of untrusted input, on mutated data: tests/fuzz/README.md.

load ../lib

@test "fuzz: no input breaks a parser or costs the report" {
	needs clang
	make -C "$root" -s fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-60}"
}
