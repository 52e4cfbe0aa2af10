#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# tcpaccept, compared with the data of the accepting program itself: getsockname,
# getpeername and the clock.  Traffic stays on loopback and in a namespace created here.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2086,SC2154

load ../lib
counts_interrupts NET_RX

own_setup() {
	needs jq
	netns=
	server=$(own accepts)
	comm=${server##*/}
}

own_teardown() {
	[ -z "$netns" ] || ip netns del "$netns"
}

needs_v6() { [ -e /proc/net/if_inet6 ] || skip "no IPv6 on this machine"; }

# serve KIND N [ADDRESS [DELAY_MS]]: start the server; ./truth has its data.
serve() {
	$IN "$server" "$@" >truth || {
		[ $? = 77 ] && skip "$(cat truth)"
		return 1
	}
}

# serve_blocked: start 23 threads in accept on $port; they get connections after "echo go >&9".
serve_blocked() {
	mkfifo go
	exec 9<>go
	"$server" blocked 23 <go >truth 3>&- 9>&- &
	pid=$!
	wait_for 10 contains truth ready
	port=$(sed -n 's/ready //p' truth)
}

# shown: print our program's records as lines like the workload's, sorted.
shown() {
	jq -r --arg comm "$comm" 'select(.type == "event" and .comm == $comm) |
		"\(.raddr) \(.rport) \(.laddr) \(.lport) \(.tid)"' "$out" | sort
}

truth() { cut -d ' ' -f 1-5 truth | sort; }

count() { shown | wc -l; }

# queue_times_agree: expect each queue time within the program's bounds; both clocks count in us.
queue_times_agree() {
	jq -r --arg comm "$comm" 'select(.comm == $comm) | "\(.rport) \(.queue_ns)"' "$out" |
		sort >queues
	cut -d ' ' -f 2,6,7 truth | sort | join - queues | awk -v n="$1" '
		$2 - 1000 <= $4 && $4 <= $3 + 1000 { good++; next }
		{ print "queue time out of bounds: " $0 }
		END { if (good != n) { print good + 0 " of " n " agree"; exit 1 } }'
}

nothing_lost() {
	expect 0 "$(jq 'select(.type == "summary") | .ring_full + .map_full' "$out")"
}

# agrees KIND [ADDRESS [DELAY_MS]]: expect 23 connections, each with the program's data.
agrees() {
	tool_start tcpaccept --json
	serve "$1" 23 "${@:2}"
	tool_stop
	expect 0 "$status" "exit status"
	expect "$(truth)" "$(shown)"
	expect 23 "$(count)"
	queue_times_agree 23
	nothing_lost
}

# bats test_tags=kernel,smoke
@test "accept" { agrees accept; }
# bats test_tags=kernel
@test "accept4" { agrees accept4; }
# bats test_tags=kernel
@test "without blocking; a failed accept is no event" { agrees nonblocking; }
# bats test_tags=kernel
@test "from threads" { agrees threads; }
# bats test_tags=kernel,all
@test "32-bit accept4" { agrees int80; }
# bats test_tags=kernel,all
@test "32-bit accept through socketcall" { agrees socketcall; }
# bats test_tags=kernel
@test "the time in the accept queue: 30 ms" { agrees accept 127.0.0.1 30; }

# bats test_tags=kernel
@test "Multipath TCP at both ends" {
	needs_mptcp
	export MPTCP=1
	agrees accept
	agrees accept4
}

# bats test_tags=kernel
@test "IPv6" {
	needs_v6
	agrees accept ::1
	expect 6 "$(jq --arg c "$comm" 'select(.comm == $c).family' "$out" | uniq)"
}

# bats test_tags=kernel,all
@test "IPv4 mapped into IPv6 is shown as IPv4" {
	needs_v6
	agrees accept ::ffff:127.0.0.1
	expect 4 "$(jq --arg c "$comm" 'select(.comm == $c).family' "$out" | uniq)"
}

# bats test_tags=kernel
@test "threads that wait in accept since before the start" {
	serve_blocked
	tool_start tcpaccept --json
	echo go >&9
	wait $pid
	sed -i /ready/d truth
	tool_stop
	expect 23 "$(count)"
	expect "$(truth)" "$(shown)"
	queue_times_agree 23
}

# bats test_tags=kernel
@test "a connection that was in the queue before the start" {
	"$server" accept 1 127.0.0.1 3000 >truth 3>&- &
	pid=$!
	tool_start tcpaccept --json
	wait $pid
	tool_stop
	expect "$(truth)" "$(shown)"
	queue_times_agree 1
	expect true "$(jq --arg c "$comm" 'select(.comm == $c).queue_ns >= 3000000000' "$out")"
}

make_netns() {
	needs ip
	netns=sixty-t$$
	ip netns add $netns 2>/dev/null || { netns=; skip "no network namespaces on this machine"; }
	ip -n $netns link set lo up
	IN="ip netns exec $netns"
}

# bats test_tags=kernel
@test "the network namespace" {
	make_netns
	agrees accept
	expect "23 $(stat -Lc %i "/run/netns/$netns")" \
		"$(jq --arg c "$comm" 'select(.comm == $c).netns' "$out" | uniq -c | xargs)"
}

# bats test_tags=kernel,all
@test "fast open: accepted before the end of the handshake" {
	make_netns
	# This enables client and server, both without a cookie.
	$IN sysctl -qw net.ipv4.tcp_fastopen=0x207 || skip "no TCP fast open on this machine"
	agrees fastopen
	expect 23 "$($IN awk '/TcpExt/ && !names { names = $0; split($0, key); next }
		/TcpExt/ { for (i in key) if (key[i] == "TCPFastOpenPassive") print $i }' \
		/proc/net/netstat)"
}

@test "filters: local ports, families, pids and users" {
	needs_v6
	serve_blocked
	tool_start tcpaccept --json -P "1,$port" -4
	serve accept 23
	serve accept 23 ::1
	expect 0 "$(count)"
	tool_stop
	tool_start tcpaccept --json -P "1,$port" -4 -p $pid -u 0
	echo go >&9
	wait $pid
	tool_stop
	expect 23 "$(count)"
	expect "$port" "$(shown | cut -d ' ' -f 4 | uniq)"

	tool_start tcpaccept --json -6
	serve accept 23
	tool_stop
	expect 0 "$(count)"

	for filter in "-u 65533" "-p $$"; do
		tool_start tcpaccept --json $filter
		serve accept 23
		tool_stop
		expect 0 "$(count)"
	done
}

# bats test_tags=kernel
@test "filter: a cgroup" {
	dir=$(cgroup2)/sixty-accept$$
	mkdir "$dir" || skip "no cgroup can be made"
	tool_start tcpaccept --json --cgroup "$dir"
	serve accept 23
	(echo $BASHPID >"$dir/cgroup.procs" && serve accept 23)
	tool_stop
	rmdir "$dir"
	expect 23 "$(count)"
	expect "$(truth)" "$(shown)"
}

# bats test_tags=kernel
@test "sockets other than TCP are no events" {
	needs jq python3
	tool_start tcpaccept --json
	python3 - <<-'PY'
		import socket
		server = socket.socket(socket.AF_UNIX)
		server.bind("\0sixty-unix")
		server.listen()
		client = socket.socket(socket.AF_UNIX)
		for _ in range(23):
		    client = socket.socket(socket.AF_UNIX)
		    client.connect("\0sixty-unix")
		    server.accept()
	PY
	tool_stop
	expect 0 "$(jq -n '[inputs | select(.comm == "python3")] | length' "$out")"
}

# bats test_tags=kernel,all
@test "all of a flood of 3,000 are shown" {
	tool_start tcpaccept --json
	serve silent 3000
	tool_stop
	expect 3000 "$(count)"
	nothing_lost
}

@test "the table" {
	tool_start tcpaccept -T
	serve accept 1
	tool_stop
	expect "TIME PID COMM IP RADDR RPORT LADDR LPORT QUEUE(ms)" "$(head -1 "$out" | xargs)"
	read -r raddr rport laddr lport _ <truth
	grep -Eq "^[0-9:.]{12} [0-9]+ +$comm +4  $raddr +$rport +$laddr +$lport +[0-9.]+$" "$out"
}

@test "bad options are refused" {
	refuses 64 "invalid port '0'" tcpaccept -P 0
	refuses 64 "invalid port 'abc'" tcpaccept -P 80,abc
	refuses 64 "exclude each other" tcpaccept -4 -6
}
