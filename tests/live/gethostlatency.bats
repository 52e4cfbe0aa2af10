#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# gethostlatency, compared with the measurements of the program that does the lookups.  The
# program has its own /etc, and its own name server in a network namespace.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2086,SC2154

load ../lib

own_setup() {
	needs jq unshare ip
	unshare -mn true 2>/dev/null || skip "no mount and network namespaces on this machine"
	client=$(own lookups)
	comm=${client##*/}
	started=()
	mkdir etc
	echo "192.0.2.1 here.test" >etc/hosts
	echo "hosts: files dns" >etc/nsswitch.conf
	printf 'nameserver 127.0.0.53\noptions timeout:5 attempts:1\n' >etc/resolv.conf
}

own_teardown() {
	((${#started[@]} == 0)) || kill "${started[@]}" 2>/dev/null || true
}

# run_client CALL N NAME: run it; ./truth has its measurements.
run_client() { in_world "$client" "$@" >truth; }

# in_world COMMAND...: run the command with our /etc and only the loopback interface. Names in files
# are found at once; with LATE=MS in the environment a name server answers that much later.
in_world() {
	unshare -mn bash -c 'ip link set lo up && mount --bind etc /etc || exit
		if [ -n "$LATE" ]; then
			coproc "$0" 127.0.0.53 "$LATE"
			read -r -u "${COPROC[0]}"
		fi
		"$@"
		status=$?
		[ -z "$LATE" ] || kill "$COPROC_PID"
		exit $status' "$(workload dns-late)" "$@"
}

# records: print those of our program.
records() { jq -rc "select(.type == \"event\" and .comm == \"$comm\") | ${1:-.}" "$out"; }

# count [FILTER]: print how many of our program's records match.
count() { jq -n "[inputs | select(.type == \"event\" and .comm == \"$comm\" and (${1:-true}))] | length" "$out"; }

# latencies_agree N: expect no latency longer than the program's own, or shorter by more than 100 ms
# (a second under emulation, where the host may suspend a processor between the program's clock and
# the call). A thread's lines are in the order of its calls in both.
latencies_agree() {
	local most=1e8
	! emulated || most=1e9
	paste -d ' ' <(sort -s -k 1n,1 truth) \
		<(records '"\(.tid) \(.latency_ns)"' | sort -s -k 1n,1) >pairs
	awk -v n="$1" -v most="$most" '
		$1 == $4 && $5 > 0 && $5 <= $2 && $5 > $2 - most { good++ }
		END { if (good != n) { print good + 0 " of " n " latencies agree"; exit 1 } }' pairs
}

# shown CALL NAME RESULT: expect 23 records with these values.
shown() {
	expect 23 "$(count ".call == \"$1\" and .host == \"$2\" and .result == \"$3\"")" \
		"$1: $(records | head -1)"
}

# truth_agrees N: expect each of the program's N calls once, with its error and its time.
truth_agrees() {
	expect 0 "$status" "exit status"
	expect "$1" "$(count)" "records"
	expect "$(cut -d ' ' -f 3 truth | sort)" "$(records '.error // 0' | sort)" errors
	latencies_agree "$1"
}

# agrees CALL NAME RESULT [SHOWN_AS]: make 23 calls, and expect a record for each.
agrees() {
	tool_start gethostlatency --json
	run_client "$1" 23 "$2"
	tool_stop
	shown "${4:-$1}" "$2" "$3"
	truth_agrees 23
}

# each_call_agrees NAME RESULT RESULT_OF_GETADDRINFO: expect 23 of each call.
each_call_agrees() {
	local call calls=(gethostbyname gethostbyname2 gethostbyname_r gethostbyname2_r)
	tool_start gethostlatency --json
	for call in getaddrinfo "${calls[@]}"; do
		in_world "$client" "$call" 23 "$1"
	done >truth
	tool_stop
	shown getaddrinfo "$1" "$3"
	for call in "${calls[@]}"; do shown "$call" "$1" "$2"; done
	truth_agrees 115
}

# bats test_tags=kernel
@test "each function is shown once, for a name that exists" { each_call_agrees here.test ok ok; }

# bats test_tags=kernel
@test "each function is shown once, for a name that does not exist" {
	LATE=0 each_call_agrees no.test HOST_NOT_FOUND EAI_NONAME
}

@test "a server that fails, and a server that does not answer" {
	echo 'options timeout:1 attempts:1' >>etc/resolv.conf
	export LATE=0
	tool_start gethostlatency --json
	run_client getaddrinfo 1 fail.test
	run_client gethostbyname 1 fail.test
	run_client getaddrinfo 1 silent.test
	tool_stop
	expect "EAI_AGAIN TRY_AGAIN EAI_AGAIN" "$(records .result | xargs)"
	expect 1 "$(count '.host == "silent.test" and .latency_ns > 9e8')"
}

# bats test_tags=kernel
@test "a call that has not returned when the tool stops is shown as waiting, unless its thread was killed" {
	local killed
	export LATE=0
	tool_start gethostlatency --json
	in_world timeout -s KILL 1 "$client" getaddrinfo 1 silent.test &
	killed=$!
	run_client getaddrinfo 1 silent.test &
	started=($!)
	wait "$killed" || true
	sleep 1
	tool_stop
	wait "${started[@]}"
	expect "waiting silent.test" "$(records '"\(.result) \(.host)"')"
	expect 1 "$(count '.latency_ns > 5e8 and (has("error") | not)')" "calls with their time so far"
}

@test "an answer that takes 300 ms" {
	tool_start gethostlatency --json
	export LATE=300
	run_client getaddrinfo 3 known.test
	tool_stop
	expect 3 "$(count '.result == "ok" and .latency_ns > 300e6')"
	latencies_agree 3
	tool_start gethostlatency --json
	run_client gethostbyname 3 known.test
	tool_stop
	expect 3 "$(count '.result == "ok" and .latency_ns > 300e6')"
	latencies_agree 3
}

@test "a buffer that is too small, and a call without a name" {
	tool_start gethostlatency --json
	run_client small 23 here.test
	run_client none 23 x
	tool_stop
	expect 23 "$(count '.result == "ERANGE"')"
	expect 23 "$(count)"
}

# bats test_tags=kernel,smoke
@test "threads" { agrees threads here.test ok getaddrinfo; }

# bats test_tags=kernel,smoke,all
@test "250 threads that preempt each other" {
	tool_start gethostlatency --json
	run_client threads 250 here.test
	tool_stop
	expect 250 "$(count '.call == "getaddrinfo" and .result == "ok"')"
	expect 250 "$(count)" records
}

# bats test_tags=kernel,all
@test "a name in memory that is not mapped when the call begins" {
	agrees cold here.test ok getaddrinfo
	expect 0 "$(jq 'select(.type == "summary").unreadable' "$out")"
}

# bats test_tags=all
@test "a call that a signal handler jumps out of does not hide later calls" {
	export LATE=0
	tool_start gethostlatency --json
	run_client jump 3 silent.test
	expect 3 "$(grep -c ' -1$' truth)"
	run_client jump 3 known.test
	in_world bash -c '"$1" jump 2 silent.test; "$1" getaddrinfo 3 known.test' - "$client" >truth
	tool_stop
	expect 0 "$(count '.host == "silent.test"')"
	expect 6 "$(count '.host == "known.test" and .result == "ok"')"
}

# bats test_tags=all
@test "a libc that is no regular file is refused at once" {
	mkfifo fifo
	refuses 64 "cannot use libc 'fifo': not a regular file" gethostlatency -l fifo
	refuses 64 "cannot use libc '/dev/zero': not a regular file" gethostlatency -l /dev/zero
	truncate -s 1T huge
	refuses 64 "cannot use libc 'huge': too large for one" gethostlatency -l huge
}

# bats test_tags=kernel
@test "hostile names stay on one line" {
	tool_start gethostlatency
	for name in "$(printf 'a\033[2Jb')" "$(printf 'c\nd')" "$(printf 'e\xff\x9bf')" ""; do
		run_client getaddrinfo 1 "$name"
	done
	tool_stop
	grep "$comm" "$out" >ours
	expect 4 "$(wc -l <ours)"
	grep -qF 'a\x1b[2Jb' ours
	grep -qF 'c\x0ad' ours
	grep -qF 'e\xff\x9bf' ours
	run grep -q "$(printf '\033')" "$out"
	expect 1 "$status"
}

@test "names of up to 255 bytes are complete, longer ones are truncated" {
	long=$(printf 'x%.0s' {1..255})
	tool_start gethostlatency --json
	run_client getaddrinfo 1 "$long"
	run_client getaddrinfo 1 "${long}y"
	tool_stop
	expect "$long false" "$(records '"\(.host) \(.truncated)"' | head -1)"
	expect "$long... true" "$(records '"\(.host) \(.truncated)"' | tail -1)"
	expect 1 "$(jq 'select(.type == "summary").truncated' "$out")"
}

@test "the table: BCC's columns, followed by the result" {
	tool_start gethostlatency
	run_client getaddrinfo 23 here.test
	tool_stop
	expect "TIME PID COMM LATms HOST RESULT" "$(head -1 "$out" | xargs)"
	expect 23 "$(grep -cE "^[0-9:.]{12} [0-9]+ +$comm +[0-9]+\.[0-9]{3} +here.test +ok$" "$out")"
}

# waiting_client [PREFIX...]: run it in the background until a line is written to descriptor 9.
waiting_client() {
	[ -p hold ] || mkfifo hold
	exec 9<>hold
	"$@" getaddrinfo 23 localhost wait <hold >truth 3>&- 9>&- &
	started+=($!)
	waiting=$!
}

# settle: wait until the tool has searched twice for libraries of programs executed so far.
settle() {
	local i
	for i in 1 2; do
		in_world "$(workload lookups)" getaddrinfo 1 "marker$i" >/dev/null
		wait_for 10 grep -q "\"marker$i\"" "$out"
	done
}

go_on() { echo >&9; wait "$waiting"; }

@test "-p shows only one process" {
	waiting_client "$client"
	tool_start gethostlatency --json -p "$waiting"
	"$client" getaddrinfo 23 localhost >/dev/null
	go_on
	tool_stop
	expect 23 "$(count)"
	expect 23 "$(count ".pid == $waiting")"
}

@test "while no program starts, no process is looked at again" {
	local keeper
	waiting_client "$client"
	tool_start gethostlatency -p "$waiting"
	keeper=$(pgrep -P "$tool_pid")
	"$build/opensnoop" --json -p "$(pgrep -P "$keeper")" --duration 6 >opens 3>&-
	go_on
	tool_stop
	expect 0 "$(jq -s '[.[] | select(.path // "" | endswith("/maps"))] | length' opens)" "maps read again"
}

# libcs_of PROGRAM: print the libraries that it needs, with their paths.
libcs_of() { ldd "$1" | grep -oE '/[^ ]+'; }

# make_root DIR: create a root with our program, copies of its libraries, and the same /etc.
make_root() {
	local lib
	mkdir -p "$1/bin"
	for lib in $(libcs_of "$client"); do
		mkdir -p "$1/${lib%/*}"
		cp "$lib" "$1/$lib"
	done
	cp "$client" "$1/bin/"
	cp -r etc "$1/"
	echo "127.0.0.1 localhost" >"$1/etc/hosts"
}

# attached N: true if that many libcs are attached.
attached() { [ "$(grep -c 'attached to [0-9]* functions of' "$err")" = "$1" ]; }

@test "a libc that is loaded after the tool has started: chroot" {
	needs chroot ldd
	make_root root
	tool_start gethostlatency --json -v
	before=$(grep -c 'attached to [0-9]* functions of' "$err")
	waiting_client chroot root "/bin/$comm"
	wait_for 10 attached $((before + 1))
	go_on
	tool_stop
	expect 23 "$(count '.result == "ok"')"
}

@test "a libc that is loaded after the helper was killed, which is reported" {
	local keeper
	needs chroot ldd
	make_root root
	tool_start gethostlatency --json -v
	before=$(grep -c 'attached to [0-9]* functions of' "$err")
	keeper=$(pgrep -P "$tool_pid")
	kill -KILL "$(pgrep -P "$keeper")"
	waiting_client chroot root "/bin/$comm"
	wait_for 10 attached $((before + 1))
	go_on
	tool_stop
	expect 0 "$status" status
	expect 23 "$(count '.result == "ok"')"
	contains "$err" 'the helper that looks for libcs ended 1 times'
	wait_for 5 eval "! kill -0 $keeper 2>/dev/null"
}

# bats test_tags=all
@test "a deleted libc" {
	needs chroot ldd
	make_root root
	waiting_client chroot root "/bin/$comm"
	wait_for 10 grep -q libc "/proc/$waiting/maps"
	rm -r root
	tool_start gethostlatency --json
	go_on
	tool_stop
	expect 23 "$(count)"
}

# bats test_tags=all
@test "a libc under two overlays is counted once" {
	needs ldd chroot
	make_root root
	unshare -m bash -c 'mount -t tmpfs none /mnt && cd /mnt && mkdir u w m &&
		mount -t overlay none -o lowerdir=/usr,upperdir=u,workdir=w m' 2>/dev/null ||
		skip "no overlay file system"
	mkfifo hold
	tool_start gethostlatency --json -v
	mkdir m
	exec 9<>hold
	for i in 1 2; do
		unshare -m bash -c 'lower=$PWD/root; mount -t tmpfs none m && cd m &&
			mkdir u w m && mount -t overlay none \
				-o "lowerdir=$lower,upperdir=$PWD/u,workdir=$PWD/w" m &&
			exec chroot m "$@"' - "/bin/$comm" getaddrinfo 23 localhost wait \
			<hold >truth$i 3>&- 9>&- &
		started+=($!)
		wait_for 10 grep -q "$comm" "/proc/$!/comm"
		wait_for 10 grep -q libc "/proc/$!/maps"
	done
	settle
	printf '\n\n' >&9
	exec 9>&-
	wait "${started[@]}"
	tool_stop
	expect 46 "$(count)"
}

# bats test_tags=all
@test "musl" {
	needs musl-gcc
	musl-gcc -O1 "$root/tests/workloads/lookups.c" -o musl 2>musl.log ||
		skip "musl-gcc cannot build: $(tail -1 musl.log)"
	client=$BATS_TEST_TMPDIR/x$$musl
	mv musl "$client"
	comm=${client##*/}
	tool_start gethostlatency --json -v
	waiting_client "$client"
	wait_for 10 grep -q 'attached to .*musl' "$err"
	go_on
	tool_stop
	expect 23 "$(count '.result == "ok"')"
	latencies_agree 23
	waiting_client "$client"	# keeps the library mapped
	each_call_agrees here.test ok ok
	LATE=0 agrees gethostbyname no.test HOST_NOT_FOUND
	go_on
}

# bats test_tags=all
@test "a static program is not shown, and the tool states this limit" {
	needs cc
	cc -static -O1 "$root/tests/workloads/lookups.c" -o static 2>/dev/null ||
		skip "no static libc to link with"
	client=$BATS_TEST_TMPDIR/x$$static
	mv static "$client"
	comm=${client##*/}
	tool_start gethostlatency --json
	waiting_client "$client"
	settle
	go_on
	expect 23 "$(wc -l <truth)"
	tool_stop
	expect 0 "$(count)"
	waiting_client "$client"
	tool_start gethostlatency --json -p "$waiting"
	tool_stop
	go_on
	grep -q 'no libc found: static programs are not seen' "$err"
}

@test "-l: only that libc" {
	needs ldd chroot
	make_root root
	libc=$(libcs_of "$client" | grep 'libc\.so\|libc-')
	tool_start gethostlatency --json -l "root/$libc"
	chroot root "/bin/$comm" getaddrinfo 23 localhost >/dev/null
	"$client" gethostbyname 23 localhost >/dev/null
	tool_stop
	expect 23 "$(count)"
	expect 23 "$(count '.call == "getaddrinfo"')"
}

# bats test_tags=kernel
@test "user and cgroup filters" {
	tool_start gethostlatency --json -u 65533
	run_client getaddrinfo 23 here.test
	tool_stop
	expect 0 "$(count)"
	dir=$(cgroup2)/sixty-lookup$$
	mkdir "$dir" || skip "no cgroup can be made"
	tool_start gethostlatency --json --cgroup "$dir"
	run_client getaddrinfo 23 here.test
	(echo $BASHPID >"$dir/cgroup.procs" && run_client gethostbyname 23 here.test)
	tool_stop
	rmdir "$dir"
	expect 23 "$(count)"
	expect 23 "$(count '.call == "gethostbyname"')"
}

# bats test_tags=all
@test "CAP_BPF and CAP_PERFMON suffice if the kernel has uprobe.multi" {
	needs setpriv
	case $(uname -r) in
	[1-5].* | 6.[0-5].*) skip "uprobe.multi came with 6.6" ;;
	esac
	setpriv --reuid 65533 --clear-groups --inh-caps +bpf,+perfmon --ambient-caps +bpf,+perfmon \
		--bounding-set -all,+bpf,+perfmon true 2>/dev/null || skip "setpriv cannot"
	chmod 755 "$BATS_TEST_TMPDIR"
	cp "$build/gethostlatency" tool && chmod 755 tool
	setpriv --reuid 65533 --clear-groups --inh-caps +bpf,+perfmon --ambient-caps +bpf,+perfmon \
		./tool --json >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	run_client getaddrinfo 23 here.test
	tool_stop
	expect 23 "$(count)"
	grep -q 'CAP_SYS_PTRACE' "$err"
}

# bats test_tags=kernel,all
@test "a process under a seccomp filter survives, and its calls are shown" {
	tool_start gethostlatency --json
	in_world "$(workload refuse)" uretprobe 38 "$client" getaddrinfo 23 here.test >truth
	tool_stop
	expect 23 "$(wc -l <truth)" "calls"
	expect 23 "$(count '.result == "ok"')"
}

# bats test_tags=all
@test "a kernel that harms processes under a seccomp filter is refused" {
	case $(uname -r) in
	[1-5].* | 6.[0-5].*) skip "no uprobe.multi; older than the fault" ;;
	esac
	export SIXTY_HOOKS=harmful
	refuses 69 'kills processes under a seccomp filter' gethostlatency --duration 1
	contains "$err" CVE-2025-21834
}

@test "invalid options are refused" {
	echo hello >text
	refuses 64 "cannot use libc '/no/libc': No such file" gethostlatency -l /no/libc
	refuses 64 "not an ELF file" gethostlatency -l text
	refuses 64 "no function that looks up hosts" gethostlatency -l "$client"
	refuses 64 "invalid pid" gethostlatency -p 12abc
	refuses 64 "unexpected argument" gethostlatency 5
}
