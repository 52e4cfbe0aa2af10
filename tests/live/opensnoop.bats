#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# opensnoop with a known number of opens of known kinds.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load ../lib

own_setup() {
	program=$(own opens)
	name=${program##*/}
	echo content >"$name.file"
}

# do_opens ARG...: run the workload; the file truth has its measurements.
do_opens() {
	local rc=0
	"$program" "$@" >truth || rc=$?
	[ "$rc" -ne 2 ] || skip "this machine has no call '$1'"
	expect 0 "$rc" "exit status of the workload"
}

# trace_opens OPTIONS -- ARG...: run the workload while opensnoop traces.
trace_opens() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	tool_start opensnoop --json -n "$name" "${options[@]}"
	do_opens "$@"
	tool_stop
	expect 0 "$status" "exit status"
}

# events [JQ-FILTER]: print those of the workload itself, without the start of its process.
events() {
	jq -c 'select(.type == "event" and .path != "/etc/ld.so.cache" and
		(.path // "" | test("^/(usr/)?lib") | not)) | '"${1:-.}" "$out"
}

# counts CALL KIND: expect 23 opens that succeed and 23 that fail.
counts() {
	local ours="select((.path | startswith(\"$name\"))"
	trace_opens -- "$1" 23 "$name.file" 0102 0640
	expect "$(cat truth)" "ok=23 failed=0 fd=$(events .fd | tail -n 1) errno=0" "truth"
	expect 23 "$(events "$ours and .call == \"$2\" and .fd >= 0 and .err == 0)" | wc -l)" "opens"
	# Do not check .lost: on 7.x the recursion guard may count other calls (CAVEATS).
	expect 0 "$(jq 'select(.type == "summary").ring_full' "$out")" "lost"
	[ "$1" = handle ] || [ "$1" = creat ] || {
		trace_opens -- "$1" 23 "$name.none" 0
		expect "ok=0 failed=23 fd=-1 errno=2" "$(cat truth)" "truth"
		expect 23 "$(events "$ours and .call == \"$2\" and .fd == -1 and .err == 2)" | wc -l)"
	}
}

# bats test_tags=kernel
@test "opensnoop counts every open" { counts open open; }
# bats test_tags=all
@test "opensnoop counts every creat" { counts creat creat; }
# bats test_tags=kernel,smoke
@test "opensnoop counts every openat" { counts openat openat; }
# bats test_tags=kernel
@test "opensnoop counts every openat2" { counts openat2 openat2; }
# bats test_tags=kernel
@test "opensnoop counts every open by handle" { counts handle open_by_handle_at; }
# bats test_tags=kernel
@test "opensnoop counts every open of the 32-bit ABI" {
	counts int80 openat
	expect 23 "$(events "select(.compat and .path == \"$name.none\")" | wc -l)" "marked as 32-bit"
}
@test "opensnoop counts every open of a second thread" {
	counts thread openat
	expect 23 "$(events 'select(.pid != .tid) | .tid' | sort -u | wc -l)" "threads"
}
# bats test_tags=kernel,all
@test "opensnoop ignores garbage in the upper half of the system call number" {
	counts high_bits openat
}

@test "opensnoop prints BCC's columns" {
	tool_start opensnoop -n "$name"
	do_opens openat 23 "$name.file" 0
	do_opens openat 1 "$name.none" 0
	tool_stop
	expect 'PID    COMM              FD ERR PATH' "$(head -n 1 "$out")" "heading"
	expect 23 "$(grep -cE "^[0-9]+ +$name +[0-9]+   0 $name.file\$" "$out")" "lines"
	expect 1 "$(grep -cE "^[0-9]+ +$name +-1   2 $name.none\$" "$out")" "failed"
}

