#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# cachestat with a file of known size, cold and warm.

load ../lib

pages=4096
[ ! -e /sixty/command ] || pages=1024	# enough, because emulation is slow
random=$((pages * 997 / 4096))		# can be chosen without neighbours, which would be read ahead

own_teardown() {
	if [ -n "${load_PID:-}" ]; then
		kill -KILL "$load_PID" 2>/dev/null || true
		wait "$load_PID" 2>/dev/null || true	# keeps the shell from reporting the kill
	fi
}

# disk_dir: print a directory whose files use the page cache; tmpfs keeps its files elsewhere.
disk_dir() {
	local dir
	for dir in "$BATS_TEST_TMPDIR" /scratch /var/tmp; do
		case $(stat -f -c %T "$dir" 2>/dev/null) in
		ext2/ext3 | xfs | btrfs) echo "$dir"; return ;;
		esac
	done
	skip "no directory on ext4, xfs or btrfs"
}

# say COMMAND: make the workload run it; its answer is in $answer.
say() {
	echo "$1" >&"${load[1]}"
	read -r answer <&"${load[0]}"
}

# file_is cold|warm: start the workload if necessary, and bring its file into that state.
file_is() {
	if [ -z "${load_PID:-}" ]; then
		local dir
		dir=$(disk_dir)
		coproc load { exec "$(workload pagecache)" "$dir" "$pages" 3>&-; }
		read -r answer <&"${load[0]}"
	fi
	say drop
	if [ "$1" = warm ]; then
		say "read 65536"
		say pin		# in case the machine is short of memory
	fi
	say cached
	expect "$([ "$1" = cold ] && echo 0 || echo "$pages") done" "$answer" "pages cached"
}

# counted COMMAND...: make the workload run them while cachestat counts.
counted() {
	local command
	tool_start cachestat --json -p "$load_PID" 60
	for command; do say "$command"; done
	tool_stop
	expect 0 "$status" "exit status"
	expect 0 "$(jq 'select(.type == "summary").lost' "$out")" "lost"
}

row() { jq -c "select(.type == \"row\") | [$1]" "$out"; }

# cold_and_warm COMMAND [PAGES [LEAST]]: expect PAGES misses, then PAGES hits. If tracepoints do not
# show all misses (see CAVEATS), at least LEAST are expected. The file system may read a page or two
# itself.
cold_and_warm() {
	local n=${2:-$pages} least=${3:-${2:-$pages}}
	file_is cold
	counted "$1"
	expect "[0,true,true]" "$(row ".hits, (.misses >= $least and .misses <= $n),
		(.misses == .accesses and .hit_ratio_pct == 0)")" "$1, cold"
	expect "[true]" "$(row "(.misses + .read_ahead_pages) as \$in |
		\$in == .added_pages and \$in >= $n and \$in <= $n + 2")" "$1, pages read in"
	file_is warm
	counted "$1"
	expect "[$n,0,100,$n,0]" "$(row ".hits,.misses,(.hit_ratio_pct + 0),.accesses,.added_pages")" "$1, warm"
}

# bats test_tags=all
@test "cachestat: read(2) of 512 B is exact, cold and warm" { cold_and_warm "read 512"; }
@test "cachestat: read(2) of 4 kB is exact, cold and warm" { cold_and_warm "read 4096"; }
# bats test_tags=all
@test "cachestat: read(2) of 6000 B is exact warm, and within 1 % cold" {
	cold_and_warm "read 6000" "$pages" $((pages - 41))
}
# bats test_tags=kernel,smoke
@test "cachestat: read(2) of 64 kB is exact, cold and warm" { cold_and_warm "read 65536"; }
# bats test_tags=all
@test "cachestat: read(2) of 1 MB is exact, cold and warm" { cold_and_warm "read 1048576"; }
# bats test_tags=all
@test "cachestat: read(2) of 16 MB is exact, cold and warm" { cold_and_warm "read 16777216"; }
# bats test_tags=kernel
@test "cachestat: random preads are exact, cold and warm" { cold_and_warm "random $random" "$random"; }
# bats test_tags=kernel
@test "cachestat: splice is exact, cold and warm" { cold_and_warm splice; }
# bats test_tags=all
@test "cachestat: sendfile is exact, cold and warm" { cold_and_warm sendfile; }

# bats test_tags=all
@test "cachestat: read(2) of 192 kB is exact warm, and within one call cold" {
	cold_and_warm "read 196608" "$pages" $((pages - 48))
}

@test "cachestat: reading the same range again counts again" {
	file_is warm
	counted "again 23"
	expect "[92,0]" "$(row .hits,.misses)"
}

