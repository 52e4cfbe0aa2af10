#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# The workload spends a known amount of CPU time in known functions: the expected number of
# samples is that time multiplied by the frequency.
#
# Runs alone: it counts samples of threads that need a CPU to themselves.

load ../lib
load ../profile

workload=spins

# about EXPECTED ACTUAL PERCENT: true if ACTUAL is within that percentage of EXPECTED.
about() {
	local expected=$1 actual=$2 percent=$3 off
	off=$((actual > expected ? actual - expected : expected - actual))
	((off * 100 <= expected * percent)) || { echo "expected about $expected, got $actual"; return 1; }
}

# expected_samples ACTUAL: expect the number of samples that follows from the CPU time. If a task
# gets the CPU in short turns, the number varies: allow four standard deviations, and a little for
# the clocks. An emulated CPU is not sampled while its host does not run it, but that time counts as
# its CPU time: 290 samples of 421 on 7.3, 45 of 201 on 5.10, with the host's two CPUs overloaded.
# There the number only has to be within wide bounds; the shares are the test.
expected_samples() {
	local expected=$((hertz * cpu_us / 1000000)) off
	off=$(($1 - expected))
	((off = (off < 0 ? -off : off) - expected / 20)) || true
	((off < 0 || off * off <= 16 * expected)) || { emulated && (($1 * 20 > expected && $1 < expected)); } ||
		{ echo "expected about $expected, got $1"; return 1; }
}

all_sampled() { expected_samples "$(count true)"; }

# bats test_tags=kernel
@test "profile: three quarters of the samples are in one function, one quarter in the other" {
	local a b
	load_start ab 2000
	sampled
	all_sampled
	a=$(in_function spin_a) b=$(in_function spin_b)
	about $(((a + b) * 3 / 4)) "$a" 12
	# The workload also asks for the time, outside of the two functions.
	((a + b >= $(count true) * 9 / 10))
	expect 0 "$(number kernel_missed)"
	expect 0 "$(number user_missed)"
}

# bats test_tags=kernel,smoke
@test "profile -p: only that process" {
	load_start ab 500
	sampled -p "$process"
	all_sampled
	expect "[$process]" "$(jq -sc 'map(select(.type == "stack") | .pid) | unique' "$out")"
	expect "$(count true)" "$(number samples)"
}

# bats test_tags=all
@test "profile -p: a list of processes" {
	load_start ab 300
	sampled -p "$$,$process"
	all_sampled
}

@test "profile -L: only that thread; --tids keeps threads apart" {
	load_start threads 500
	sampled -L "$process" --tids
	expect "[$process]" "$(jq -sc 'map(select(.type == "stack") | .tid) | unique' "$out")"
	at_least 40 "$(in_function spin_a)"
	expect 0 "$(in_function spin_b)"
}

# bats test_tags=kernel
@test "profile: all threads of a process are sampled" {
	load_start threads 500
	sampled -p "$process" --tids
	all_sampled
	expect 2 "$(jq -s 'map(select(.type == "stack") | .tid) | unique | length' "$out")"
	at_least 30 "$(in_function spin_b)"
}

# bats test_tags=kernel
@test "profile: a recursion of 100 calls is complete" {
	load_start deep 500 100
	sampled -p "$process"
	expect 0 "$(number cut_off)"
	about "$(count true)" "$(count '[.user[] | select(. == "descend")] | length == 100')" 10
}

# bats test_tags=all
@test "profile --unwind fp: a recursion of 200 calls is truncated and reported" {
	(($(cat /proc/sys/kernel/perf_event_max_stack) == 127)) || skip "kernel.perf_event_max_stack is set"
	load_start deep 500 200
	sampled -p "$process" --unwind fp
	all_sampled
	at_least 60 "$(count '.user[-1] == "[cut off]" and .user[0] == "spin_a"')"
	expect "$(number cut_off)" "$(count '.user[-1] == "[cut off]"')"
	grep -q "stacks of 127 frames or more were truncated" "$err"
}