@test "opensnoop -T -U -e prints time, user, flags and mode" {
	tool_start opensnoop -T -U -e -n "$name"
	do_opens openat 1 "$name.file" 02102 0640
	do_opens openat 1 "$name.file" 0
	tool_stop
	expect 'TIME         UID     PID    COMM              FD ERR FLAGS    MODE  PATH' \
		"$(head -n 1 "$out")" "heading"
	grep -qE "^[0-9:]{8}\.[0-9]{3} 0 +[0-9]+ +$name +[0-9]+   0 00002102 0640  $name" "$out"
	grep -qE " $name +[0-9]+   0 00000000 -     $name" "$out"
}

# bats test_tags=kernel
@test "opensnoop prints names of flags and mode in JSON" {
	trace_opens -- openat 1 "$name.file" 02002102 04640
	expect '["O_RDWR","O_CREAT","O_APPEND","O_CLOEXEC"]' "$(events .flags)" "flags"
	expect '["S_ISUID","S_IRUSR","S_IWUSR","S_IRGRP"]' "$(events .mode)" "mode"
	expect "[$((02002102)),$((04640))]" "$(events '[.flags_value, .mode_value]')" "values"
	trace_opens -- creat 1 "$name.file" 0600
	expect '["O_WRONLY","O_CREAT","O_TRUNC"]' "$(events .flags)" "flags of creat"
}

@test "opensnoop -x shows only failed opens" {
	tool_start opensnoop --json -x -n "$name"
	do_opens openat 5 "$name.file" 0
	do_opens openat 23 "$name.none" 0
	tool_stop
	expect 23 "$(events | wc -l)" "failed opens"
}

# bats test_tags=kernel
@test "opensnoop --limits: writes to a full device, a socket without a descriptor, forks beyond a limit" {
	needs prlimit setpriv setsid
	local limited shell forking
	limited=$(own incident)
	shell=$PWD/sh-${limited##*/} shell=${shell:0:$((${#PWD} + 16))}
	cp "$(type -P bash)" "$shell"
	tool_start opensnoop --json --failed --limits
	"$shell" -c 'exec 3>/dev/full; for i in {1..23}; do printf x >&3; done' 2>/dev/null || true
	(ulimit -n 50; exec timeout -s KILL 1 "$limited" sockets 99) || true
	setsid prlimit --nproc=5 setpriv --reuid 61237 --clear-groups "$limited" forks 9 >/dev/null &
	forking=$!
	wait_for 5 contains "$out" '"err":11,' || true
	kill -KILL -- "-$forking"
	tool_stop
	expect 23 "$(events 'select(.comm == "'"${shell##*/}"'" and .syscall == "write" and .error_name == "ENOSPC"
		and .path == "/dev/full" and .call == "other")' | wc -l)" "writes"
	expect "-1 EMFILE null" "$(events 'select(.comm == "'"${limited##*/}"'" and .syscall == "socket")
		| "\(.fd) \(.error_name) \(.path)"' | tr -d '"')"
	[ "$(events 'select(.comm == "'"${limited##*/}"'" and .error_name == "EAGAIN" and (.syscall | test("clone|fork")))' |
		wc -l)" -gt 0 ]
}

@test "opensnoop -f matches any of several flags" {
	tool_start opensnoop --json -n "$name" -f O_WRONLY -f O_SYNC
	do_opens openat 5 "$name.file" 0
	do_opens openat 7 "$name.file" 010000		# O_DSYNC is part of O_SYNC
	do_opens openat 7 "$name.file" 2
	do_opens openat 20 "$name.file" 1
	do_opens openat 3 "$name.file" 04010000
	tool_stop
	expect 23 "$(events | wc -l)" "opens"
	trace_opens --flag_filter O_RDONLY -- openat 23 "$name.file" 0
	expect 23 "$(events | wc -l)" "read-only opens"
	trace_opens -f O_TMPFILE -- openat 23 . 0200000
	expect 0 "$(events | wc -l)" "directories, whose flag is part of O_TMPFILE"
}

