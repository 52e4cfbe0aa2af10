#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# fsslower, ext4slower, xfsslower and btrfsslower, compared with the measurements of the
# program that performs the operations, for each kind of hook in turn.
# shellcheck disable=SC2030,SC2031,SC2154

load ../lib

own_setup() {
	needs jq mount losetup
	program=$(own fileops)
	name=${program##*/}
	mounted=
	slack_ns=50000
	! emulated || slack_ns=1000000
	dir=$BATS_TEST_TMPDIR
}

own_teardown() {
	[ -z "$mounted" ] || umount "$mounted"
}

# file_system TYPE: create one and mount it; $dir is a directory in it.
file_system() {
	needs "mkfs.$1"
	truncate -s 400M "$BATS_TEST_TMPDIR/image"
	"mkfs.$1" "$BATS_TEST_TMPDIR/image" >mkfs.log 2>&1 || { cat mkfs.log; return 1; }
	mkdir "$BATS_TEST_TMPDIR/fs"
	mount -t "$1" -o loop "$BATS_TEST_TMPDIR/image" "$BATS_TEST_TMPDIR/fs" 2>mount.log ||
		skip "cannot mount $1: $(head -n 1 mount.log)"
	mounted=$BATS_TEST_TMPDIR/fs
	dir=$mounted
	file=$dir/the-file
	head -c $((24 * 16384)) /dev/urandom >"$file"
	sync "$file"
}

# do_ops KIND [FILE [OTHER]]: perform 23 of them; the file truth has the program's measurements.
do_ops() {
	local rc=0
	"$program" "$1" 23 "${2-$file}" ${3+"$3"} >truth || rc=$?
	[ "$rc" -ne 2 ] || skip "this machine has no such call"
	expect 0 "$rc" "exit status of the workload"
	expect 23 "$(wc -l <truth)" "operations"
}

# events OPERATION [FILE]: print the workload's events as JSON.
events() {
	jq -c --arg comm "$name" --arg op "$1" --arg file "${2-$file}" 'select(.type == "event" and
		.comm == $comm and .op == $op and .file == $file)' "$out"
}

