# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Checks of the network and of name lookups.  $u: the numbers of usestat; $n: those of all
# collectors.

include "lib";
include "check";

# net_about: the keys of a network namespace; its subject is " in container X", or nothing for
# that of the host.
def net_about: {netns} + if .netns then {pid, comm} + of_cgroup else {} end;

def net_subject: if .netns == null then ""
	elif in_container != "" then in_container
	else " in the network namespace of \(process_name)" end;

def interface_name: "\(.name)\(net_subject)";

def each_interface($id; $u; filter; value; text):
	[$u.interfaces[] | select(filter)]
	| if ($u.interfaces | length) == 0 then unseen($id; "no interfaces here")
	elif length == 0 then unseen($id; "no interface has this counter")
	else .[] | check($id; interface_name; {interface: .name} + net_about; value; usestat(text)) end;

def of_kinds: if . == "" then "" else ": \(.)" end;

def interface_checks($u):
	each_interface("network-errors"; $u; .errors != null; .errors;
		"\(.name): \(.errors | number) errors/s\(.error_kinds | of_kinds)"),
	each_interface("network-drops"; $u; .drops != null; .drops;
		"\(.name): \(.drops | number) drops/s\(.drop_kinds | of_kinds)"),
	([$u.interfaces[] | select(.util != null and .physical)]
		| if length == 0 then unseen("network-busy"; "no interface reports its speed")
		else .[] | check("network-busy"; interface_name; {interface: .name} + net_about; .util;
			usestat("\(.name): \(.util | number) % of \(.speed_mbit) Mbit/s; "
				+ "in \(.rx_bytes | in_bytes)/s, out \(.tx_bytes | in_bytes)/s")) end),
	each_interface("qdisc-drops"; $u; .qdisc_drops != null; .qdisc_drops;
		"\(.name): \(.qdisc_drops | number) drops/s, \(.overlimits | number) packets/s delayed"),
	each_interface("link-changes"; $u; .physical and .changes != null; .changes;
		"\(.name): \(.changes) changes, state \(.state // "?")");

def each_net($id; $u; value; text; more):
	$u.nets[] | check($id; net_subject; net_about; value; usestat(text), more);
def each_net($id; $u; value; text): each_net($id; $u; value; text; empty);