# The writer also dirties blocks of the file system itself: 3 beside 4096 pages in one of three whole runs
# of the tests, while others wrote to the same ext4.
writes() { # BYTES
	local dirties
	file_is cold
	counted "write $1"
	expect "[$pages,$pages,0,0,0]" \
		"$(row .added_pages,.created_pages,.accesses,.misses,.read_ahead_pages)" "write $1"
	dirties=$(row .dirties)
	dirties=${dirties//[^0-9]/}
	((dirties >= pages && dirties <= pages + 8)) || expect "$pages to $((pages + 8))" "$dirties" "dirties"
}

# bats test_tags=kernel
@test "cachestat: written pages are dirty, and are not misses" {
	for bytes in 512 4096 6000 1048576; do
		writes "$bytes"
	done
}

@test "cachestat: without accesses there is no ratio" {
	file_is cold
	counted "write 4096"
	expect false "$(jq 'select(.type == "row") | has("hit_ratio_pct")' "$out")"
}

# bats test_tags=kernel
@test "cachestat: a cold page that is read and written back is a miss" {
	file_is cold
	counted "update $random"
	expect "[0,$random,0]" "$(row .hits,.misses,.created_pages)"
	[ "$(row ".dirties >= $random")" = "[true]" ]
}

# reclaimed: print how many pages of files the machine has reclaimed so far.
reclaimed() { awk '$1 == "pgsteal_file" { print $2 }' /proc/vmstat; }

# bats test_tags=kernel
@test "cachestat: pages of a mapping are counted when faults map them" {
	# A cold page that was read ahead may be reclaimed before it is mapped, and is then read
	# again (in one run 4148 pages were added for 4096). Allow as many such pages as the machine
	# reclaimed, and two of the file system.
	file_is cold
	before=$(reclaimed)
	counted map
	again=$(($(reclaimed) - before))
	expect "[true,true,true]" "$(row \
		".misses > $pages * 0.9, .hits < $pages * 0.1,
		 (.added_pages >= $pages and .added_pages <= $pages + 2 + $again)")" "cold, $again reclaimed"
	file_is warm
	counted map
	expect "[0,true,0]" "$(row ".misses, (.hits > 0 and .hits <= $pages * 1.1), .added_pages")" "warm"
}

@test "cachestat: nothing is lost between two rows" {
	file_is warm
	tool_start cachestat --json -p "$load_PID" 1
	rounds=0
	until [ "$(grep -c '"row"' "$out")" -ge 3 ]; do
		say "read 65536"
		rounds=$((rounds + 1))
	done
	tool_stop
	expect "[$((rounds * pages)),0]" \
		"$(jq -sc 'map(select(.type == "row")) | [(map(.hits) | add), (map(.misses) | add)]' "$out")"
}

@test "cachestat: hits and misses add up to all accesses, in every row of the whole machine" {
	file_is cold
	tool_start cachestat --json 1 3
	say "read 4096"
	say map
	tool_wait
	expect "[true,true,true]" "$(jq -sc 'map(select(.type == "row")) | [
		all(.hits + .misses == .accesses), (map(.misses + .read_ahead_pages) | add) >= '"$pages"',
		all(.cached_bytes > 0)]' "$out")"
}

@test "cachestat: -p excludes other processes" {
	file_is warm
	tool_start cachestat --json -p $$ 60
	say "read 65536"
	tool_stop
	[ "$(row ".accesses < $pages")" = "[true]" ]
}

@test "cachestat: --cgroup counts only that cgroup" {
	group=$(cgroup2)/sixty-cachestat-$$
	file_is warm
	mkdir "$group"
	tool_start cachestat --json --cgroup "$group" 60
	say "read 65536"
	echo "$load_PID" >"$group/cgroup.procs"
	say "read 1048576"
	echo "$load_PID" >"$(dirname "$group")/cgroup.procs"
	tool_stop
	rmdir "$group"
	expect "[$pages,0]" "$(row .hits,.misses)"
}

@test "cachestat: the self check passes, and is absent on tmpfs" {
	dir=$(disk_dir)
	copy=$(mktemp -d "$dir/cachestat.XXXXXX")
	cp "$build/cachestat" "$copy/"
	"$copy/cachestat" --json 1 1 >"$out" 2>"$err"
	rm -r "$copy"
	expect "[true]" "$(row .self_check)"
	expect 0 "$(wc -l <"$err")" "lines on stderr"
	[ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "/dev/shm is not tmpfs"
	cp "$build/cachestat" "/dev/shm/cachestat.$$"
	"/dev/shm/cachestat.$$" --json 1 1 >"$out" 2>"$err"
	rm "/dev/shm/cachestat.$$"
	expect "[null]" "$(row .self_check)"
}

# bats test_tags=all
@test "cachestat: the self check works in a PID namespace" {
	needs unshare
	status=0
	unshare -pf --mount-proc "$build/cachestat" --json 1 1 >"$out" 2>"$err" || status=$?
	expect 0 "$status" "exit status"
	expect "[true]" "$(row .self_check)"
	expect 0 "$(wc -l <"$err")" "lines on stderr: $(cat "$err")"
}

# by_function KIND: test the hooks for kernels before 6.12, if the kernel has them.
by_function() {
	export SIXTY_HOOKS=$1
	run_tool cachestat -v 1 1
	if [ "$status" = 69 ]; then
		grep -q 'neither fentry nor kprobes' "$err"
		skip "this kernel allows neither fentry nor kprobes"
	fi
	grep -q "attached to $1/.*read" "$err" || skip "this kernel has no $1"
	cold_and_warm "read 196608"
	emulated || cold_and_warm "random $random" "$random"	# takes 8 s each under emulation
	writes 65536
	file_is cold
	counted "update $random"
	expect "[0,$random,0]" "$(row .hits,.misses,.created_pages)" "update"
}

# bats test_tags=kernel
@test "cachestat: fentry counts the same" { by_function fentry; }
# bats test_tags=kernel,all
@test "cachestat: kprobes count the same" { by_function kprobe; }

@test "cachestat: the table has the columns in order, -T puts the time first" {
	run_tool cachestat 1 2
	expect "HITS MISSES DIRTIES HITRATIO BUFFERS_MB CACHED_MB READAHEAD" \
		"$(head -n 1 "$out" | xargs)"
	expect 3 "$(wc -l <"$out")" "lines"
	run_tool cachestat -T 1 1
	grep -Eq '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} +[0-9]+ ' "$out"
}

@test "cachestat: an interval or count that is not a number is refused" {
	for bad in 0 abc 1x '' 0x10 1.5 99999999999999999999; do
		refuses 64 "interval" cachestat "$bad"
	done
	refuses 64 "interval" cachestat -- -1
	refuses 64 "count" cachestat 1 abc
	refuses 64 "unexpected argument '3'" cachestat 1 2 3
}
