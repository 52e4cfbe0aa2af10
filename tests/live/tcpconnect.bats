#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# tcpconnect, compared with the data of the connecting program itself: getsockname,
# errno and the clock.  Traffic stays on loopback and in namespaces created here.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2086,SC2154

load ../lib
counts_interrupts NET_RX

own_setup() {
	needs jq
	netns=
	started=()
	client=$(own connects)
	comm=${client##*/}
}

own_teardown() {
	local ns
	((${#started[@]} == 0)) || kill "${started[@]}" 2>/dev/null || true
	for ns in $netns; do ip netns del "$ns"; done
}

# serve MODE [ADDRESS PORT]: start a server in the background, and return when it is ready;
# sets $port.  IN="ip netns exec NAME" runs it in a namespace.
serve() {
	$IN "$(workload connects)" "$1" 0 "${2:-127.0.0.1}" "${3:-0}" >server 3>&- &
	started+=($!)
	wait_for 10 contains server ready
	port=$(cut -d ' ' -f 2 server)
}

# leave PROGRAM N ADDRESS: make N attempts that get no answer, until the test ends.
leave() {
	[ -p hold ] || mkfifo hold
	exec 9<>hold		# its input, which is closed when the test ends
	"$1" left "$2" "$3" "$port" <hold >"left.$3" 3>&- 9>&- &
	started+=($!)
	wait_for 50 eval "[ \"\$(wc -l <left.$3)\" = $2 ]"
}

# shown: print our program's records as lines like the workload's, sorted.
shown() {
	jq -r --arg comm "$comm" 'select(.type == "event" and .comm == $comm) |
		[.sport // 0, .daddr, .dport, .errno // 0, .tid,
		 if .result == "established" then .saddr else empty end] | map(tostring) |
		join(" ")' "$out" | sort
}

truth() { cut -d ' ' -f 1-4,6- truth | sort; }

# count RESULT: print how many of our program's records have it.
count() {
	jq -n --arg comm "$comm" --arg result "$1" \
		'[inputs | select(.comm == $comm and .result == $result)] | length' "$out"
}

# nothing_lost: expect no losses except recursion misses, which also count irrelevant changes of
# state.
nothing_lost() {
	expect 0 "$(jq 'select(.type == "summary") | .ring_full + .map_full' "$out")"
}

# latencies_agree: expect no latency longer than the program's own, and none missing.
latencies_agree() {
	jq -r --arg comm "$comm" 'select(.comm == $comm) | "\(.sport) \(.latency_ns)"' "$out" |
		sort >latencies
	cut -d ' ' -f 1,5 truth | sort | join latencies - | awk -v n="$1" '
		$2 > 0 && $2 <= $3 { good++ }
		END { if (good != n) { print good " of " n " latencies agree"; exit 1 } }'
}

# agrees RESULT KIND [ADDRESS [PORT]]: expect 23 attempts, each with the program's data.
agrees() {
	local result=$1
	shift
	tool_start tcpconnect --json
	run_client "$1" 23 "${@:2}"
	tool_stop
	expect 0 "$status" "exit status"
	expect 23 "$(count "$result")" "records $result"
	expect "$(truth)" "$(shown)"
	latencies_agree 23
}

# run_client KIND N [ADDRESS [PORT]]: run it; ./truth has its data.
run_client() {
	$IN "$client" "$@" >truth || {
		[ $? = 77 ] && skip "$(cat truth)"
		return 1
	}
}

# make_netns: create two namespaces joined by a veth pair, 10.77.0.1 and .2; $a and $b.
make_netns() {
	needs ip
	a=sixty-a$$ b=sixty-b$$
	ip netns add $a 2>/dev/null || skip "no network namespaces on this machine"
	netns=$a
	ip netns add $b
	netns="$a $b"
	ip -n $a link add v0 type veth peer name v0 netns $b || skip "no veth on this machine"
	ip -n $a addr add 10.77.0.1/24 dev v0
	ip -n $b addr add 10.77.0.2/24 dev v0
	for ns in $netns; do
		ip -n "$ns" link set lo up
		ip -n "$ns" link set v0 up
	done
}

# bats test_tags=kernel,smoke
@test "IPv4" { agrees established blocking; }

# bats test_tags=kernel
@test "Multipath TCP at both ends" {
	needs_mptcp
	export MPTCP=1
	agrees established blocking
	agrees established nonblocking
}

# bats test_tags=kernel
@test "IPv6" {
	[ -e /proc/net/if_inet6 ] || skip "no IPv6 on this machine"
	agrees established blocking ::1
	expect 23 "$(jq -n '[inputs | select(.family == 6)] | length' "$out")"
}

# bats test_tags=kernel,all
@test "IPv4 mapped into IPv6 is shown as IPv4" {
	[ -e /proc/net/if_inet6 ] || skip "no IPv6 on this machine"
	agrees established blocking ::ffff:127.0.0.1
	expect 23 "$(count established)"
	expect 4 "$(jq -r --arg c "$comm" 'select(.comm == $c).family' "$out" | uniq)"
}

# bats test_tags=kernel
@test "without blocking" { agrees established nonblocking; }
# bats test_tags=all
@test "from a bound port" { agrees established bound; }
# bats test_tags=all
@test "from threads" { agrees established threads; }
# bats test_tags=kernel
@test "refused" { agrees refused blocking 127.0.0.1 1; }
# bats test_tags=kernel
@test "refused without blocking" { agrees refused nonblocking 127.0.0.1 1; }
@test "fast open: data with the SYN" { agrees established fastopen; }
# bats test_tags=all
@test "fast open: TCP_FASTOPEN_CONNECT" { agrees established fastopen-connect; }
# bats test_tags=kernel,all
@test "32-bit system call" { agrees established int80; }
# bats test_tags=kernel
@test "io_uring" { agrees established io_uring; }

# bats test_tags=all
@test "io_uring's worker is shown with its process's pid and name" {
	tool_start tcpconnect --json
	run_client io_uring-async 23
	tool_stop
	case $(uname -r) in
	[1-4].* | 5.[0-9].* | 5.1[01].*)
		skip "before 5.12 the worker is a separate kernel thread" ;;
	esac
	expect 23 "$(count established)"
	expect "$(cut -d ' ' -f 1-4 truth | sort)" "$(shown | cut -d ' ' -f 1-4)"
}

# bats test_tags=kernel
@test "timed out" {
	serve full
	tool_start tcpconnect --json
	clients=()
	for i in 1 2 3; do
		"$client" timeout 1 127.0.0.1 "$port" >truth$i 3>&- &
		clients+=($!)
	done
	wait "${clients[@]}"
	cat truth? >truth
	tool_stop
	expect 3 "$(count timeout)"
	# Each was first shown as waiting.
	expect 3 "$(count waiting)"
	expect "$(truth)" "$(jq -c 'select(.result != "waiting")' "$out" >x; out=x shown)"
	latencies_agree 3
	# ... and no latency is more than a tenth shorter than the program's own
	join latencies <(cut -d ' ' -f 1,5 truth | sort) |
		awk '$2 != "null" && $2 < $3 * 0.9 { exit 1 }'
}

# bats test_tags=kernel
@test "host unreachable" {
	make_netns
	ip netns exec $a sysctl -qw net.ipv4.neigh.v0.mcast_solicit=1 \
		net.ipv4.neigh.v0.retrans_time_ms=200
	IN="ip netns exec $a" agrees unreachable nonblocking 10.77.0.9 7
}

@test "the network namespace" {
	make_netns
	tool_start tcpconnect --json
	IN="ip netns exec $a" run_client blocking 23
	tool_stop
	expect "23 $(stat -Lc %i "/run/netns/$a")" \
		"$(jq --arg c "$comm" 'select(.comm == $c).netns' "$out" | uniq -c | xargs)"
}

# bats test_tags=kernel
@test "no port left: EADDRNOTAVAIL" {
	tool_start tcpconnect --json
	run_client port-in-use 23
	tool_stop
	expect 23 "$(count established)"
	expect 23 "$(count EADDRNOTAVAIL)"
	expect "$(truth)" "$(shown)"
}

# bats test_tags=kernel
@test "--rejected: no route, shown once; attempts that were sent are not shown twice" {
	make_netns
	tool_start tcpconnect --json --rejected
	IN="ip netns exec $a" run_client blocking 23 10.99.0.1 7
	cat truth >all
	IN="ip netns exec $a" run_client nonblocking 23 10.99.0.1 7
	cat truth >>all
	IN="ip netns exec $a" run_client blocking 23 10.77.0.2 7
	cat truth >>all
	IN="ip netns exec $a" run_client blocking 23
	cat all >>truth
	tool_stop
	expect 46 "$(count unreachable)"
	expect 23 "$(count refused)"
	expect 23 "$(count established)"
	expect "$(truth)" "$(shown)"
}

# bats test_tags=kernel
@test "given up: close, AF_UNSPEC, shutdown" {
	serve full
	tool_start tcpconnect --json
	for kind in closed unspec shutdown; do
		run_client $kind 23 127.0.0.1 "$port"
		cat truth >>all
	done
	tool_stop
	expect 69 "$(count aborted)"
	expect "$(cut -d ' ' -f 1-3,6 all | sort)" "$(shown | cut -d ' ' -f 1-3,5)"
}

@test "attempts that wait at the end are shown, with their source port" {
	serve full
	tool_start tcpconnect --json
	run_client left 23 127.0.0.1 "$port" </dev/null
	# It was closed when its program ended.
	wait_for 5 eval '[ "$(count aborted)" = 23 ]'
	expect 0 "$(count waiting)"

	leave "$client" 23 127.0.0.1
	mv left.127.0.0.1 truth
	tool_stop
	expect 23 "$(count waiting)"
	expect "$(cut -d ' ' -f 1-3 truth | sort)" "$(jq -c 'select(.result == "waiting")' "$out" >x
		out=x shown | cut -d ' ' -f 1-3)"
}

# bats test_tags=kernel
@test "waiting is shown once, after a second, while the tool continues" {
	serve full
	tool_start tcpconnect --json
	leave "$client" 23 127.0.0.1
	wait_for 5 eval '[ "$(count waiting)" = 23 ]'
	wait_for 5 eval 'run_client closed 1 127.0.0.1 "$port"; [ "$(count aborted)" -gt 2 ]'
	tool_stop
	expect 23 "$(count waiting)"
}

@test "filters: ports, families, pids and users" {
	serve serve
	tool_start tcpconnect --json -P "1,$port" -4
	run_client blocking 23 127.0.0.1 "$port"
	run_client blocking 23 127.0.0.1 1
	run_client blocking 23 127.0.0.1 2
	if [ -e /proc/net/if_inet6 ]; then run_client blocking 23 ::1 1; fi
	tool_stop
	expect 23 "$(count established)"
	expect 23 "$(count refused)"

	tool_start tcpconnect --json -u 65533
	run_client blocking 23 127.0.0.1 "$port"
	tool_stop
	expect 0 "$(count established)"

	tool_start tcpconnect --json -6 -p $$
	run_client blocking 23 127.0.0.1 "$port"
	tool_stop
	expect 0 "$(jq -s 'map(select(.type == "event")) | length' "$out")"
}

# bats test_tags=kernel
@test "filter: a cgroup" {
	dir=$(cgroup2)/sixty-connect$$
	mkdir "$dir" || skip "no cgroup can be made"
	serve serve
	tool_start tcpconnect --json --cgroup "$dir"
	run_client blocking 23 127.0.0.1 "$port"
	(echo $BASHPID >"$dir/cgroup.procs" && run_client blocking 23 127.0.0.1 "$port")
	tool_stop
	rmdir "$dir"
	expect 23 "$(count established)"
}

@test "-c counts, most first; -s splits by source port" {
	serve serve
	tool_start tcpconnect -c
	run_client silent 23 127.0.0.1 "$port"
	run_client bound 2 127.0.0.1 "$port"
	run_client blocking 5 127.0.0.1 1
	tool_stop
	expect "LADDR RADDR RPORT CONNECTS" "$(head -1 "$out" | xargs)"
	expect "127.0.0.1 127.0.0.1 $port 25" "$(grep " $port " "$out" | xargs)"
	tail -n +2 "$out" | awk '{ print $NF }' >numbers
	expect "$(sort -rn numbers)" "$(cat numbers)"

	tool_start tcpconnect -c -s --json
	run_client bound 23 127.0.0.1 "$port"
	tool_stop
	expect "$(cut -d ' ' -f 1 truth | sort)" \
		"$(jq -r "select(.type == \"row\" and .dport == $port and .connects == 1).sport" \
			"$out" | sort)"
}

@test "-d shows the looked-up name, by A and AAAA, through a CNAME" {
	make_netns
	IN="ip netns exec $a"
	ip -n $a addr add 10.77.1.1/32 dev lo
	ip -n $a addr add fd77::1/128 dev lo nodad || skip "no IPv6 on this machine"
	# The tool receives DNS answers in its own network namespace.
	$IN "$build/tcpconnect" -d -s --duration 20 >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	expect answered "$($IN "$(workload dns-answer)" 127.0.0.53 "$(printf 'ne\033w.example')" \
		10.77.1.1 fd77::1)"
	run_client blocking 1 10.77.1.1
	run_client blocking 1 fd77::1
	run_client blocking 1 127.0.0.1
	run_client nonblocking 1 10.77.0.1
	tool_stop
	grep "$comm" "$out" >ours
	# The resolver library escapes it, and the tool escapes that again for the terminal.
	expect 2 "$(grep -c 'ne\\\\027w.example' ours)"
	grep -q "localhost  *established" ours
	grep -q "No DNS Query  *established" ours
	run grep -q "$(printf '\033')" "$out"
	expect 1 "$status"
}

@test "all of a flood of 3,000 are shown" {
	serve serve
	tool_start tcpconnect --json
	run_client silent 3000 127.0.0.1 "$port"
	tool_stop
	expect 3000 "$(count established)"
	nothing_lost
}

# Shown and lost add up exactly. Since Linux 7 a beginning can be lost, because tasks are preempted in
# tracepoint programs; such losses are counted once the tool has run for two seconds.
# bats test_tags=kernel,all
@test "12,000 over veth with receive packet steering: all shown, or counted as lost" {
	make_netns
	for ns in $netns; do
		ip netns exec $ns sh -c 'echo 3 >/sys/class/net/v0/queues/rx-0/rps_cpus' ||
			skip "no receive packet steering: one CPU, or the kernel lacks it"
	done
	IN="ip netns exec $b" serve serve 10.77.0.2 7777
	tool_start tcpconnect --json
	sleep 2
	IN="ip netns exec $a" timeout 150 ip netns exec $a "$client" silent 12000 10.77.0.2 7777
	tool_stop
	lost=$(jq 'select(.type == "summary").no_start' "$out")
	echo "$lost lost"
	expect 12000 $(($(count established) + lost)) "shown and lost"
	[ "$(uname -r | cut -d. -f1)" -ge 7 ] || expect 0 "$lost" lost
	nothing_lost
}

# bats test_tags=all
@test "if other attempts fill the table, attempts are still shown, with a message" {
	ulimit -n 9000 2>/dev/null || skip "no more than $(ulimit -Hn) open files allowed"
	serve full 0.0.0.0
	tool_start tcpconnect --json
	# Connect to two addresses, because finding a free port for one address takes long after
	# 14,000 connections.
	leave "$(workload connects)" 8200 127.0.0.1
	leave "$(workload connects)" 8200 127.0.0.2
	run_client blocking 23 127.0.0.1 1
	tool_stop
	expect 23 "$(count unknown)"
	grep -q 'a table in the kernel was full' "$err"
}

@test "bad options are refused" {
	refuses 64 "invalid port '0'" tcpconnect -P 0
	refuses 64 "invalid port 'abc'" tcpconnect -P 80,abc
	refuses 64 "invalid port ''" tcpconnect -P 80,
	refuses 64 "invalid port '99999'" tcpconnect -P 99999
	refuses 64 "too many" tcpconnect -P "$(seq -s, 65)"
	refuses 64 "exclude" tcpconnect -4 -6
	refuses 64 "it excludes -d and -U" tcpconnect -c -d
	refuses 64 "invalid pid" tcpconnect -p 12abc
	refuses 64 "unexpected argument" tcpconnect 5
}
