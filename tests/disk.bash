# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For the live tests of disks: `load ../disk` after ../lib. A loop device of our own, $loop, named $disk.
# shellcheck shell=bash disable=SC2034,SC2154

# disk_setup: make the file for the device; disk_teardown: remove everything.
disk_setup() {
	needs losetup truncate jq
	image=$BATS_TEST_TMPDIR/image
	loop='' disk='' group=''
	truncate -s 64M "$image"
}

disk_teardown() {
	local part
	if [ -n "$loop" ]; then
		for part in "$loop"p?; do	# they would outlive the image
			[ ! -b "$part" ] || partition del "$loop" "${part##*p}"
		done
		losetup -d "$loop"
	fi
	if [ -n "$group" ]; then rmdir "$group"; fi
}

make_loop() {
	loop=$(losetup -f --show "$image") || skip "no loop device can be made"
	disk=${loop#/dev/}
}

# Two partitions of 16 MB, without a partition table, which not every kernel reads.
partitions() {
	make_loop
	partition add "$loop" 1 2048 32768 || skip "no partitions on loop devices here"
	partition add "$loop" 2 34816 32768
	wait_for 5 test -b "${loop}p2" || skip "no device files for partitions"
}

# loop_lives FUNCTION COMMAND: call FUNCTION, which starts the tool, then COMMAND with 23, 11 and 7 during
# three lives of $loop, a loop device of our own: the second has another file, before the third it is
# removed and made again. ${seqs[@]} has their sequence numbers. In the end the device does not exist.
loop_lives() {
	local number=$((1000 + $$ % 1000)) requests
	loop=/dev/loop$number
	disk=${loop#/dev/}
	seqs=()
	compgen -G '/sys/block/*/diskseq' >/dev/null || skip "no sequence numbers of disks here"
	"$(workload loop_disk)" add "$number" || skip "no loop device can be made"
	for requests in 23 11 7; do
		if [ "$requests" = 7 ]; then
			loop_disk remove "$number"
			loop_disk add "$number"
		fi
		wait_for 5 losetup "$loop" "$image"
		seqs+=("$(cat "/sys/block/$disk/diskseq")")
		[ "$requests" != 23 ] || "$1"
		"$2" "$requests"
		losetup -d "$loop"
	done
	loop_disk remove "$number"
	loop=''
}

# loop_disk add|remove NUMBER: add or remove the loop device, as soon as no process has it open.
loop_disk() { wait_for 5 "$(workload loop_disk)" "$@" 2>/dev/null; }

truth() { awk -v key="$1" '$1 == key { print $2 }' "$BATS_TEST_TMPDIR/truth"; }
lost() { jq -s '.[-1].lost' "$out"; }
