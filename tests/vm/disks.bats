#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bats file_tags=kernel
#
# Runs in a guest, whose disks no one else uses: a known number of requests to disks of every kind,
# compared with the disks' own statistics.

load ../lib

own_teardown() {
	[ -z "$mapped" ] || dmsetup remove "$mapped"
	[ ! -b /dev/nullb0 ] || modprobe -r null_blk	# another test loads it with other parameters
	! grep -q "$BATS_TEST_TMPDIR" /proc/self/mounts || umount "$BATS_TEST_TMPDIR/fs"
}

# Fields of /sys/block/DISK/stat: requests read, written, and flushed.
stat_of() { awk '{ print $1, $5, $16 }' "/sys/class/block/$1/stat"; }

io() { "$(workload disk_io)" "/dev/$1" "$2" "$3" >>truth; }

counted() { jq -s "map(select(.type == \"hist\" and ($1)).count) | add // 0" "$out"; }

# agrees DISK [BELOW]: compare its reads, writes and flushes with the disk's statistics; for a disk
# without requests, use the disk BELOW. The statistics also count a flush as an empty write.
agrees() {
	local below=${2:-$1} before after flushed
	[ -b "/dev/$1" ] || skip "no $1 here"
	tool_start biolatency --json -F -d "$below"
	before=$(stat_of "$below")
	io "$1" read 23
	io "$1" write 29
	after=$(stat_of "$below")
	io "$1" flush 1
	flushed=$(stat_of "$below")
	tool_stop
	expect 0 "$status" "exit status"
	read -r r0 w0 f0 r1 w1 f1 _ _ f2 <<<"$before $after $flushed"
	expect "23 29 0" "$((r1 - r0)) $((w1 - w0)) $((f1 - f0))" "requests by the disk's statistics"
	expect "23 29 $((f2 - f1))" "$(counted '.operation == "read"') $(counted \
		'.operation == "write"') $(counted '.operation == "flush"')" "requests counted"
	expect 0 "$(jq -s '.[-1].lost' "$out")" lost
}

@test "biolatency: a virtio disk" { agrees vda; }

@test "biolatency: an NVMe disk" { agrees nvme0n1; }

@test "biolatency: a partition of an NVMe disk, without its neighbour" {
	[ -b /dev/nvme0n1 ] || skip "no nvme0n1 here"
	partition add /dev/nvme0n1 1 2048 32768
	partition add /dev/nvme0n1 2 34816 32768
	wait_for 5 test -b /dev/nvme0n1p2
	tool_start biolatency --json -d nvme0n1p1
	io nvme0n1p1 read 23
	io nvme0n1p2 read 29
	tool_stop
	partition del /dev/nvme0n1 1
	partition del /dev/nvme0n1 2
	expect 23 "$(counted true)" "requests to the partition"
}

@test "biolatency: a disk with a queue for each CPU" {
	modprobe -q null_blk nr_devices=1 submit_queues=2 memory_backed=1 gb=1 ||
		skip "this kernel has no null_blk"
	wait_for 5 test -b /dev/nullb0
	tool_start biolatency --json -d nullb0
	taskset -c 0 "$(workload disk_io)" /dev/nullb0 read 23 >>truth &
	taskset -c 1 "$(workload disk_io)" /dev/nullb0 read 23 >>truth
	wait $!
	tool_stop
	expect 46 "$(counted true)" requests
}

@test "biolatency: through a device-mapper disk to the NVMe below" {
	[ -b /dev/nvme0n1 ] || skip "no nvme0n1 here"
	mapped=below$$
	dmsetup create "$mapped" --table "0 65536 linear /dev/nvme0n1 0" || skip "no device mapper"
	[ -e "/dev/mapper/$mapped" ] || dmsetup mknodes
	agrees "mapper/$mapped" nvme0n1
}

@test "cachestat: a file on an NVMe disk, cold and warm" {
	[ -b /dev/nvme0n1 ] || skip "no nvme0n1 here"
	mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 /dev/nvme0n1
	mkdir fs
	mount /dev/nvme0n1 fs
	dd if=/dev/zero of=fs/file bs=4096 count=997 conv=fsync status=none
	for wanted in "0 997" "997 0"; do
		[ "$wanted" != "0 997" ] || dd of=fs/file oflag=nocache conv=notrunc count=0 status=none
		tool_start cachestat --json 60
		taskset -c 0 dd if=fs/file of=/dev/null bs=4096 status=none
		tool_stop
		row=$(jq -r 'select(.type == "row") | "\(.hits) \(.misses)"' "$out")
		echo "hits and misses $row, wanted at least $wanted"
		[ "${row% *}" -ge "${wanted% *}" ]
		[ "${row#* }" -ge "${wanted#* }" ]
		[ "${row#* }" -le $((${wanted#* } + 97)) ]	# dd's own libraries
	done
}