# ways TOOL: print the kinds of hooks that this kernel has for it, or claims to have.
ways() {
	local way hook list=$BATS_FILE_TMPDIR/ways.$1
	[ -s "$list" ] || for way in fentry kprobe syscall; do
		hook=$(SIXTY_HOOKS=$way "$build/$1" --json -m 100000 | head -n 1 | jq -r '.hooks[0]')
		case $way:$hook in
		fentry:fentry/* | kprobe:kprobe/* | syscall:tp_btf/sys_enter) echo $way ;;
		*:) echo $way ;;	# it did not start: let the test fail
		esac
	done >"$list"
	cat "$list"
}

# lasted: compare pairs of times in ns on standard input (tool, program).  At least 20 of 23 must
# agree within 20 % and 50 us (more under emulation); task switches next to the clock reading spoil
# the others.  No time may be longer than the program's, which includes it.
lasted() {
	awk -v slack="$slack_ns" '
		$1 > $2 { long++ }
		$2 - $1 <= $2 / 5 + slack { near++ }
		END {
			if (near * 23 >= NR * 20 && !long)
				exit
			print near + 0 " near, " long + 0 " too long of " NR
			exit 1
		}'
}

# transfers: print the truth as lines "error bytes offset", null where a failed operation has none.
transfers() {
	awk '{ print ($1 < 0 ? -$1 : 0), ($1 < 0 ? "null" : $1), $2 }'
}

# in_short: print events in the format of transfers().
in_short() {
	jq -r '"\(.err) \(.bytes) \(.offset_bytes)"'
}

# operation_of KIND
operation_of() {
	case $1 in
	*write | append) echo write ;;
	fsync | fdatasync) echo fsync ;;
	open) echo open ;;
	*) echo read ;;
	esac
}

# traced TOOL WAY KIND...: run the workload with these kinds under the tool; sort the truth by operation.
traced() {
	local kind
	rm -f truth.*
	SIXTY_HOOKS=$2 tool_start "$1" --json -m 0 --ring-size 16384
	for kind in "${@:3}"; do
		do_ops "$kind" "$file" "$dir/copy"
		cat truth >>"truth.$(operation_of "$kind")"
	done
	tool_stop
	expect 0 "$status" "exit status"
	expect 0 "$(jq 'select(.type == "summary") | .ring_full + .map_full + .truncated' "$out")"
}

# own_events OPERATION: print the events of the kinds that perform it.  Each kind also opens the file, and
# those of fsync write to it before; these events come last and are left out.
own_events() {
	case $1 in
	open | write) events "$1" | head -n "$(wc -l <"truth.$1")" ;;
	*) events "$1" ;;
	esac
}

# as_it_was WAY OPERATION: expect each event to match the program's data.
as_it_was() {
	[ -e "truth.$2" ] || return 0
	own_events "$2" >own
	case $2 in
	read | write) diff -u <(transfers <"truth.$2") <(in_short <own) ;;
	*) expect "$(wc -l <"truth.$2") 0 null null" "$(in_short <own | uniq -c | xargs)" ;;
	esac
	# The function of the file system is only the last part of an open.
	[ "$2" = open ] && [ "$1" != syscall ] ||
		paste -d ' ' <(jq .latency_ns own) <(cut -d ' ' -f 3 "truth.$2") | lasted
}

# agrees TOOL KIND...: perform 23 operations of each kind, and expect events that match the
# program's data, with each kind of hook. KIND open must be first and fsync last.
agrees() {
	local way operation
	for way in $(ways "$1"); do
		traced "$1" "$way" "${@:2}"
		for operation in read write fsync open; do
			as_it_was "$way" "$operation" || { echo "($operation by $way)"; return 1; }
		done
	done
}

# bats test_tags=kernel
@test "ext4slower: read, pread, readv, preadv2, O_DIRECT" {
	file_system ext4
	agrees ext4slower read pread readv preadv2 direct
}

@test "ext4slower: write, pwrite, O_APPEND, O_SYNC" {
	file_system ext4
	agrees ext4slower write pwrite append sync_write
	expect 0 "$(events fsync | wc -l)" "fsyncs besides the O_SYNC writes"
}

# bats test_tags=kernel,smoke
@test "ext4slower: fsync, fdatasync, open" {
	file_system ext4
	agrees ext4slower open fsync fdatasync
}

@test "ext4slower: sendfile, splice and copy_file_range" {
	file_system ext4
	agrees ext4slower sendfile splice
	agrees ext4slower copy
	diff -u <(transfers <truth.read) <(events write "$dir/copy" | in_short)
}

# bats test_tags=all
@test "ext4slower: a read into a bad address shows its error" {
	file_system ext4
	agrees ext4slower bad_address
	expect 23 "$(events read | jq -c 'select(.err == 14)' | wc -l)" "EFAULT"
	tool_start ext4slower -m 0 --ring-size 16384
	do_ops bad_address
	tool_stop
	expect 23 "$(grep -cE "^[0-9:.]+ +$name +[0-9]+ +R EFAULT +[0-9]+ +[0-9.]+ $file\$" "$out")"
}

# bats test_tags=all
@test "ext4slower: 32-bit reads" {
	file_system ext4
	agrees ext4slower int80
}

# bats test_tags=once
@test "xfsslower" {
	file_system xfs
	agrees xfsslower open read direct pwrite append fsync
}

# bats test_tags=once
@test "btrfsslower" {
	file_system btrfs
	agrees btrfsslower open read direct pwrite append fsync
}

@test "each tool traces only its own file system, and so does fsslower -t" {
	file_system ext4
	local way
	for way in $(ways ext4slower); do
		for tool in "xfsslower" "btrfsslower" "fsslower -t tmpfs"; do
			# shellcheck disable=SC2086
			SIXTY_HOOKS=$way tool_start $tool --json -m 0 --ring-size 16384
			do_ops read
			tool_stop
			expect 0 "$(events read | wc -l)" "reads shown by $tool"
		done
		SIXTY_HOOKS=$way tool_start fsslower -t ext4 --json -m 0 --ring-size 16384
		do_ops read
		tool_stop
		expect 23 "$(events read | wc -l)" "reads shown by fsslower -t ext4"
	done
}

@test "fsslower traces all file systems, and shows the type" {
	file_system ext4
	cp "$file" /dev/shm/"$name"
	tool_start fsslower --json -m 0 --ring-size 16384
	do_ops read
	do_ops read /dev/shm/"$name"
	tool_stop
	rm /dev/shm/"$name"
	expect 23 "$(events read | jq -c 'select(.fs == "ext4")' | wc -l)" "on ext4"
	expect 23 "$(events read /dev/shm/"$name" | jq -c 'select(.fs == "tmpfs")' | wc -l)" "on tmpfs"
}

@test "pipes, sockets and directories are not shown" {
	tool_start fsslower --json -m 0 --ring-size 16384
	for _ in 1 2 3; do echo x | cat | wc -l; ls -l . ..; done >/dev/null
	"$program" read 23 /dev/zero >/dev/null
	tool_stop
	expect 0 "$(jq -c 'select(.type == "event" and (.file == "/dev/zero" or .file == "/"
		or (.comm == "cat" and .op == "write" and (.fs | test("pipe|sock")))))' "$out" | wc -l)"
}

@test "only operations that take at least as long as the threshold are shown" {
	file_system ext4
	for way in $(ways ext4slower); do
		SIXTY_HOOKS=$way tool_start ext4slower --json 0.2
		do_ops sync_write
		do_ops pread
		tool_stop
		expect true "$(jq -s '[.[] | select(.type == "event").latency_ns >= 200000] | all' "$out")"
		SIXTY_HOOKS=$way tool_start ext4slower --json --min 0.2
		do_ops sync_write
		tool_stop
		# Expect all writes that certainly took that long, and none that certainly did not.
		sure=$(awk -v slack="$slack_ns" '$3 >= 250000 + slack' truth | wc -l)
		most=$(awk '$3 >= 200000' truth | wc -l)
		n=$(events write | wc -l)
		[ "$n" -ge "$sure" ] && [ "$n" -le "$most" ] || expect "$sure..$most" "$n" "writes"
		SIXTY_HOOKS=$way tool_start ext4slower --json 100000
		do_ops sync_write
		tool_stop
		expect 0 "$(events write | wc -l)" "writes of 100 s"
	done
}

@test "-p shows only one process" {
	file_system ext4
	local way
	for way in $(ways ext4slower); do
		bash -c 'read -r; exec "$@"' - "$program" read 23 "$file" < <(
			wait_for 20 [ -s go ]; echo) >truth &
		pid=$!
		SIXTY_HOOKS=$way tool_start ext4slower --json -m 0 --ring-size 16384 -p "$pid"
		"$program" read 5 "$file" >/dev/null
		echo >go
		wait "$pid"
		tool_stop
		rm go
		expect 23 "$(events read | wc -l)" "reads of the process"
		expect "$pid" "$(jq -s '[.[].pid // empty] | unique | .[]' "$out")" "pids"
	done
}

# bats test_tags=kernel
@test "whatever the file name, an event is one line, and the name is complete" {
	file_system ext4
	hostile=$dir/$'a\n1 forged\e]0;title\a\xff\xc2\x9b\xe2\x80\xae, "b" \\'
	mv "$file" "$hostile"
	tool_start ext4slower -m 0 --ring-size 16384
	do_ops read "$hostile"
	tool_stop
	expect 23 "$(grep -c "^[0-9:.]* $name .* R 16384 " "$out")" "lines"
	expect 0 "$(grep -c '^1 forged' "$out")" "forged lines"
	# shellcheck disable=SC1003
	expect 23 "$(grep -cF "$dir/"'a\x0a1 forged\x1b]0;title\x07\xff\xc2\x9b\xe2\x80\xae, "b" \\' <(grep ' R ' "$out"))"
	tool_start ext4slower --csv -m 0 --ring-size 16384
	do_ops read "$hostile"
	tool_stop
	# shellcheck disable=SC1003
	expect 23 "$(grep -cF ",R,16384," <(grep -F '"'"$dir/"'a\x0a1 forged\x1b]0;title\x07\xff\xc2\x9b\xe2\x80\xae, ""b"" \\"' "$out"))"
}

# bats test_tags=all
@test "a name of 255 bytes below sixteen directories is complete" {
	file_system ext4
	deep=$dir long=$(printf 'x%.0s' $(seq 200))
	for i in $(seq 10 25); do deep=$deep/$i$long; done
	mkdir -p "$deep"
	long=$(printf 'y%.0s' $(seq 255))
	mv "$file" "$deep/$long"
	for way in $(ways ext4slower); do
		SIXTY_HOOKS=$way tool_start ext4slower --json -m 0 --ring-size 16384
		do_ops read "$deep/$long"
		tool_stop
		expect 23 "$(events read "$deep/$long" | wc -l)" "reads"
	done
}

# bats test_tags=all
@test "a path too deep to follow is marked and counted" {
	file_system ext4
	deep=$dir
	for i in $(seq 100); do deep=$deep/$i; done
	mkdir -p "$deep"
	mv "$file" "$deep/f"
	tool_start ext4slower --json -m 0 --ring-size 16384
	do_ops read "$deep/f"
	tool_stop
	expect 23 "$(jq -c --arg comm "$name" 'select(.comm == $comm and .op == "read" and .truncated and
		(.file | test("^\\.\\.\\./.*/99/100/f$")))' "$out" | wc -l)" "marked"
	expect true "$(jq 'select(.type == "summary").truncated >= 23' "$out")" "counted"
}

