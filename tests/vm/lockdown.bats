#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bats file_tags=kernel
#
# Runs in a guest whose kernel lets no program read its memory: a tool that must read it refuses to
# start and prints the reason. biolatency and runqlat read only the arguments of their tracepoints:
# they run, except with options that need more. usestat has no BPF programs.

load ../lib

refused() {
	refuses 77 'locked down (confidentiality)' "$@" --duration 1
}

@test "execsnoop refuses: the kernel is locked down" { refused execsnoop; }
@test "opensnoop refuses: the kernel is locked down" { refused opensnoop; }
@test "tcpconnect refuses: the kernel is locked down" { refused tcpconnect; }
@test "cachestat refuses: the kernel is locked down" { refused cachestat; }
@test "fsslower refuses: the kernel is locked down" {
	for tool in fsslower ext4slower xfsslower btrfsslower; do
		refused "$tool"
	done
}
@test "gethostlatency refuses: the kernel is locked down" { refused gethostlatency; }
@test "biosnoop refuses: the kernel is locked down" { refused biosnoop; }
@test "tcpaccept refuses: the kernel is locked down" { refused tcpaccept; }
@test "tcpretrans refuses: the kernel is locked down" { refused tcpretrans; }
@test "profile refuses: the kernel is locked down" { refused profile; }

@test "biolatency: counts, but refuses -c" {
	bats --filter-tags smoke "$root/tests/live/biolatency.bats"
	mkdir -p "$(cgroup2)/lockdown$$"
	refused biolatency -c "$(cgroup2)/lockdown$$"
	rmdir "$(cgroup2)/lockdown$$"
}

@test "usestat: runs, since it has no BPF programs" {
	bats --filter-tags smoke "$root/tests/live/usestat.bats"
}

@test "runqlat: counts, but refuses -P" {
	bats --filter-tags smoke "$root/tests/live/runqlat.bats"
	refused runqlat -P
}
