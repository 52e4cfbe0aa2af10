#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bats file_tags=kernel
#
# Runs in a guest whose kernel has no type information: each tool reports that, and the remedy. With
# --btf (init starts the tools this way) they run where they can.

load ../lib

build=/sixty/build

@test "every tool reports that the kernel has no BTF" {
	for source in "$root"/tools/*/*.bpf.c; do
		refuses 69 BTF "$(basename "$source" .bpf.c)" --duration 1
	done
}