# bats test_tags=all
@test "a file outside the root of the process is marked unreachable" {
	file_system ext4
	mkdir "$dir/root"
	tool_start ext4slower --json -m 0 --ring-size 16384
	FILEOPS_ROOT=$dir/root do_ops read
	tool_stop
	# The path begins at the root of all mounts, which in a chroot is above this test's root.
	expect 23 "$(jq -c --arg comm "$name" --arg file "$file" 'select(.comm == $comm and .op == "read" and
		(.file | startswith("(unreachable)/") and endswith($file)))' "$out" | wc -l)" "reads"
}

# bats test_tags=all
@test "a deleted file is marked" {
	file_system ext4
	tool_start ext4slower --json -m 0 --ring-size 16384
	exec 8<"$file"
	rm "$file"
	do_ops read /proc/self/fd/8
	tool_stop
	expect "$file (deleted)" "$(readlink /proc/self/fd/8)" "truth"
	expect 23 "$(events read "$file (deleted)" | wc -l)" "reads"
	exec 8<&-
}

@test "the columns, banner and CSV match BCC's" {
	file_system ext4
	tool_start ext4slower -m 0 --ring-size 16384
	do_ops read
	do_ops fsync
	tool_stop
	expect "Tracing ext4 operations... Hit Ctrl-C to end." "$(head -n 1 "$out")"
	expect "TIME COMM PID T BYTES OFF_KB LAT(ms) FILENAME" "$(sed -n 2p "$out" | tr -s ' ')"
	expect 1 "$(grep -cE "^[0-9:]{8}\.[0-9]{3} $name +[0-9]+ +R 16384   352      +[0-9]+\.[0-9]{3} $file\$" "$out")"
	expect 23 "$(grep -cE "^[0-9:.]+ $name +[0-9]+ +F -       -        +[0-9]+\.[0-9]{3} $file\$" "$out")"
	run_tool ext4slower -d 1 5.5
	expect "Tracing ext4 operations slower than 5.5 ms for 1 secs." "$(head -n 1 "$out")"
	run_tool fsslower -d 1
	expect "Tracing file system operations slower than 10 ms... Hit Ctrl-C to end." \
		"$(head -n 1 "$out" | sed 's/ for 1 secs\./... Hit Ctrl-C to end./')"
	tool_start ext4slower -j -m 0 --ring-size 16384
	do_ops pread
	do_ops fsync
	tool_stop
	expect "ENDTIME_ns,TASK,PID,TYPE,BYTES,OFFSET_b,LATENCY_us,FILE" "$(head -n 1 "$out")"
	expect 1 "$(grep -cE "^[0-9]+,$name,[0-9]+,R,16384,$((22 * 16384)),[0-9]+,$file\$" "$out")"
	expect 23 "$(grep -cE "^[0-9]+,$name,[0-9]+,F,LL_MAX,0,[0-9]+,$file\$" "$out")"
}

@test "bad values are refused" {
	for bad in abc '' -1 0x10 1ms 99999999999999999999; do
		refuses 64 "'$bad'" ext4slower -m "$bad"
		refuses 64 "'$bad'" ext4slower -- "$bad"
	done
	refuses 64 "'20'" ext4slower 10 20
	refuses 64 "'nofs'" fsslower -t nofs
	refuses 64 "'-t'" ext4slower -t ext4
	refuses 64 exclude ext4slower --csv --json
}

# bats test_tags=all
@test "the tool works under any installed name" {
	file_system ext4
	cp "$build/ext4slower" "$BATS_TEST_TMPDIR/bpf-xfsslower"
	build=$BATS_TEST_TMPDIR tool_start bpf-xfsslower --json -m 0 --ring-size 16384
	do_ops read
	tool_stop
	expect 23 "$(events read | wc -l)" "reads"
}
