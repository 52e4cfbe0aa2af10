#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# biosnoop with requests of known sector, size and process to our own loop device.

load ../lib
load ../disk
counts_interrupts BLOCK

own_setup() {
	mounted=''
	disk_setup
}

own_teardown() {
	disk_teardown
	if [ -n "$mounted" ]; then umount -l "$mounted"; fi
}

scheduler() {
	echo "$1" >"/sys/block/$disk/queue/scheduler" 2>/dev/null || skip "no scheduler $1 here"
}

# io ARGUMENT...: run disk_io under a unique name; $truth has its own measurements.
io() {
	program=${program:-$(own disk_io)}
	comm=${program##*/}
	"$program" "$@" >"$BATS_TEST_TMPDIR/truth"
	pid=$(truth pid)
}

# events [FILTER [EXPRESSION]]: print one line per event.
events() { jq -c "select(.type == \"event\" and (${1:-true})) | ${2:-.}" "$out"; }
count() { events "$@" | wc -l; }

# all_by_us: expect the workload's pid and name in every event.
all_by_us() {
	expect 0 "$(count ".pid != $pid or .comm != \"$comm\"")" "events of others"
}

# bats test_tags=kernel,smoke
@test "23 reads: each with its sector, bytes, kind and process, in order" {
	make_loop
	tool_start biosnoop --json -d "$loop"
	io "$loop" read 23 4096
	tool_stop
	expect 0 "$status"
	expect "$(for ((i = 0; i < 23; i++)); do echo "[\"$disk\",$((8192 + i * 24)),4096,\"read\",\"R\",0]"; done)" \
		"$(events true '[.disk, .sector, .bytes, .operation, .rwbs[:1], .error]')" requests
	all_by_us
	expect 0 "$(lost)"
}

@test "sizes and writes" {
	make_loop
	tool_start biosnoop --json -d "$loop"
	io "$loop" sizes 23 1024
	io "$loop" write 23
	tool_stop
	expect "$(for ((i = 0; i < 23; i++)); do echo "[$((2048 + i * 128)),$((4096 * (1 + i % 8))),\"R\"]"; done
		for ((i = 0; i < 23; i++)); do echo "[$((i * 24)),4096,\"W\"]"; done)" \
		"$(events true '[.sector, .bytes, .rwbs[:1]]')" requests
	expect 23 "$(count '.rwbs == "WS" and .operation == "write" and (.flags | index("sync")) != null')"
	expect 0 "$(lost)"
}

@test "the table shows the same values" {
	make_loop
	tool_start biosnoop -d "$loop"
	io "$loop" read 23
	tool_stop
	expect "TIME(s) COMM PID DISK T SECTOR BYTES LAT(ms)" "$(head -n 1 "$out" | xargs)"
	expect 23 "$(grep -cE "^[0-9]+\.[0-9]{6} +$comm +$pid +$disk +RS? +[0-9]+ +4096 +[0-9]+\.[0-9]{3}\$" "$out")"
	expect 24 "$(wc -l <"$out")"
}

@test "latencies stay below what the program measured" {
	make_loop
	tool_start biosnoop --json -d "$loop"
	io "$loop" read 997
	tool_stop
	expect 997 "$(count)"
	sum=$(events true .latency_ns | awk '{ n += $1 } END { printf "%d", n / 1000 }')
	max=$(events true .latency_ns | sort -n | tail -n 1)
	echo "sum $sum of $(truth sum_us), max $((max / 1000)) of $(truth max_us)"
	[ "$sum" -le "$(truth sum_us)" ]
	[ $((max / 1000)) -le "$(truth max_us)" ]
	[ "$sum" -ge $(($(truth sum_us) / 10)) ]
}

