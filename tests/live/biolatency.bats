#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# biolatency with a known number of requests to our own loop device.

load ../lib
load ../disk
counts_interrupts BLOCK

own_setup() { disk_setup; }
own_teardown() { disk_teardown; }

io() { "$(workload disk_io)" "$@" >"$BATS_TEST_TMPDIR/truth"; }
counted() { jq -s "[.[] | select(.type == \"hist\" and ($1)) | .count] | add // 0" "$out"; }
# stat_field FIELD: print it from the kernel's statistics: 1 reads, 5 writes, 16 flushes.
stat_field() { awk -v field="$1" '{ print $field }' "/sys/block/${loop#/dev/}/stat"; }

# bats test_tags=kernel,smoke
@test "counts every read, like the kernel" {
	make_loop
	tool_start biolatency -j -d "$loop"
	before=$(stat_field 1)
	io "$loop" read 23
	expect 23 $(($(stat_field 1) - before)) "reads in stat"
	tool_stop
	expect 0 "$status"
	expect 23 "$(counted true)"
	expect 0 "$(lost)"
}

@test "sum and maximum stay below what the program measured" {
	make_loop
	tool_start biolatency -j -d "$loop"
	io "$loop" read 997
	tool_stop
	sum=$(jq -s 'map(select(.type == "hist")) | .[0].sum' "$out")
	max=$(jq -s 'map(select(.type == "hist")) | .[0].max' "$out")
	echo "sum $sum of $(truth sum_us), max $max of $(truth max_us)"
	[ "$sum" -le "$(truth sum_us)" ]
	[ "$max" -le "$(truth max_us)" ]
	# The system call itself takes a few microseconds, up to half of the measured time.
	[ "$sum" -ge $(($(truth sum_us) / 10)) ]
}

@test "a batch: each request counts, none is longer than the batch" {
	make_loop
	tool_start biolatency -j -d "$loop"
	io "$loop" batch 97
	tool_stop
	expect 97 "$(counted true)"
	max=$(jq -s 'map(select(.type == "hist")) | .[0].max' "$out")
	[ "$max" -le "$(truth max_us)" ]
}

# bats test_tags=kernel
@test "-F: reads, writes and flushes are separate, a write with its flush counts once" {
	make_loop
	grep -q 'write back' "/sys/block/${loop#/dev/}/queue/write_cache" || skip "no cache to flush"
	tool_start biolatency -j -F -d "$loop"
	before=$(stat_field 16)
	io "$loop" read 7
	io "$loop" sync 23
	flushes=$(($(stat_field 16) - before))
	tool_stop
	expect 7 "$(counted '.operation == "read"')"
	expect 23 "$(counted '.operation == "write"')"
	expect 23 "$(counted '.operation == "write" and (.flags | index("sync")) != null')"
	[ "$flushes" -ge 23 ]
	expect "$flushes" "$(counted '.operation == "flush"')"
	expect 0 "$(lost)"
}

@test "-F as text prints operation and flags" {
	make_loop
	tool_start biolatency -F -d "$loop"
	io "$loop" write 3
	tool_stop
	grep -q '^flags = .*Sync.*-Write$' "$out"
}

@test "-D prints the name of the disk" {
	make_loop
	tool_start biolatency -D -j
	io "$loop" read 23
	tool_stop
	expect 23 "$(counted ".disk == \"${loop#/dev/}\"")"
}

# Uses writes, because a device manager may read a new disk.
# bats test_tags=kernel,all
@test "-D: a disk recreated with the same name and number counts as another one" {
	begin() { tool_start biolatency -DF -j -d "$loop"; }
	writes() { io "$loop" write "$1"; }
	loop_lives begin writes
	tool_stop
	expect "23 $disk ${seqs[0]} 11 $disk ${seqs[1]} 7 $disk ${seqs[2]}" "$(jq -r \
		'select(.operation == "write") | "\(.count) \(.disk) \(.diskseq)"' "$out" | xargs)"
	expect 0 "$(lost)"
}

@test "-D and -F together" {
	make_loop
	tool_start biolatency -DF -j
	io "$loop" read 23
	tool_stop
	expect 23 "$(counted ".disk == \"${loop#/dev/}\" and .operation == \"read\"")"
}

# bats test_tags=kernel
@test "-Q is never shorter, and counts the same requests" {
	make_loop
	tool_start biolatency -Q -j -d "$loop"
	io "$loop" batch 97
	tool_stop
	expect 97 "$(counted true)"
	expect 0 "$(lost)"
}