@test "opensnoop -n omits other programs" {
	tool_start opensnoop --json -n "${name:1}"
	for _ in 1 2 3 4 5; do cat "$name.file"; done >/dev/null
	do_opens openat 23 "$name.file" 0
	cat "$name.file" >/dev/null
	tool_stop
	expect 0 "$status" "exit status"
	expect 23 "$(events | wc -l)" "opens"
	expect '""' "$(jq -s '[.[].comm // empty] | unique | join(",")' "$out" | sed "s/$name//")" "others"
}

@test "opensnoop -p, -t and -u show only one process, thread, user" {
	needs setpriv
	bash -c 'read -r; exec 3<'"$name.file" < <(wait_for 20 [ -s go ]; echo) &
	local pid=$!
	tool_start opensnoop --json -p "$pid"
	do_opens openat 5 "$name.file" 0
	echo >go
	wait "$pid"
	tool_stop
	expect 1 "$(events "select(.path == \"$name.file\")" | wc -l)" "opens of the process"
	expect "$pid" "$(jq -s '[.[].pid // empty] | unique | .[]' "$out")" "pids"
	tool_start opensnoop --json -t $$
	: <"$name.file"
	do_opens openat 5 "$name.file" 0
	tool_stop
	expect "$$" "$(jq -s '[.[].tid // empty] | unique | .[]' "$out")" "tids"
	chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")"
	chmod 755 "$program"
	tool_start opensnoop --json -u 65534 -n "$name"
	do_opens openat 5 "$name.file" 0
	setpriv --reuid 65534 --clear-groups "$program" openat 23 "$name.file" 0 >truth
	tool_stop
	expect 23 "$(events | wc -l)" "opens of the user"
}

@test "opensnoop shows a path of 4095 bytes complete" {
	trace_opens -- long 23 "$name.file" 0 4095
	expect "ok=23 failed=0" "$(cut -d' ' -f1-2 truth)" "truth"
	expect 23 "$(events 'select((.path | length) == 4095 and (.truncated | not))' | wc -l)"
	expect 0 "$(jq 'select(.type == "summary").truncated' "$out")" "truncated"
}

@test "opensnoop marks and counts a path longer than the kernel accepts" {
	trace_opens -- long 23 "$name.file" 0 5000
	expect "ok=0 failed=23 fd=-1 errno=36" "$(cat truth)" "truth"
	expect 23 "$(events 'select(.truncated and .err == 36 and (.path | endswith("...")))' | wc -l)"
	expect 23 "$(jq 'select(.type == "summary").truncated' "$out")" "truncated"
}

@test "opensnoop shows an open whose path is not in memory" {
	trace_opens -- no_such_address 23 x 0
	expect 23 "$(events 'select(.err == 14 and (has("path") | not))' | wc -l)" "opens"
	expect 0 "$(jq 'select(.type == "summary").unreadable' "$out")" "unreadable"
}

@test "opensnoop prints one line per open, whatever the path contains" {
	local hostile=$'a\n1      forged            3   0 /etc/shadow\e]0;title\a\xff\xc2\x9b\u202e\\'
	tool_start opensnoop -n "$name"
	do_opens openat 23 "$hostile" 0
	tool_stop
	expect 23 "$(grep -c " $name " <(grep title "$out"))" "lines"
	expect 0 "$(grep -c '^1 ' "$out")" "forged lines"
	# shellcheck disable=SC1003
	grep -Fq 'a\x0a1      forged            3   0 /etc/shadow\x1b]0;title\x07\xff\xc2\x9b\xe2\x80\xae\\' "$out"
	expect 0 "$(LC_ALL=C grep -c '[^ -~]' "$out")" "lines with other than printable ASCII"
	trace_opens -- openat 23 "$hostile" 0
	expect 23 "$(events 'select(.path | startswith("a\n1 "))' | wc -l)" "JSON objects"
}

