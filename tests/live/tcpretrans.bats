#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# tcpretrans, compared with the kernel's own counters, in a network namespace without
# other traffic, and with the sockets' TCP_INFO.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2086,SC2154

load ../lib
counts_interrupts NET_RX

own_setup() {
	needs jq ip awk
	netns=
	program=$(own retransmits)
	comm=${program##*/}
	pid='' holder=''
	make_netns sixty-r$$
	inum=$(stat -Lc %i "/run/netns/sixty-r$$")
	IN="ip netns exec sixty-r$$"
	$IN sleep 900 3>&- &
	holder=$!		# its files in /proc have the counters of the namespace
	wait_for 10 contains "/proc/$holder/comm" sleep
	mkfifo hold
	exec 9<>hold		# the workload's input
}

own_teardown() {
	local ns
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || true
	[ -z "$holder" ] || kill "$holder"
	for ns in $netns; do ip netns del "$ns"; done
}

make_netns() {
	ip netns add "$1" 2>/dev/null || skip "no network namespaces on this machine"
	netns="$netns $1"
	ip -n "$1" link set lo up
}

# lose KIND N [ADDRESS]: run it in the background until release; ./truth has its data.
lose() {
	$IN "$program" "$@" <hold >truth 3>&- 9>&- &
	pid=$!
	wait_for 60 has_done
	contains truth "done"
	sed -i /done/d truth
}

has_done() { contains truth "done" || ! kill -0 "$pid"; }

# listening: set $port to that of the listening socket, in hexadecimal.
listening() {
	port=$(awk '$4 == "0A" { sub(/.*:/, "", $2); print $2 }' "/proc/$holder/net/tcp")
	[ -n "$port" ]
}

# waiting_program KIND N: start it in the background, $pid; it begins when a line is written to descriptor 9.
waiting_program() {
	$IN "$program" "$1" "$2" 127.0.0.1 wait <hold >truth 3>&- 9>&- &
	pid=$!
	wait_for 10 listening
}

# release: end the workload, but not before its events were shown.
release() {
	kill $pid
	wait $pid || true
	pid=
}

# load_netem: load it, or skip the test.
load_netem() {
	needs tc
	modprobe -q sch_netem 2>/dev/null || true
	$IN tc qdisc add dev lo root netem loss 0% 2>/dev/null || skip "no netem on this machine"
	$IN tc qdisc del dev lo root
}

# counter NAME [LESS]: print it for the namespace, from /proc/net/snmp and netstat, without the counter LESS.
counter() {
	awk -v name="$1" -v less="${2-}" '
		FNR % 2 { split($0, key); next }
		$1 == key[1] { for (i in key) value[key[i]] = $i }
		END { print value[name] - value[less] }' "/proc/$holder/net/snmp" "/proc/$holder/net/netstat"
}

# ours [FILTER]: print the records of our namespace; of_ours FILTER: apply it to an array of them.
ours() { jq -rc "select(.netns == $inum) | ${1:-.}" "$out"; }
of_ours() { jq -nrc "[inputs | select(.netns == $inum)] | $1" "$out"; }

# segments KIND: print how many segments of that kind were retransmitted.
segments() {
	local kind="select(.kind == \"$1\")"
	[ "$1" != all ] || kind=
	of_ours "map($kind.segments) | add // 0"
}

# flows: print connections and their retransmissions, as the workload does, by the
# ports of the connecting end.
flows() {
	local port
	port=$(awk 'NR == 1 { print $2 }' truth)
	ours "if .rport == $port then \"\(.lport) \(.rport)\" else \"\(.rport) \(.lport)\" end +
		\" \(.segments // .retransmits)\"" | awk '
		{ n[$1 " " $2] += $3 } END { for (flow in n) print flow, n[flow] }' | sort
}

# sent_again: print the number of segments retransmitted. RetransSegs also counts segments that the
# machine failed to send.
sent_again() { counter RetransSegs TCPRetransFail; }

all_shown() { [ "$(segments all)" -ge "${1:-$(sent_again)}" ]; }

# shows_all: during a continuing loss, expect all segments so far, and none that was sent after the
# tool ended.
shows_all() {
	local total shown
	total=$(sent_again)
	wait_for 5 all_shown "$total" || true
	tool_stop
	shown=$(segments all)
	echo "$shown shown, $total to $(sent_again) sent again"
	[ "$total" -le "$shown" ] && [ "$shown" -le "$(sent_again)" ]
}

# agrees KIND [ADDRESS]: expect all 23 connections of that kind, with every segment.
agrees() {
	tool_start tcpretrans --json -l
	lose "$1" 23 "${@:2}"
	wait_for 5 all_shown || true
	tool_stop
	expect 0 "$status" "exit status"
	expect "$(sent_again)" "$(segments all)" segments
	expect "$(grep -v ' 0$' truth | sort)" "$(flows)" flows
	expect "$(counter TCPSynRetrans)" $(($(segments syn) + $(segments synack))) "SYNs and SYN-ACKs"
	owner="$pid $comm"
	[ -e /sys/kernel/btf/vmlinux ] || owner="null null"	# without BTF no iterator finds the owner
	[ "$1" = none ] || expect "$owner" "$(ours '"\(.pid) \(.comm)"' | uniq)" owners
	release
}

# bats test_tags=kernel,smoke
@test "SYNs" {
	agrees syn
	expect "$(segments all)" "$(segments syn)"
	[ "$(segments syn)" -ge 23 ]
	expect SYN_SENT "$(ours .state | uniq)"
}

# add_hole: add a veth pair to our namespace, its end $1 with the addresses $2...; the other end
# drops all packets, because they have another link-layer address.
add_hole() {
	local address
	$IN ip link add "$1" type veth peer name "$1-end" || skip "no veth on this machine"
	for address in "${@:2}"; do $IN ip addr add "$address" dev "$1"; done
	$IN ip link set "$1" up
	$IN ip link set "$1-end" up
	$IN ip neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev "$1"
}

# hold_connection ADDRESS PORT: let the workload hold one, with MPTCP, until the test ends.
hold_connection() {
	program=$(own connects)
	comm=${program##*/}
	MPTCP=1 $IN "$program" left 1 "$@" <hold >truth 3>&- 9>&- &
	pid=$!
}

# bats test_tags=kernel
@test "Multipath TCP: the owner of a SYN" {
	needs_mptcp
	add_hole hole 10.77.0.1/24
	tool_start tcpretrans --json
	hold_connection 10.77.0.2 7
	wait_for 5 eval '[ "$(segments syn)" -ge 1 ]'
	tool_stop
	owner="$pid $comm"
	[ -e /sys/kernel/btf/vmlinux ] || owner="null null"
	expect "$owner 10.77.0.1 7" "$(ours '"\(.pid) \(.comm) \(.laddr) \(.rport)"' | uniq)"
	release
}

# The server is reached over the loopback interface; a second path to it, through the address
# of the hole, is never established.
# bats test_tags=kernel,all
@test "Multipath TCP: the owner of a second path's SYN" {
	needs_mptcp
	$IN ip mptcp limits set subflow 2 || skip "no ip mptcp"
	$IN ip addr add 10.77.0.2/32 dev lo
	add_hole hole 10.78.0.1/24
	$IN ip mptcp endpoint add 10.78.0.1 dev hole subflow
	$IN ip route add 10.77.0.2/32 dev hole table 78
	$IN ip rule add from 10.78.0.1 table 78 pref 0
	MPTCP=1 $IN "$(workload connects)" serve 0 10.77.0.2 0 >server 3>&- 9>&- &
	server=$!
	wait_for 10 contains server ready
	tool_start tcpretrans --json
	hold_connection 10.77.0.2 "$(cut -d ' ' -f 2 server)"
	wait_for 5 eval '[ "$(segments syn)" -ge 1 ]'
	tool_stop
	kill $server
	owner="$pid $comm"
	[ -e /sys/kernel/btf/vmlinux ] || owner="null null"
	expect "$owner 10.78.0.1" "$(ours '"\(.pid) \(.comm) \(.laddr)"' | uniq)"
	release
}

# bats test_tags=kernel
@test "SYN-ACKs" {
	agrees synack
	expect "$(segments all)" "$(segments synack)"
	[ "$(segments synack)" -ge 23 ]
	expect SYN_RECV "$(ours .state | uniq)"
}

# bats test_tags=kernel
@test "tail loss probes, then timeouts" {
	agrees tail
	expect 23 "$(segments probe)"
	expect "$(counter TCPLossProbes)" "$(segments probe)"
	[ "$(segments retransmit)" -ge 23 ]
	expect 100 "$(ours .bytes | uniq)"
}

# bats test_tags=kernel
@test "IPv6" {
	[ -e /proc/net/if_inet6 ] || skip "no IPv6 on this machine"
	agrees tail ::1
	expect "6 ::1 ::1" "$(ours '"\(.family) \(.laddr) \(.raddr)"' | uniq)"
}

# bats test_tags=kernel,all
@test "IPv4 mapped into IPv6 is shown as IPv4" {
	[ -e /proc/net/if_inet6 ] || skip "no IPv6 on this machine"
	agrees tail ::ffff:127.0.0.1
	expect "4 127.0.0.1" "$(ours '"\(.family) \(.laddr)"' | uniq)"
}

# bats test_tags=kernel
@test "fast retransmits while a probe is pending are not probes" {
	agrees middle
	[ "$(counter TCPFastRetrans)" -ge 23 ]
	[ "$(segments probe)" -le "$(counter TCPLossProbes)" ]
	# The first byte of each connection is sent repeatedly: 23 sequence numbers.
	expect 23 "$(ours 'select(.kind == "retransmit" and .bytes == 1).seq' | sort -u | wc -l)"
}

# bats test_tags=kernel
@test "random loss" {
	tool_start tcpretrans --json -l
	lose random 23
	shows_all
	[ "$(segments all)" -ge 50 ]
	[ "$(segments probe)" -le "$(counter TCPLossProbes)" ]
	expect "" "$(join -v 1 <(flows | cut -d ' ' -f 1) <(cut -d ' ' -f 1 truth | sort))" "other flows"
	release
}

# bats test_tags=kernel
@test "real loss: netem between two namespaces" {
	load_netem
	make_netns sixty-s$$
	ip -n sixty-r$$ link add v0 type veth peer name v0 netns sixty-s$$ ||
		skip "no veth on this machine"
	ip -n sixty-r$$ addr add 10.78.0.1/24 dev v0
	ip -n sixty-s$$ addr add 10.78.0.2/24 dev v0
	ip -n sixty-r$$ link set v0 up
	ip -n sixty-s$$ link set v0 up
	$IN tc qdisc add dev v0 root netem loss 10%
	ip netns exec sixty-s$$ "$(workload connects)" serve 0 10.78.0.2 7777 >server 3>&- 9>&- &
	server=$!
	wait_for 10 contains server ready
	tool_start tcpretrans --json -l
	$IN "$(workload connects)" silent 60 10.78.0.2 7777
	shows_all
	kill $server
	[ "$(segments all)" -ge 5 ]
	expect "$(counter TCPSynRetrans)" $(($(segments syn) + $(segments synack)))
}

# is_sent PORT: true if the first SYN to it was sent.
is_sent() { $IN ss -Htn state syn-sent "dport = :$1" | grep -q .; }

# bats test_tags=kernel,all
@test "segments that the machine failed to retransmit are not shown" {
	local client
	needs ss timeout
	# The loopback drops the SYN; when it is due again, a second later, there is no route.
	$IN ip route add 10.9.9.9 dev lo
	tool_start tcpretrans --json -l
	$IN timeout 3 "$(workload connects)" silent 1 10.9.9.9 7777 >truth 3>&- 9>&- &
	client=$!
	wait_for 1 is_sent 7777
	$IN ip route replace blackhole 10.9.9.9
	wait $client || true
	tool_stop
	expect 0 "$(sent_again)" "sent again"
	expect 0 "$(segments all)" "shown"
}

# probes_only_with_l KIND: cause one probe on each of 23 connections, and expect them only with -l.
probes_only_with_l() {
	tool_start tcpretrans --json -l
	lose "$1" 23
	wait_for 5 all_shown || true
	tool_stop
	expect 23 "$(segments probe)"
	expect "$(counter TCPLossProbes)" "$(segments probe)"
	expect "$(sent_again)" "$(segments all)"
	expect "" "$(cat "$err")"
	release

	before=$(counter RetransSegs)
	tool_start tcpretrans --json
	lose "$1" 23
	expected=$(($(counter RetransSegs) - before - 23))
	wait_for 5 eval '[ "$(segments all)" -ge $expected ]' || true
	tool_stop
	expect "retransmit $expected" "$(ours .kind | uniq) $(segments all)"
	grep -q ': 23 tail loss probes were not shown' "$err"
	release
}

@test "tail loss probes are shown only with -l" { probes_only_with_l tail; }

# bats test_tags=kernel,all
@test "tail loss probes are shown only with -l: netem drops what connections send" {
	load_netem
	probes_only_with_l netem
}

# bats test_tags=kernel
@test "-c counts probes only with -l" {
	tool_start tcpretrans --json -c -l
	lose tail 2
	tool_stop
	expect "$(counter RetransSegs)" "$(of_ours 'map(.retransmits) | add')"
	release

	before=$(counter RetransSegs)
	tool_start tcpretrans --json -c
	lose tail 2
	tool_stop
	expect $(($(counter RetransSegs) - before - 2)) "$(of_ours 'map(.retransmits) | add')"
	release
}

@test "without loss nothing is shown" {
	agrees none
	expect 0 "$(ours | wc -l)"
}

# bats test_tags=kernel
@test "-c counts by connection, most first" {
	tool_start tcpretrans --json -c -l
	lose random 23
	tool_stop
	expect "$(grep -v ' 0$' truth | sort)" "$(flows)"
	ours .retransmits >numbers
	expect "$(sort -rn numbers)" "$(cat numbers)"
	release

	tool_start tcpretrans -c -p $$
	lose tail 2
	tool_stop
	expect "LADDR:LPORT RADDR:RPORT RETRANSMITS" "$(xargs <"$out")"
	release

	waiting_program syn 23
	tool_start tcpretrans --json -c -p "$pid"
	echo >&9
	wait_for 10 contains truth "done"
	tool_stop
	expect 23 "$(of_ours 'map(select(.type == "row" and .retransmits >= 1)) | length')"
	release
}

@test "filters: ports, families, users and pids" {
	tool_start tcpretrans --json -P 1 -4
	lose tail 2
	tool_stop
	expect 0 "$(ours | wc -l)"
	release
	for filter in -6 "-u 65533" "-p $$"; do
		tool_start tcpretrans --json $filter
		lose tail 2
		tool_stop
		expect 0 "$(ours | wc -l)"
		release
	done
	waiting_program syn 23
	tool_start tcpretrans --json -4 -u 0 -p "$pid" -P "1,$((16#$port))"
	echo >&9
	wait_for 10 contains truth "done"
	wait_for 5 eval '[ "$(segments syn)" -ge 23 ]'
	tool_stop
	expect "$pid $((16#$port))" "$(ours '"\(.pid) \(.rport)"' | uniq)"
	release
}

# bats test_tags=kernel
@test "filter: a cgroup" {
	dir=$(cgroup2)/sixty-retrans$$
	mkdir "$dir" || skip "no cgroup can be made"
	tool_start tcpretrans --json -l --cgroup "$dir"
	lose tail 2
	release
	expect 0 "$(ours | wc -l)"
	echo $BASHPID >"$dir/cgroup.procs"
	lose tail 3
	wait_for 5 eval '[ "$(segments probe)" -ge 3 ]'
	echo $BASHPID >"$(cgroup2)/cgroup.procs"
	release
	tool_stop
	rmdir "$dir"
	expect 3 "$(segments probe)"
	expect "/${dir##*/}" "$(ours .cgroup | uniq)"
}

# bats test_tags=kernel,all
@test "a socket that no process has open any more has no owner" {
	# The socket was closed with data in flight, so it is an orphan in FIN_WAIT1.
	tool_start tcpretrans --json
	$IN "$program" orphan 1 >truth
	wait_for 5 eval '[ -n "$(ours)" ]'
	tool_stop
	expect null "$(ours .pid | uniq)"
	expect FIN_WAIT1 "$(ours .state | head -1)"
}

@test "the table" {
	tool_start tcpretrans -s -l
	lose tail 1
	wait_for 5 grep -q " L> .*$comm" "$out"
	tool_stop
	expect "TIME PID IP LADDR:LPORT T> RADDR:RPORT STATE SEQ COMM" "$(head -1 "$out" | xargs)"
	read -r lport rport _ <truth
	start="^[0-9:.]{12} +$pid +4  127.0.0.1:$lport +L> 127.0.0.1:$rport"
	grep -Eq "$start +ESTABLISHED +[0-9]+ +$comm$" "$out"
	grep -q " R> " "$out"
	release
}

@test "bad options are refused" {
	refuses 64 "invalid port '0'" tcpretrans -P 0
	refuses 64 "exclude each other" tcpretrans -4 -6
	refuses 64 "it excludes -s" tcpretrans -c -s
}
