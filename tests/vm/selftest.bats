#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bats file_tags=kernel
#
# Runs in a guest: it has the requested kernel, and what the live tests rely on.

# option NAME: print the value of sixty.NAME on the kernel's command line.
option() {
	sed -nE "s/.*sixty\.$1=([^ ]*).*/\1/p" /proc/cmdline
}

@test "the kernel is of the requested series" {
	[[ $(uname -r) == "$SIXTY_SERIES".* ]]
}

@test "the kernel has type information, or not, as requested" {
	[ -s /sys/kernel/btf/vmlinux ] || [ "$(option btf)" = off ]
}

# A locked-down kernel shows no tracefs even if it is mounted.
@test "tracefs is mounted, or not, as requested" {
	if [ "$(option tracefs)" = off ] || grep -q lockdown=confidentiality /proc/cmdline; then
		[ ! -e /sys/kernel/tracing/events ]
		[ ! -e /sys/kernel/debug/tracing ]
	else
		[ -e /sys/kernel/tracing/events/sched/sched_process_exec/id ]
	fi
}

@test "cgroups are of the requested version" {
	case $(option cgroup) in
	v1) [ ! -e /sys/fs/cgroup/cgroup.procs ] && [ -e /sys/fs/cgroup/memory/cgroup.procs ] ;;
	hybrid) [ -e /sys/fs/cgroup/unified/cgroup.procs ] && [ -e /sys/fs/cgroup/memory/cgroup.procs ] ;;
	*) [ -e /sys/fs/cgroup/cgroup.procs ] ;;
	esac
}

@test "the scratch disk is a writable ext4" {
	[ "$(stat -f -c %T /scratch)" = ext2/ext3 ]
	dd if=/dev/zero of=/scratch/selftest bs=64k count=16 oflag=direct
	rm /scratch/selftest
}

@test "the loopback interface is up" {
	ping -c 1 -W 5 127.0.0.1
}

@test "IPv6 is available unless switched off" {
	if grep -q ipv6.disable=1 /proc/cmdline; then
		[ ! -e /proc/net/if_inet6 ]
	else
		ping -c 1 -W 5 ::1
	fi
}

@test "no interrupt is hidden from BPF programs" {
	local seen=$BATS_TEST_TMPDIR/hidden observer status=0
	: >"$seen"
	"${SIXTY_BUILD:-/sixty/build}/workloads/hidden" TIMER SCHED NET_RX BLOCK >"$seen" 3>&- &
	observer=$!
	while [ ! -s "$seen" ] && kill -0 $observer; do sleep 0.1; done
	sleep 1
	kill $observer
	wait $observer || status=$?
	[ "$status" != 77 ] || skip "no program can be attached to softirq_entry"
	[ "$(tail -n 1 "$seen")" = 0 ]
}

@test "process substitution works" {
	[ "$(cat <(echo yes))" = yes ]
}

@test "the guest has the requested number of processors" {
	wanted=$(option smp)
	[ "$(nproc)" = "${wanted:-2}" ]
}

# The smallest program, "r0 = 0; exit", loaded with the bpf system call itself: no library, no tool.
@test "the kernel loads a BPF program" {
	perl -e '
		my %call = (x86_64 => 321, aarch64 => 280);
		my $code = pack("CCsl CCsl", 0xb7, 0, 0, 0, 0x95, 0, 0, 0);
		my $license = "GPL\0";
		my ($log, $socket_filter, $prog_load) = ("\0" x 4096, 1, 5);
		my $attr = pack("LL QQ LL Q x88", $socket_filter, 2, unpack("Q", pack("p", $code)),
			unpack("Q", pack("p", $license)), 1, length $log, unpack("Q", pack("p", $log)));
		my $machine = shift;
		syscall($call{$machine}, $prog_load, $attr, length $attr) >= 0 or die "bpf: $!\n$log\n"
	' "$(uname -m)"
}