@test "opensnoop -F: relative to the current directory, and absolute" {
	mkdir -p sub/deeper
	cp "$name.file" sub/deeper
	trace_opens -F -- openat 23 "sub/deeper/$name.file" 0
	expect 23 "$(events "select(.full_path == \"$PWD/sub/deeper/$name.file\")" | wc -l)" "opens"
	expect 23 "$(events "select(.path == \"sub/deeper/$name.file\")" | wc -l)" "path as given"
	trace_opens -F -- openat 23 "$PWD/$name.file" 0
	expect 23 "$(events "select(.full_path == \"$PWD/$name.file\")" | wc -l)" "absolute"
	tool_start opensnoop -F -n "$name"
	do_opens openat 1 "$name.file" 0
	tool_stop
	grep -q "  0 $PWD/$name.file\$" "$out"
}

# bats test_tags=kernel
@test "opensnoop -F: relative to a directory's descriptor, also for failed opens" {
	mkdir -p sub
	cp "$name.file" sub
	trace_opens -F -- openat 23 "$name.file" 0 0 sub
	expect 23 "$(events "select(.fd >= 0 and .full_path == \"$PWD/sub/$name.file\")" | wc -l)"
	trace_opens -F -- openat 23 "$name.none" 0 0 sub
	expect 23 "$(events "select(.err == 2 and .error_name == \"ENOENT\" and
		.full_path == \"$PWD/sub/$name.none\")" | wc -l)"
	trace_opens -F -- openat 23 "$name.file" 0 0 no-such-directory
	expect 23 "$(events 'select(.err == 9 and (has("full_path") | not))' | wc -l)" "bad descriptor"
}

# bats test_tags=all
@test "opensnoop -F: if the directory's descriptor is /" {
	mkdir -p sub
	cp "$name.file" sub
	trace_opens -F -- in_root 23 "/$name.file" 0 0 sub
	expect 23 "$(events "select(.fd >= 0 and .full_path == \"$PWD/sub/$name.file\")" | wc -l)"
}

# bats test_tags=kernel,all
@test "opensnoop -F: below a mount, and from a mount outside" {
	needs unshare mount
	mkdir mnt
	tool_start opensnoop --json -F -n "$name"
	unshare -m --propagation private bash -c '
		mount -t tmpfs none mnt && mkdir -p mnt/a mnt/b && mount --bind mnt/a mnt/b &&
		echo x >mnt/a/"$1" && cd mnt/b && "$2" openat 23 "$1" 0' - "$name.file" "$program" >truth
	tool_stop
	expect "ok=23" "$(cut -d' ' -f1 truth)" "truth"
	expect 23 "$(events "select(.full_path == \"$PWD/mnt/b/$name.file\")" | wc -l)" "opens"
}