# bats test_tags=all
@test "-Q without the queue's statistics measures from the issue" {
	make_loop
	echo 0 >"/sys/block/${loop#/dev/}/queue/iostats"
	tool_start biolatency -Q -j -d "$loop"
	io "$loop" read 23
	tool_stop
	echo 1 >"/sys/block/${loop#/dev/}/queue/iostats"
	expect 23 "$(counted true)"
	expect 0 "$(lost)"
}

# bats test_tags=kernel
@test "intervals lose nothing" {
	make_loop
	tool_start biolatency -j -d "$loop" 1
	for _ in 1 2 3 4 5 6; do
		io "$loop" read 499
		read -rt 0.4 <> <(:) || true
	done
	tool_stop
	[ "$(jq -s 'map(select(.type == "hist")) | length' "$out")" -ge 2 ]
	expect 2994 "$(counted true)"
	expect 0 "$(lost)"
}

# bats test_tags=kernel
@test "-d with a partition counts only that partition" {
	partitions
	tool_start biolatency -j -d "${loop}p2"
	io "${loop}p1" read 11
	io "${loop}p2" read 23
	tool_stop
	expect 23 "$(counted true)"
}

@test "-d with the whole disk counts its partitions" {
	partitions
	tool_start biolatency -j -d "${loop#/dev/}"
	io "${loop}p1" read 11
	io "${loop}p2" read 23
	tool_stop
	expect 34 "$(counted true)"
}

# The owner of the request counts, not the task that its completion interrupted.
# bats test_tags=kernel
@test "-c counts the requests of the cgroup's tasks" {
	mount=$(cgroup2)
	make_loop
	group=$mount/sixty-bio-$$
	mkdir "$group"
	tool_start biolatency -j -c "$group" -d "$loop"
	io "$loop" read 11
	(echo "$BASHPID" >"$group/cgroup.procs" && io "$loop" read 23)
	tool_stop
	expect 23 "$(counted true)"
	expect 0 "$(lost)"
}

# bats test_tags=all
@test "-c counts requests charged to the cgroup by the io controller" {
	mount=$(cgroup2)
	grep -qw io "$mount/cgroup.controllers" || skip "no io controller in cgroup2 here"
	echo +io >"$mount/cgroup.subtree_control"
	make_loop
	group=$mount/sixty-bio-$$
	mkdir "$group"
	tool_start biolatency -j -c "$group" -d "$loop"
	io "$loop" read 11
	(echo "$BASHPID" >"$group/cgroup.procs" && io "$loop" batch 23)
	tool_stop
	expect 23 "$(counted true)"
}

@test "-e prints average, total and count" {
	make_loop
	tool_start biolatency -e -d "$loop"
	io "$loop" read 23
	tool_stop
	grep -qE '^avg = [0-9]+ usecs, total: [0-9]+ usecs, count: 23$' "$out"
}

@test "--disk DISK is -d, not -D" {
	make_loop
	run_tool biolatency --disk "$loop" -j 1 1
	expect 0 "$status"
	expect 0 "$(counted '.disk')"
}

# bats test_tags=kernel,all
@test "a device-mapper disk is refused, and the message names the disk below" {
	needs dmsetup
	make_loop
	DM_DISABLE_UDEV=1 dmsetup create "sixty$$" --table "0 2048 linear $loop 0" 2>/dev/null || skip "no device mapper"
	run_tool biolatency -d "/dev/mapper/sixty$$"
	dmsetup remove "sixty$$"
	expect 64 "$status"
	grep -q "bio-based.*${loop#/dev/}" "$err"
}

# bats test_tags=kernel,all
@test "a bio-based disk is refused" {
	disk=$(for d in /sys/block/*; do [ -e "$d/mq" ] || echo "${d##*/}"; done | head -n 1)
	[ -n "$disk" ] || skip "no bio-based disk on this machine"
	refuses 64 bio-based biolatency -d "$disk"
}

@test "invalid options are refused before anything is attached" {
	refuses 64 "there is no disk or partition 'nosuch'; disks here:" biolatency -d nosuch
	refuses 64 'there is no disk' biolatency -d ''
	refuses 64 'there is no disk' biolatency -d /etc/passwd
	refuses 64 'there is no disk' biolatency -d 4000:77
	for interval in abc '' 0 0x10 4294967296 1.5 -1; do
		refuses 64 'invalid interval' biolatency -- "$interval"
	done
	refuses 64 'invalid count' biolatency 1 0
	refuses 64 'cgroup' biolatency -c /no/cgroup
	refuses 64 'cgroup' biolatency -c /etc
	refuses 64 'cgroup' biolatency -c ''
}