# two_at_once: with a scheduler a request is issued by whichever process runs the queue.
two_at_once() {
	local i other
	program=$(own disk_io)
	cp "$program" "$program.b"
	tool_start biosnoop --json -d "$loop"
	for i in 1 2 3 4 5; do
		"$program.b" "$loop" batch 97 32768 >"$BATS_TEST_TMPDIR/other" &
		other=$!
		io "$loop" batch 97
		wait "$other"
		expect 97 "$(wait_events $((194 * i)); count ".pid == $pid and .comm == \"$comm\" and .sector < 65536")"
		expect 97 "$(count ".pid == $other and .comm == \"$comm.b\" and .sector >= 65536")"
	done
	tool_stop
	expect 970 "$(count)"
	expect 0 "$(lost)"
}
wait_events() { wait_for 5 enough_events "$1"; }
enough_events() { [ "$(grep -c '"type":"event"' "$out")" -ge "$1" ]; }

# bats test_tags=kernel
@test "requests of two concurrent processes are attributed correctly, without a scheduler" {
	make_loop
	scheduler none
	two_at_once
}

# bats test_tags=kernel
@test "requests of two concurrent processes are attributed correctly, with mq-deadline" {
	make_loop
	scheduler mq-deadline
	two_at_once
}

# bats test_tags=kernel
@test "a flush belongs to the process that requested it, with and without a scheduler" {
	make_loop
	grep -q 'write back' "/sys/block/$disk/queue/write_cache" || skip "no cache to flush"
	for scheduler in none mq-deadline; do
		grep -q "$scheduler" "/sys/block/$disk/queue/scheduler" || continue
		echo "$scheduler" >"/sys/block/$disk/queue/scheduler"
		tool_start biosnoop --json -d "$loop"
		io "$loop" sync 23
		tool_stop
		expect 23 "$(count '.operation == "write" and .bytes == 4096')"
		[ "$(count '.operation == "flush"')" -ge 23 ]
		expect 0 "$(count '.operation == "flush" and (.rwbs != "FF" or .bytes != 0 or has("sector"))')"
		all_by_us
		expect 0 "$(lost)"
	done
}

# bats test_tags=kernel,all
@test "bios merged into a request: all bytes, the process of the first" {
	make_loop
	echo 0 >"/sys/block/$disk/queue/nomerges"
	for order in merge reverse; do
		tool_start biosnoop --json -d "$loop"
		io "$loop" "$order" 97
		tool_stop
		expect $((97 * 4096)) "$(events true .bytes | awk '{ n += $1 } END { print n }')"
		[ "$(count)" -lt 97 ]
		all_by_us
	done
}

# The program only fills the page cache; its fsync() then writes it as the same process.
# bats test_tags=kernel
@test "buffered writes and fsync: all bytes, by the process that wrote them out" {
	make_loop
	tool_start biosnoop --json -d "$loop"
	io "$loop" buffered 23
	tool_stop
	expect $((23 * 4096)) "$(events '.operation == "write"' .bytes | awk '{ n += $1 } END { print n }')"
	events '.operation == "write"' '[.comm, .pid]' | sort | uniq -c
	expect 0 "$(count ".comm != \"$comm\" and (.comm | startswith(\"kworker\") | not)")"
}

@test "-P: sequential or random, relative to the end of the previous request" {
	make_loop
	tool_start biosnoop --json -P -d "$loop"
	io "$loop" next 23 8192
	io "$loop" read 23
	tool_stop
	expect "unknown" "$(events true .pattern | jq -r . | head -n 1)"
	expect 22 "$(count '.sector >= 16384 and .pattern == "sequential"')"
	expect 23 "$(count '.sector < 16384 and .pattern == "random"')"
	tool_start biosnoop -P -d "$loop"
	io "$loop" next 23
	tool_stop
	expect "?" "$(awk 'NR == 2 { print $8 }' "$out")"
	expect 22 "$(awk '$8 == "S"' "$out" | wc -l)"
}