# bats test_tags=kernel,all
@test "opensnoop -F: in a chroot, and outside it through a descriptor" {
	mkdir -p root/sub
	cp "$name.file" root/sub
	export OPENS_ROOT=$PWD/root OPENS_CWD=/sub
	trace_opens -F -- openat 23 "$name.file" 0
	expect 23 "$(events "select(.fd >= 0 and .full_path == \"/sub/$name.file\")" | wc -l)" "opens"
	trace_opens -F -- openat 23 "$name.file" 0 0 .
	expect "ok=23" "$(cut -d' ' -f1 truth)" "truth"
	expect 23 "$(events 'select(.full_path | startswith("(unreachable)/"))' | wc -l)" "unreachable"
	expect 23 "$(events "select(.full_path | endswith(\"$PWD/$name.file\"))" | wc -l)" "outside"
}

# bats test_tags=kernel,all
@test "opensnoop -F: relative to a directory that was removed" {
	mkdir here there
	tool_start opensnoop --json -F -n "$name"
	(cd here && rmdir ../here && readlink /proc/self/cwd >../cwd.here &&
		"$program" openat 23 "$name.none" 0 >../truth.here)
	(cd there && mkdir ../here && exec 8<../here && rmdir ../here &&
		"$program" openat 23 "$name.none" 0 0 /proc/self/fd/8 >../truth.there)
	tool_stop
	expect "$PWD/here (deleted)" "$(cat cwd.here)" "truth"
	expect "ok=0 failed=23" "$(cut -d ' ' -f 1,2 truth.here)" "truth"
	expect "ok=0 failed=23" "$(cut -d ' ' -f 1,2 truth.there)" "truth"
	expect 46 "$(events "select(.err == 2 and .full_path == \"$PWD/here (deleted)/$name.none\")" | wc -l)"
}

# bats test_tags=kernel,all
@test "opensnoop -F: a file opened by handle" {
	mkdir -p sub
	cp "$name.file" sub
	trace_opens -F -- handle 23 "sub/$name.file" 0
	expect 23 "$(events "select(.full_path == \"$PWD/sub/$name.file\")" | wc -l)" "full path"
	trace_opens -- handle 23 "sub/$name.file" 0
	expect 23 "$(events "select(.path == \"$name.file\")" | wc -l)" "name"
}

# bats test_tags=all
@test "opensnoop -F: marks and counts paths that are too deep to follow" {
	local deep
	deep=$(printf 'd/%.0s' $(seq 60))
	mkdir -p "$deep"
	cp "$name.file" "$deep"
	tool_start opensnoop --json -F -n "$name"
	(cd "$deep" && "$program" openat 23 "$name.file" 0) >truth
	tool_stop
	expect 23 "$(events "select(.full_path == \"$PWD/$deep$name.file\")" | wc -l)" "60 deep"
	deep+=$deep
	mkdir -p "$deep"
	cp "$name.file" "$deep"
	tool_start opensnoop --json -F -n "$name"
	(cd "$deep" && "$program" openat 23 "$name.file" 0) >truth
	tool_stop
	expect 23 "$(events "select(.truncated and (.full_path | startswith(\".../d/\")))" | wc -l)" "120 deep"
	expect 23 "$(jq 'select(.type == "summary").truncated' "$out")" "truncated"
}

@test "opensnoop --exec traces a command and its children, and ends with it" {
	tool_start opensnoop --json --exec bash -c "
		: <'$name.file'; (cd . && '$program' openat 22 '$name.file' 0) >truth & wait"
	"$program" openat 5 "$name.file" 0 >/dev/null
	tool_wait
	expect 0 "$status" "exit status"
	expect 23 "$(events "select(.path == \"$name.file\")" | wc -l)" "opens"
	expect "ok=22" "$(cut -d' ' -f1 truth)" "truth"
	run_tool opensnoop --exec=true --json
	expect 0 "$status" "exit status"
	run_tool opensnoop --exec ./no-such-command
	expect 1 "$status" "exit status"
	grep -q "^opensnoop: cannot run './no-such-command': No such file" "$err"
}

# bats test_tags=all
@test "opensnoop --exec runs the command with the signal settings of a shell" {
	run_tool opensnoop --exec grep -E '^Sig(Blk|Ign)' /proc/self/status
	expect 2 "$(grep -cE '^Sig(Blk|Ign):\s0+$' "$out")" "empty sets"
}

# bats test_tags=all
@test "opensnoop does not trace itself, even without a time zone file" {
	needs unshare mount
	unshare -m --propagation private bash -c "
		mount -t tmpfs none /etc && exec '$build/opensnoop' -T" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	local self=$tool_pid
	do_opens openat 23 "$name.file" 0
	tool_stop
	expect 0 "$status" "exit status"
	expect 23 "$(grep -c " $name .* $name.file\$" "$out")" "opens"
	expect 0 "$(grep -c "^[0-9:.]* $self " "$out")" "opens by itself"
}

# accounts_for COUNT: expect COUNT opens, shown or lost. The recursion guard also counts calls that
# may not be our opens.
accounts_for() {
	local full
	full=$(jq 'select(.type == "summary").ring_full' "$out")
	[ $((shown + full)) -le "$1" ] && [ $((shown + lost)) -ge "$1" ] && return
	echo "$1 happened: $shown shown, $full of $lost lost in the ring"
	return 1
}

# flood COUNT OPTIONS...: open files with a flag that no one else uses, while the tool sleeps.
flood() {
	local count=$1
	shift
	tool_start opensnoop --json -f O_ASYNC "$@"
	kill -STOP "$tool_pid"
	do_opens openat "$count" ./ordinary/path/of/35/bytes/so.long 020000
	expect "failed=$count" "$(cut -d' ' -f2 truth)" "truth"
	kill -CONT "$tool_pid"
	tool_stop
	shown=$(grep -c 'so.long' "$out")
	lost=$(jq 'select(.type == "summary").lost' "$out")
}

# bats test_tags=kernel
@test "opensnoop holds a burst of 10,000 opens while it cannot run" {
	flood 10000
	expect 10000 "$shown" "shown"
	expect 0 "$(jq 'select(.type == "summary").ring_full' "$out")" "lost"
}

@test "opensnoop accounts for all of 200,000 opens that exceed its ring" {
	flood 200000 -b 16
	accounts_for 200000
	[ "$lost" -gt 0 ]
	grep -q "$shown shown, $lost lost" "$err"
}

# bats test_tags=all
@test "opensnoop accounts for all of 200,000 opens while it runs" {
	trace_opens -f O_ASYNC -- openat 200000 "$name.none" 020000
	shown=$(grep -c "$name.none" "$out")
	lost=$(jq 'select(.type == "summary").lost' "$out")
	accounts_for 200000
}

all_asleep() { [ "$(grep -l '^State:.S' /proc/"$1"/task/*/status | wc -l)" -eq "$2" ]; }

# bats test_tags=all
@test "opensnoop shows opens while 1000 threads are blocked in one" {
	mkfifo fifo
	tool_start opensnoop --json -n "$name"
	coproc blocked { exec "$program" block 1000 fifo; }
	local pid=$blocked_PID
	read -r line <&"${blocked[0]}"
	expect blocked=1000 "$line" "threads"
	wait_for 20 all_asleep "$pid" 1001
	do_opens openat 23 "$name.file" 0
	kill "$pid"
	wait "$pid" || true
	tool_stop
	expect 23 "$(events "select(.path == \"$name.file\")" | wc -l)" "opens"
	expect 1000 "$(events 'select(.path == "fifo" and .err == 4)' | wc -l)" "interrupted opens"
}

@test "opensnoop prints all events when terminated" {
	for signal in TERM HUP INT; do
		tool_start opensnoop -n "$name"
		do_opens openat 23 "$name.file" 0
		tool_stop "$signal"
		expect 0 "$status" "exit status after SIG$signal"
		expect 23 "$(grep -c "$name.file" "$out")" "opens shown after SIG$signal"
	done
}

@test "opensnoop -d ends with status 0" {
	run_tool opensnoop -d 1 -n "$name"
	expect 0 "$status" "exit status"
}

@test "opensnoop refuses invalid options" {
	refuses 64 "'abc'" opensnoop -p abc
	refuses 64 "'4294967296'" opensnoop -p 4294967296
	refuses 64 "'12abc'" opensnoop -t 12abc
	refuses 64 "''" opensnoop -t ''
	refuses 64 "'nobody-at-all'" opensnoop -u nobody-at-all
	refuses 64 "'0x10'" opensnoop -d 0x10
	refuses 64 "'0'" opensnoop -d 0
	refuses 64 "'3'" opensnoop -b 3
	refuses 64 "'O_NONSENSE'" opensnoop -f O_NONSENSE
	refuses 64 "''" opensnoop -f ''
	refuses 64 "'more'" opensnoop more
	refuses 64 exec opensnoop --exec
}
