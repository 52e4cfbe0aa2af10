#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Compare vmlinux/vmlinux.h, which is maintained by hand, with this kernel.

load ../lib

own_setup() {
	needs bpftool clang
	[ -r /sys/kernel/btf/vmlinux ] || skip "no /sys/kernel/btf/vmlinux"
}

@test "every field and tracepoint we use is in this kernel" {
	"$root/scripts/dev/check-vmlinux"
}

@test "a missing field and one of another size are reported" {
	mkdir -p tree/tools/x tree/bpf
	cp -r "$root/scripts" "$root/vmlinux" tree
	printf 'SEC("tp_btf/no_such_event")\n' >tree/tools/x/x.bpf.c
	touch tree/bpf/x.h
	sed -i 's/^\tpid_t pid, tgid;/\tu64 pid; pid_t tgid, tigid;/' tree/vmlinux/vmlinux.h
	run tree/scripts/dev/check-vmlinux
	expect 1 "$status"
	[[ $output == *"missing: task_struct.tigid"* ]]
	[[ $output == *"differs: task_struct.pid: 8 bytes here, 4 bytes there"* ]]
	[[ $output == *"missing: tracepoint no_such_event"* ]]
	sed -i 's/, tigid;/;\n\tint then;\t\/* since 5.9 *\//' tree/vmlinux/vmlinux.h
	run tree/scripts/dev/check-vmlinux --series 5.10
	[[ $output == *"missing: task_struct.then"* ]]
	run tree/scripts/dev/check-vmlinux --series 5.8
	[[ $output == *"absent: task_struct.then (since 5.9)"* ]]
	sed -i 's/since 5.9/CONFIG_SOME_THING/' tree/vmlinux/vmlinux.h
	run tree/scripts/dev/check-vmlinux
	[[ $output == *"absent: task_struct.then (without CONFIG_SOME_THING)"* ]]
}

@test "on another architecture other fields are required" {
	[ "$(uname -m)" = x86_64 ] || skip "written for x86-64"
	run "$root/scripts/dev/check-vmlinux" --arch arm64
	expect 1 "$status"
	[[ $output == *"missing: pt_regs.syscallno"* ]]
	[[ $output != *"missing: pt_regs.orig_ax"* ]]
	run "$root/scripts/dev/check-vmlinux" --arch
	expect 64 "$status"
}