@test "-Q: the time in the queue" {
	make_loop
	tool_start biosnoop -Q -d "$loop"
	io "$loop" batch 97
	tool_stop
	expect "QUE(ms) LAT(ms)" "$(head -n 1 "$out" | awk '{ print $(NF - 1), $NF }')"
	expect 97 "$(awk 'NR > 1 && $(NF - 1) >= 0 && $(NF - 1) ~ /^[0-9.]+$/' "$out" | wc -l)"
	tool_start biosnoop --json -d "$loop"
	io "$loop" batch 97
	tool_stop
	expect 97 "$(count ".queue_ns >= 0 and .queue_ns + .latency_ns <= $(truth max_us)000")"
}

# bats test_tags=all
@test "-Q and the process without the queue's statistics" {
	make_loop
	echo 0 >"/sys/block/$disk/queue/iostats"
	tool_start biosnoop --json -d "$loop"
	io "$loop" read 23
	tool_stop
	echo 1 >"/sys/block/$disk/queue/iostats"
	expect 23 "$(count 'has("queue_ns")')"
	all_by_us
}

@test "-m: only requests that took at least that long" {
	make_loop
	tool_start biosnoop --json -m 10000 -d "$loop"
	io "$loop" read 23
	tool_stop
	expect 0 "$(count)"
	tool_start biosnoop --json -m 0.001 -d "$loop"
	io "$loop" read 23
	tool_stop
	expect 23 "$(count '.latency_ns >= 1000')"
	tool_start biosnoop --json -m 0.02 -d "$loop"
	io "$loop" batch 97
	tool_stop
	expect "$(count)" "$(count '.latency_ns >= 20000')"
}

@test "-d with a partition; JSON has its name" {
	partitions
	tool_start biosnoop --json -d "${loop}p2"
	io "${loop}p1" read 11
	io "${loop}p2" read 23
	tool_stop
	expect 23 "$(count ".disk == \"$disk\" and .partition == \"${disk}p2\"")"
	expect 23 "$(count)"
	expect 34816 "$(events true .sector | head -n 1)" "the first sector, from the start of the disk"
}

@test "-d with the whole disk shows its partitions" {
	partitions
	tool_start biosnoop --json -d "$disk"
	io "${loop}p1" read 11
	io "${loop}p2" read 23
	io "$loop" read 5
	tool_stop
	expect "11 23 5" "$(count ".partition == \"${disk}p1\"") $(count ".partition == \"${disk}p2\"") $(count 'has("partition") | not')"
}

@test "-p and -u: only requests of that process or user" {
	make_loop
	tool_start biosnoop --json -p $$ -d "$loop"
	io "$loop" read 23
	tool_stop
	expect 0 "$(count)"
	tool_start biosnoop --json -u 65534 -d "$loop"
	io "$loop" read 23
	tool_stop
	expect 0 "$(count)"
	expect 0 "$(lost)"
	tool_start biosnoop --json -u root -d "$loop"
	io "$loop" sync 23
	tool_stop
	expect 23 "$(count '.operation == "write" and .bytes == 4096 and .uid == 0')"
	all_by_us
}

# bats test_tags=kernel
@test "-c: the requests of the cgroup's tasks, including their flushes" {
	mount=$(cgroup2)
	make_loop
	group=$mount/sixty-bio-$$
	mkdir "$group"
	tool_start biosnoop --json -c "$group" -d "$loop"
	io "$loop" sync 11
	(echo "$BASHPID" >"$group/cgroup.procs" && io "$loop" sync 23)
	tool_stop
	pid=$(truth pid)
	comm=${program:-$(events true .comm | jq -r . | head -n 1)}
	comm=${comm##*/}
	expect 23 "$(count '.operation == "write" and .bytes == 4096')"
	all_by_us
	expect 0 "$(count ".cgroup != \"/sixty-bio-$$\"")"
	expect 0 "$(lost)"
}