# bats test_tags=kernel
@test "profile: a child that ended during the run has function names" {
	load_start child 500
	sampled
	child=$(awk '/^child/ { print $2 }' load)
	expect no "$(kill -0 "$child" 2>/dev/null && echo yes || echo no)" "child is alive"
	expected_samples "$(count ".pid == $child and (.user | index(\"spin_a\"))")"
}

# bats test_tags=all
@test "profile: a program that is deleted while it runs has function names" {
	load_start ab 500
	rm "$program"
	sampled -p "$process"
	all_sampled
	at_least 40 "$(in_function spin_a)"
}

# A user's program must not make root open an arbitrary path: .gnu_debuglink names a FIFO here,
# on which open(2) would block forever.
# bats test_tags=all
@test "profile: a debug link is not followed" {
	needs objcopy
	program=$(own spins)
	cp "$program" link.debug
	objcopy --strip-all --add-gnu-debuglink=link.debug "$program" "$program.linked"
	mv "$program.linked" "$program"
	rm link.debug
	mkfifo link.debug
	load_start ab 200
	sampled -p "$process"
	at_least 10 "$(count true)"
}

# bats test_tags=kernel,all
@test "profile: a program that exists only in its own mount namespace has function names" {
	needs unshare
	mkdir hidden
	unshare -m true || skip "no mount namespaces here"
	program=$(own spins)
	comm=${program##*/}
	wrapper=(unshare -m --propagation private sh -c
		"shift && mount -t tmpfs none hidden && cp $program hidden && rm $program &&
		exec hidden/$comm \"\$@\"" sh)
	load_start ab 500
	[ ! -e hidden/"$comm" ]
	sampled -p "$process"
	all_sampled
	at_least 40 "$(in_function spin_a)"
}

@test "profile: JIT code has the names in its perf-PID.map" {
	load_start jit 500
	sampled -p "$process"
	all_sampled
	about "$(count true)" "$(in_function jitted_spin)" 10
	at_least 80 "$(count '.user_modules[0] == "[jit]" and (.user | index("in_jit"))')"
}

# bats test_tags=all
@test "profile: a perf-PID.map of another user is not trusted" {
	[ "$(id -u)" = 0 ] || skip "not root"
	[ "$(cat /proc/sys/fs/protected_regular)" = 0 ] || skip "fs.protected_regular is set"
	load_start jit 500
	: >"/tmp/perf-$process.map"
	chown 65534 "/tmp/perf-$process.map"
	# The file belongs to nobody, the process to root; the workload writes to the file as it is.
	sampled -p "$process"
	expect 0 "$(in_function jitted_spin)"
	at_least 80 "$(in_function in_jit)"
}

@test "profile: a stripped program has no names, and its frames are counted" {
	needs strip
	program=$(own spins)
	strip "$program"
	load_start ab 300
	sampled -p "$process"
	all_sampled
	at_least 80 "$(in_function "[$comm]")"
	expect 0 "$(in_function spin_a)"
	(($(number user_frames_unknown) >= $(in_function "[$comm]")))
	grep -q "user frames have no name" "$err"
}

# A process chooses what its file unpacks to: 300 kB can become gigabytes.
# bats test_tags=all
@test "profile: compressed symbols of a program are not unpacked" {
	needs strip objcopy xz
	program=$(own spins)
	objcopy --only-keep-debug --strip-debug "$program" mini
	xz mini
	strip "$program"
	objcopy --add-section .gnu_debugdata=mini.xz "$program"
	load_start ab 300
	sampled -p "$process"
	expect 0 "$(in_function spin_a)"
	at_least 80 "$(in_function "[$comm]")"
	grep -q "user frames have no name" "$err"
}

# bats test_tags=all
@test "profile: a program with more symbols than the limit costs bounded memory, and is counted" {
	needs python3
	program=$(own spins)
	# Its symbol table has a size of a terabyte, most of which is a hole.
	python3 - "$program" <<-'PY'
	import struct, sys
	with open(sys.argv[1], "r+b") as file:
	    data = file.read()
	    (first,), (each, count) = struct.unpack_from("<Q", data, 40), struct.unpack_from("<HH", data, 58)
	    for at in range(first, first + each * count, each):
	        if struct.unpack_from("<I", data, at + 4) == (2,):  # SHT_SYMTAB
	            file.seek(at + 32)
	            file.write(struct.pack("<Q", 1 << 40))
	PY
	truncate -s 2T "$program" || skip "no file of 2 TB here"
	load_start ab 300
	sampled -p "$process"
	at_least 80 "$(in_function "[$comm]")"
	grep -q "1 files of processes have more symbols than are read" "$err"
}

# bats test_tags=all
@test "profile: a stripped program has names from its debug file in /usr/lib/debug" {
	needs strip objcopy readelf
	program=$(own spins)
	id=$(readelf -n "$program" | awk '/Build ID:/ { print $3 }')
	[ -n "$id" ] || skip "the compiler writes no build IDs"
	debug_file=/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
	mkdir -p "${debug_file%/*}"
	objcopy --only-keep-debug "$program" "$debug_file"
	strip "$program"
	load_start ab 300
	sampled -p "$process"
	at_least 80 "$(count '.user | index("spin_a") or index("spin_b")')"
}

@test "profile --demangle: C++ and Rust names as in the source" {
	load_start mangled 600
	sampled -p "$process" --demangle
	at_least 15 "$(in_function 'sixty::spin(int)')"
	at_least 15 "$(in_function '<spin>::turn')"
}

# bats test_tags=all
@test "profile: without --demangle names are as in the file" {
	load_start mangled 600
	sampled -p "$process"
	at_least 15 "$(in_function _ZN5sixty4spinEi)"
}

# bats test_tags=kernel
@test "profile: time in the kernel has kernel stacks, and the calling user function" {
	load_start reads 500
	sampled -p "$process"
	at_least 40 "$(count '(.kernel | length > 0) and (.kernel_modules[0] != "")')"
	# Since glibc 2.41 a library function without a name makes the call.
	at_least 40 "$(count '(.kernel | index("vfs_read")) and (.user[0] | test("read|libc"))')"
	expect 0 "$(number kernel_frames_unknown)"
}

@test "profile -U and -K: only user or only kernel stacks" {
	load_start reads 400
	sampled -p "$process" -U
	expect 0 "$(count 'has("kernel")')"
	all_sampled
	kill -KILL "$load_pid"
	load_start reads 400
	sampled -p "$process" -K
	expect 0 "$(count 'has("user")')"
	all_sampled
}

# bats test_tags=kernel
@test "profile: idle CPUs are left out, and counted with -I" {
	run_tool profile --json -F 49 1
	expect 0 "$(jq -s 'map(select(.type == "stack" and .pid == 0)) | length' "$out")"
	run_tool profile --json -F 49 -I -K 2
	(($(jq -s 'map(select(.type == "stack" and .pid == 0) | .count) | add // 0' "$out") > 0)) || {
		# This happens only on a machine that is never idle.
		(($(number fired) <= $(number samples) + 10)) || return 1
	}
}

# bats test_tags=kernel
@test "profile -C: only that CPU" {
	needs taskset
	load_start ab 300
	taskset -cp 0 "$process" >/dev/null
	sampled -C 0 --cpus
	expect '[0]' "$(jq -sc 'map(select(.type == "stack") | .cpu) | unique' "$out")"
	expect 1 "$(number cpus)"
	all_sampled
}

# bats test_tags=all
@test "profile -c: one sample per period of the clock" {
	load_start ab 500
	tool_start profile --json -c 5000000 -p "$process"
	load_run
	tool_stop
	[ "$(number event)" = '"cpu-clock"' ] || skip "this machine counts cycles"
	hertz=200
	all_sampled
}

# bats test_tags=kernel
@test "profile --cgroup: only that cgroup" {
	local mount
	mount=$(cgroup2)
	cgroup=$mount/sixty-profile-$$
	mkdir "$cgroup" 2>/dev/null || { cgroup=; skip "cannot make a cgroup"; }
	load_start ab 300
	echo "$process" >"$cgroup/cgroup.procs"
	sampled --cgroup "$cgroup" --cgroups
	all_sampled
	expect "$(count true)" "$(number samples)"
	expect "[\"/sixty-profile-$$\"]" \
		"$(jq -sc 'map(select(.type == "stack") | .cgroup) | unique' "$out")"
}

# bats test_tags=all
@test "profile: beyond --stack-storage-size samples are counted without their stacks" {
	load_start deep 500 20
	sampled -p "$process" --stack-storage-size 1
	all_sampled
	(($(number not_kept) > 0))
	expect "$(number not_kept)" "$(count '.user == ["[Missed User Stack]"]')"
	grep -q "stack-storage-size" "$err"
	expect 0 "$status" "exit status"
	load_start deep 500 20
	tool_start profile --json -F "$hertz" -p "$process" --stack-storage-size 1 --strict
	load_run
	tool_stop
	expect 1 "$status" "exit status with --strict"
}

@test "profile: the table: frames, the name, the count; the most frequent stack last" {
	load_start ab 500
	tool_start profile -F "$hertz" -p "$process"
	load_run
	tool_stop
	expect 0 "$status" status
	expect "Sampling at $hertz Hertz of PID [$process] by user + kernel stack... Hit Ctrl-C to end." \
		"$(head -n 1 "$out")"
	awk '/^    -/ { getline; if ($1 < before) exit 1; before = $1; n++ } END { exit n < 2 }' "$out"
	awk 'BEGIN { RS = "" } { last = $0 } END { print last }' "$out" >last
	grep -qx '    spin_a' last
	grep -qE "^    - +$comm \($process\)$" last
}

@test "profile: folded output has one line per stack, and no other lines" {
	local total
	load_start reads 500
	"$build/profile" -f -d -a -F "$hertz" -p "$process" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 contains "$err" Sampling
	load_run
	tool_stop
	expect 0 "$(grep -cvE "^$comm(;[^;]+)* [0-9]+$" "$out")" "other lines"
	total=$(awk '{ n += $NF } END { print n }' "$out")
	expected_samples "$total"
	grep -qE ';-;[^;]+_\[k\]' "$out"
	grep -qE "^$comm;.*main;spin_a [0-9]+$" "$out"
	expect "$(wc -l <"$out")" "$(sed 's/ [0-9]*$//' "$out" | sort -u | wc -l)" "different lines"
}

@test "profile -A: addresses, offsets and files" {
	load_start ab 300
	tool_start profile -F "$hertz" -p "$process" -A
	load_run
	tool_stop
	grep -qE "^    [0-9a-f]{16} spin_a\+0x[0-9a-f]+ \(.*/$comm\)$" "$out"
}

@test "profile --flame and --pprof write files, and print nothing else" {
	load_start ab 300
	tool_start profile -F "$hertz" -p "$process" --flame cpu.svg --pprof cpu.pb.gz
	load_run
	tool_stop
	expect 0 "$status" status
	expect 1 "$(wc -l <"$out")" "lines of output"
	grep -qE '<title>spin_a \(.*\): [0-9]+ samples, ' cpu.svg
	expect 0 "$(grep -c '<script' cpu.svg)" scripts
	gzip -t cpu.pb.gz
	gzip -dc cpu.pb.gz | grep -qa spin_b
}

# bats test_tags=all
@test "profile --flame: the file is XML" {
	needs python3
	load_start ab 300
	tool_start profile -F "$hertz" --flame cpu.svg
	load_run
	tool_stop
	python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("cpu.svg")'
}

# bats test_tags=all
@test "profile --pprof: go tool pprof reads the file" {
	local pprof
	pprof=$(command -v pprof || ls /usr/lib/go-*/pkg/tool/*/pprof 2>/dev/null | head -n 1)
	[ -n "$pprof" ] || skip "no pprof on this machine"
	load_start ab 600
	tool_start profile -F "$hertz" -p "$process" --pprof cpu.pb.gz
	load_run
	tool_stop
	"$pprof" -sample_index=samples -top cpu.pb.gz >top 2>&1
	expect spin_a "$(awk '$1 ~ /^[0-9]+$/ { print $6; exit }' top)" "the first function of: $(cat top)"
	expected_samples "$(sed -nE 's/.*Total samples = ([0-9]+).*/\1/p' top)"
	expect 0 "$(grep -c '^File:' top)" "lines that name only one of many programs"
	"$pprof" -raw cpu.pb.gz | grep -q "comm:\[$comm\]"
}

# bats test_tags=kernel
@test "profile: a CPU that comes online is sampled" {
	local switch=/sys/devices/system/cpu/cpu1/online
	grep -q 'sixty\.live=' /proc/cmdline || skip "not a guest of the tests"
	[ -w "$switch" ] || skip "no CPU can be switched off"
	echo 0 >"$switch" || skip "CPU 1 cannot be switched off"
	load_start ab 300
	tool_start profile --json -F "$hertz" -p "$process" --cpus
	echo 1 >"$switch"
	sleep 1.5	# the tool checks once a second
	taskset -cp 1 "$process" >/dev/null
	load_run
	tool_stop
	expect 2 "$(number cpus)"
	expect '[1]' "$(jq -sc 'map(select(.type == "stack") | .cpu) | unique' "$out")"
	all_sampled
}

@test "profile: bad options are refused" {
	refuses 64 "invalid pid 'abc'" profile -p abc
	refuses 64 "invalid pid '4294967296'" profile -p 4294967296
	refuses 64 "there is no process 4194303" profile -p 4194303
	refuses 64 "invalid tid ''" profile -L 1,
	refuses 64 "invalid frequency '0'" profile -F 0
	refuses 64 "invalid frequency '999999999'" profile -F 999999999
	refuses 64 "invalid period '1'" profile -c 1
	refuses 64 "invalid CPU '99999'" profile -C 99999
	refuses 64 "invalid CPU '-1'" profile -C -1
	refuses 64 "invalid duration '0'" profile 0
	refuses 64 "only one of -U and -K" profile -U -K
	refuses 64 "invalid argument 'x': expected auto, dwarf or fp" profile --unwind x
	refuses 1 "cannot write '/nowhere/x.svg'" profile --flame /nowhere/x.svg
}

# bats test_tags=all
@test "profile: writing to a full disk is an error" {
	mkdir full
	mount -t tmpfs -o size=4k tmpfs full || skip "no tmpfs can be mounted"
	head -c 4096 /dev/zero >full/rest
	run_tool profile --flame full/x.svg 1
	ls full >left
	umount full
	expect 1 "$status" status
	grep -q "cannot write 'full/x.svg': No space left" "$err"
	expect rest "$(cat left)" "files left"
}

@test "profile: --flame and --pprof replace a file, and write to nothing else" {
	local option
	echo precious >target
	ln -s target link
	mkfifo fifo
	for option in --flame --pprof; do
		refuses 1 "cannot write 'link': it exists and is not a regular file" profile "$option" link 1
		refuses 1 "cannot write 'fifo': it exists and is not a regular file" profile "$option" fifo 1
		refuses 1 "cannot write '/dev/null': it exists and is not a regular file" profile "$option" /dev/null 1
	done
	refuses 64 "exclude each other" profile --flame x --pprof x 1
	refuses 64 "exclude each other" profile --flame x --pprof "../${PWD##*/}/./x" 1
	refuses 64 "exclude each other" profile --flame x --metrics ./x 1
	expect precious "$(cat target)"
	expect "" "$(compgen -G '*.??????' || true)" "temporary files"
}