def rate_of($key): if .[$key] == null or (.seconds // 0) == 0 then null else .[$key] / .seconds end;

def used($value; $max): if $value == null or ($max // 0) == 0 then null else 100 * $value / $max end;

def summed(f): [f] | map(values) | add;

# same_net(netns): true if this is of that network namespace.
def same_net($netns): (.netns // null | tostring) == ($netns // null | tostring);

# foreign(u): remove the network namespace of the client if it is that of the host.
def foreign($u): . as $client
	| if any($u.nets[]; .netns != null and "\(.netns)" == "\($client.netns)") then . else .netns = null end;

def flow_text: "\(.count) of them: \(.local):\(.local_port) to \(.remote):\(.remote_port) (\(.state))"
	+ "\(if .comm and .comm != "-" then ", \(.comm)" else "" end)";

# retransmit_share: in percent; 0 if there are too few to judge.
def retransmit_share:
	if .tcp_retransmits == null or .tcp_out_segments == null then null
	elif .tcp_retransmits < 10 or rate_of("tcp_retransmits") < 1 then 0
	else 100 * .tcp_retransmits / ([.tcp_out_segments, .tcp_retransmits] | max) end;

# dropping(u; protocol; netns): sockets of that namespace that dropped something.
def dropping($u; $protocol; $netns): $u.sockets
	| map(select(.protocol == $protocol and same_net($netns) and (.drops // 0) > 0));

# dropped_text: what a listening socket dropped.
def dropped_text: "\(.drops | plural("connection")) dropped, "
	+ if .queue then "\(.queue) of at most \(.queue_max) waiting" else "queue not known" end;

# overflowed(u): true unless the namespace of this listener shows that no accept queue was full: then the SYN queue
# was, or packets were dropped for another reason.
def overflowed($u): .netns as $netns
	| [$u.nets[] | select(same_net($netns)).tcp_listen_overflows | values] | length == 0 or any(.[]; . > 0);

def listener_checks($u):
	[$u.sockets[] | select(.protocol == "tcp" and (.drops // 0) > 0 and overflowed($u))] as $sockets
	| ($sockets[] | check("listen-overflow"; "port \(.port), \(who),"; {port, address} + about_process; .drops;
		usestat(dropped_text))),
	($u.nets[] | .netns as $netns | select(any($sockets[]; same_net($netns)) | not)
		| check("listen-overflow"; "a listener\(net_subject)"; net_about; .tcp_listen_overflows;
			usestat("\(.tcp_listen_overflows | plural("connection")) dropped")));

# syn_checks(u): full SYN queues, with the listeners that dropped something.
def syn_checks($u): each_net("syn-flood"; $u; summed(.tcp_syn_cookies_sent, .tcp_request_queue_drops);
	"\(.tcp_syn_cookies_sent // 0 | plural("cookie")) sent, "
		+ "\(.tcp_request_queue_drops // 0 | plural("SYN")) dropped";
	(.netns as $netns | $u.sockets[] | select(.protocol == "tcp" and (.drops // 0) > 0 and same_net($netns))
		| usestat("port \(.port), \(who): \(dropped_text)")));

def udp_checks($u):
	each_net("udp-drops"; $u; summed(rate_of("udp_receive_buffer_errors"), rate_of("udp6_receive_buffer_errors"));
		"\(summed(.udp_receive_buffer_errors, .udp6_receive_buffer_errors)) dropped for lack of buffer";
		dropping($u; "udp"; .netns)[0:2][] | usestat("port \(.port): \(.drops), \(who)")),
	(if any($u.nets[]; true) then empty else $u.sockets[] | select(.protocol == "udp")
		| check("udp-drops"; ""; {port}
		+ about_process; rate_of("drops"); usestat("port \(.port): \(.drops), \(who)")) end);

# peer_text: a destination of many connections, with their states.
def peer_text: "\(.connections) to \(if .direction == "out" then endpoint else "local port \(.port)" end): "
	+ "\(.established // 0) established, \(.time_wait // 0) in TIME_WAIT, \(.close_wait // 0) in CLOSE_WAIT";

def peers_of($u; $netns): $u.peers | map(select(same_net($netns))) | sort_by(-.connections)[0:2][];

# port_checks: each destination can use all local ports. If no peer is known, compare all connections with
# them.
def port_checks($u):
	if any($u.peers[]; .direction == "out") then
		$u.peers[] | select(.direction == "out")
		| check("ports-used-up"; " towards \(endpoint)\(net_subject)"; {address, port} + net_about;
			used(.connections; .local_ports); usestat("\(peer_text), of \(.local_ports) local ports"))
	else each_net("ports-used-up"; $u; used(summed(.tcp_time_wait, .tcp_established); .local_ports);
		"\(.tcp_time_wait // 0) in TIME_WAIT and \(.tcp_established // 0) established, of \(.local_ports) "
			+ "ports") end,
	([$u.peers[] | select((.close_wait // 0) > 0)] | if length == 0 then
			fine("close-wait"; usestat("no port or destination with many connections")) | select($u.nets
				| length > 0)
		else .[] | check("close-wait";
			"\(if .direction == "out" then endpoint else "port \(.port)" end)\(net_subject)";
			{port} + net_about; .close_wait; usestat(peer_text)) end);

def resets: summed(rate_of("tcp_resets_sent"), rate_of("tcp_established_resets"));

def net_checks($n; $u):
	each_net("retransmits"; $u; retransmit_share;
		"\(rate_of("tcp_retransmits") | number)/s of \(rate_of("tcp_out_segments") | number) segments/s; "
			+ "resets \(summed(rate_of("tcp_resets_sent"), rate_of("tcp_established_resets")) | number)/s";
		(.netns as $netns | first($n.tcpretrans.top[]? | foreign($u) | select(same_net($netns)))
			| from("tcpretrans"; flow_text))),
	listener_checks($u),
	udp_checks($u),
	syn_checks($u),
	# A busy server resets some connections.
	each_net("reset-storm"; $u; resets as $resets
		| if $resets == null or $resets >= 0.1 * (summed(rate_of("tcp_active_opens"),
			rate_of("tcp_passive_opens")) // 0)
			then $resets else 0 end;
		"\(rate_of("tcp_resets_sent") | number)/s sent, \(rate_of("tcp_established_resets") | number)/s of "
			+ "established connections, \(rate_of("tcp_attempt_failures") | number)/s failed attempts"),
	port_checks($u),
	each_net("time-wait"; $u; if (.tcp_time_wait_overflows // 0) > 0 then [.tcp_time_wait, 10000] | max
		else .tcp_time_wait end;
		"\(.tcp_time_wait) of at most \(.tcp_time_wait_max // "?"); "
			+ (if (.tcp_time_wait_overflows // 0) == 0 then ""
				else "\(.tcp_time_wait_overflows | times) none was free; " end)
			+ "\(rate_of("tcp_active_opens") | number) connections/s opened"; peers_of($u; .netns)
			| usestat(peer_text)),
	each_net("conntrack-full"; $u; if (.conntrack_drops // 0) > 0 then 100
		else used(.conntrack_entries; .conntrack_max) end;
		"\(.conntrack_entries) of \(.conntrack_max) entries, \(.conntrack_drops // 0 | plural("packet")) "
			+ "dropped"),
	each_net("neighbours-full"; $u; if (.neighbour_table_overflows // 0) > 0 then 100
		else used(.neighbours; .neighbours_max) end;
		"\(.neighbours // "?") of \(.neighbours_max // "?"), \(.neighbour_table_overflows // 0) times full"),
	each_net("fragments-lost"; $u; rate_of("ip_reassembly_failures");
		"\(.ip_reassembly_failures) not put together"),
	(first($u.nets[] | select(.netns == null)) // null | values
		| check("tcp-memory"; null; {}; if (.tcp_aborts_on_memory // 0) > 0 then 100
			else used(.tcp_memory_bytes; .tcp_memory_max_bytes) end;
			usestat("\(.tcp_memory_bytes | in_bytes) of \(.tcp_memory_max_bytes | in_bytes); "
				+ "\(.tcp_aborts_on_memory // 0 | plural("connection")) aborted")),
		check("orphans"; null; {}; used(.tcp_orphans; .tcp_orphans_max);
			usestat("\(.tcp_orphans) of at most \(.tcp_orphans_max)")));

# ---- connections and lookups, as the tools see them ----

# connect_check(n; u; id; kind): the destinations with results of this kind. If one program tries several
# addresses of one port, they are one finding.
def connect_check($n; $u; $id; kind):
	def delay: map(.latency_ns | values) | max | if . then ", after at most \(in_time)" else "" end;
	$n.tcpconnect | if . == null then empty
	elif .connects == 0 then unseen($id; "no connects in this time")
	else
		[.targets[] | select(.result | kind)]
		| if length == 0 then fine($id; from("tcpconnect"; "none of the connects"))
		else group_by([.comm, .port, .result])[] | sort_by(-.count) | .[0] as $t
			| check($id; map(endpoint)[0:3] | join(", "); $t | {address, port, comm, pid, netns} + of_cgroup
				| foreign($u);
				map(.count) | add; from("tcpconnect";
					"\(map(.count) | add | plural("connect")) by \($t.comm | quoted) "
						+ "(\($t.pid // "?"))"
					+ "\($t | in_container): \($t.result)\(delay)")) end
	end;

def connect_checks($n; $u):
	def silent: . == "no answer" or . == "timeout" or . == "ETIMEDOUT";
	def refused: . == "refused";
	def other: silent or refused or . == "established" or . == "aborted" | not;
	connect_check($n; $u; "connects-unanswered"; silent),
	connect_check($n; $u; "connects-refused"; refused),
	connect_check($n; $u; "connects-failed"; other);

def accept_checks($n):
	$n.tcpaccept | if . == null then empty
	elif .slowest == null then unseen("accept-queue"; "no connection was accepted in this time")
	else .accepts as $accepts | .slowest
		| check("accept-queue"; .port; {port} + about_process; .queue_ns / 1e6; from("tcpaccept";
			"at most \(.queue_ns | in_time), port \(.port), \(.comm | quoted)\(in_container); \($accepts) "
				+ "accepted"))
	end;

# about_host: the keys of a name, and of the program that looked it up last.
def about_host: {host, comm, pid} + of_cgroup;

# looked_up_by: who did.
def looked_up_by: "by \(.comm | quoted) (\(.pid // "?"))\(in_container)";

def failed_lookups($names):
	($names | map(select(.failed > 0))) as $failed
	| if ($failed | length) > 0 then
		$failed | group_by([.comm, .result])[] | sort_by(-.failed) | .[0] as $f | (map(.failed) | add) as $count
		| check("dns-failing"; map(.host)[0:3] | join(", "); $f | about_host; $count;
			from("gethostlatency"; "\($count) of \(map(.count) | add) lookups \($f | looked_up_by): "
				+ $f.result))
	elif all($names[]; .waiting == .count) then unseen("dns-failing"; "no name lookup has ended")
	else fine("dns-failing"; from("gethostlatency"; $names | map(.count) | add | plural("lookup"))) end;

# slow_lookups: the longest one.  A silent name server leaves them unanswered beyond the end of the run.
def slow_lookups($names; $all):
	($names | map(select(.latency_ns >= 2e8)) | sort_by(-.latency_ns)) as $slow
	| ($slow | map(.waiting // 0) | add // 0) as $waiting
	| if ($slow | length) == 0 then fine("slow-dns"; from("gethostlatency"; "none of \($all) took 200 ms"))
	else $slow[0] as $s
		| check("slow-dns"; $slow | map(.host)[0:3] | join(", "); $s | about_host; $s.latency_ns / 1e6;
			from("gethostlatency"; (if $waiting == 0 then "" else
				"\($waiting) of \($all) had no answer at the end of the run; " end)
				+ "\($s.latency_ns | in_time) at most in \($s.count | plural("lookup")) of \($s.host) "
				+ "\($s | looked_up_by); \($all | plural("lookup")) in all")) end;

def dns_checks($n):
	$n.gethostlatency | if . == null then empty
	elif .lookups == 0 then ("slow-dns", "dns-failing")
		| unseen(.; "no name lookup was seen; those of programs without libc are never seen")
	else failed_lookups(.names), slow_lookups(.names; .lookups) end;

def exec_checks($n; $d):
	def most: if .top then "; \(.top.count) of them \(.top.comm | quoted) by \(.top.parent | quoted)"
		+ "\(if .top.ppid then " (\(.top.ppid))" else "" end)\(.top | in_container)" else "" end;
	$n.execsnoop | if . == null then empty else
		check("exec-storm"; null; {comm: .top.comm, pid: .top.ppid} + (.top // {} | of_cgroup);
			.execs / ([$d.execsnoop, 1]
				| max); from("execsnoop"; "\(.execs) in \($d.execsnoop | number) s\(most)")),
		(if .failed == 0 then fine("exec-failures"; from("execsnoop";
			"none of \(.execs | plural("exec"))")) else
			check("exec-failures"; null; {path: .failed_file}; .failed; from("execsnoop";
				"\(.failed) failed, mostly \(.failed_file | quoted) with \(.failed_error)")) end)
	end;

def function_checks($n; $u):
	$n.profile | if . == null then empty
	elif .samples < 100 or ($u.cpu.busy // 0) < 50 then unseen("hot-function"; "the CPUs are not busy")
	else
		.samples as $all | first(.top[] | select(.function | test("unknown") | not)) as $f
		| (100 * $f.samples / $all) as $share
		| check("hot-function"; $f.function; {comm: $f.comm}; $share; from("profile";
			"\($share | number) % of \($all) samples, in \($f.comm | quoted) (\($f.kind))")) end;