# bats test_tags=kernel
@test "a failed request shows its error" {
	mounted=$BATS_TEST_TMPDIR/small
	mkdir "$mounted"
	mount -t tmpfs -o size=1M none "$mounted" || { mounted=''; skip "no tmpfs can be mounted"; }
	image=$mounted/image
	truncate -s 8M "$image"
	make_loop
	tool_start biosnoop --json -d "$loop"
	io "$loop" write 600 || true		# there is no room for the 257th page
	tool_stop
	expect 1 "$(count '.error != 0')"
	expect "$(truth errno)" "$(events '.error != 0' .error)"
	losetup -d "$loop"
	loop=''
}

# bats test_tags=kernel,all
@test "started under load: no request is attributed to the wrong process" {
	make_loop
	program=$(own disk_io)
	(for _ in $(seq 40); do "$program" "$loop" batch 128; done >"$BATS_TEST_TMPDIR/truth") &
	load=$!
	tool_start biosnoop --json -d "$loop"
	wait "$load"
	tool_stop
	comm=${program##*/}
	[ "$(count ".comm == \"$comm\"")" -ge 128 ]
	expect 0 "$(count ".comm != \"$comm\" and .comm != \"?\"")"
	[ "$(count '.comm == "?"')" -le 128 ]
}

@test "-t prints the time of day; [DURATION] ends it" {
	make_loop
	run_tool biosnoop -t -d "$loop" 1
	expect 0 "$status"
	expect TIME "$(awk 'NR == 1 { print $1 }' "$out")"
	tool_start biosnoop -t -d "$loop"
	io "$loop" read 3
	tool_stop
	expect 3 "$(grep -cE '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} ' "$out")"
}

# bats test_tags=kernel,all
@test "a device-mapper disk is refused, and the message names the disk below" {
	needs dmsetup
	make_loop
	DM_DISABLE_UDEV=1 dmsetup create "sixty$$" --table "0 2048 linear $loop 0" 2>/dev/null || skip "no device mapper"
	run_tool biosnoop -d "/dev/mapper/sixty$$"
	dmsetup remove "sixty$$"
	expect 64 "$status"
	grep -q "bio-based.*$disk" "$err"
}

# bats test_tags=kernel,all
@test "I/O to a device-mapper disk is shown for the disk below, with its process" {
	needs dmsetup
	make_loop
	DM_DISABLE_UDEV=1 dmsetup create "sixty$$" --table "0 65536 linear $loop 0" 2>/dev/null || skip "no device mapper"
	tool_start biosnoop --json -d "$loop"
	io "/dev/mapper/sixty$$" read 23 || true
	tool_stop
	dmsetup remove "sixty$$"
	expect 23 "$(count ".pid == $pid and .comm == \"$comm\" and .bytes == 4096")"
}

# bats test_tags=kernel,all
@test "a disk recreated with the same name and number is another one" {
	begin() { tool_start biosnoop --json -P -d "$loop"; }
	reads() { io "$loop" read "$1"; }
	loop_lives begin reads
	tool_stop
	expect "23 $disk ${seqs[0]} 11 $disk ${seqs[1]} 7 $disk ${seqs[2]}" \
		"$(events ".comm == \"$comm\"" '"\(.disk) \(.diskseq)"' | jq -r . | uniq -c | xargs)"
	for seq in "${seqs[@]}"; do
		expect '"unknown"' "$(events ".diskseq == $seq" .pattern | head -n 1)" "first pattern"
	done
}

@test "invalid options are refused before anything is attached" {
	refuses 64 "there is no disk or partition 'nosuch'; disks here:" biosnoop -d nosuch
	refuses 64 'there is no disk' biosnoop -d ''
	for bad in abc '' -1 0x10 1e3; do
		refuses 64 "'$bad'" biosnoop -m "$bad"
	done
	for bad in abc '' 0 1.5; do
		refuses 64 "'$bad'" biosnoop "$bad"
	done
	refuses 64 '' biosnoop 1 1
	refuses 64 'cgroup' biosnoop -c /no/cgroup
}
