# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Facts from the tools that print events; tools.jq describes them.

include "lib";
include "expected";
include "tools";

def execsnoop:
	facts({at: second, parent: .parent_comm, ppid, comm, file, ret, ours: ours} + of_cgroup;
		def by_parent: group_by([.parent, .comm]) | map((.[0] | of_cgroup) + {
			parent: .[0].parent, ppid: (map(.ppid) | unique | if length == 1 then .[0] else null end),
			comm: .[0].comm, count: weight,
			failed: (map(select(.ret < 0)) | weight), file: most(.file)
		}) | sort_by(-.count, .parent, .comm);
		unfold(["parent", "comm", "ret"]) |
		(map(select(.ours)) | weight) as $own |
		map(select(.ours | not)) |
		# A search of PATH gets ENOENT in each directory without the program.
		map(select(.ret != null and .ret < 0 and .ret != -2)) as $failed |
		map(select(.ret == 0 or .others)) as $done |
		(map(select(.others | not)) | by_parent) as $by_parent |
		($by_parent[0] // null) as $top |
		{
			numbers: {
				execs: ($done | weight), top: $top, own: $own,
				failed: ($failed | weight),
				failed_file: ($failed | most(.file)),
				failed_error: ($failed | most(.ret) | if . then -. | errno_name else null end)
			},
			series: [$done | event_series("execs"; "exec"; "programs started")],
			tables: [$by_parent | table("execs"; "Programs started, by parent"; [
				column("parent"; "Parent"; "comm"), column("comm"; "Program"; "comm"),
				column("count"; "Execs"; "number"), column("failed"; "Failed"; "number"),
				column("file"; "File"; "path")])]
		});

# is_limit: a call that failed for lack of descriptors or space, or because the file system is
# broken.  With --limits opensnoop names those calls; before, it showed only opens.
def is_limit: .syscall or ([5, 23, 24, 28, 30, 122] as $limits | .err | IN($limits[]));

def opensnoop:
	facts({at: second, path: (.path // if .syscall then "-" else "(unreadable)" end), err, comm, pid,
			syscall, of_file: (.path != null), ours: ours} + of_cgroup;
		expected_missing as $expected |
		unfold(["path", "err", "comm", "syscall"]) |
		map(select((.ours | not) and .err != 0)) |
		(map(select(.others | not)) | group_by([.path, .err]) | map((.[-1] | {pid} + of_cgroup) + {
			path: .[0].path, syscall: .[0].syscall, error: (.[0].err | errno_name), count: weight,
			comm: most(.comm), programs: (map(.comm) | unique | length)
		}) | sort_by(-.count, .path, .error)) as $by_path |
		{
			numbers: {failed: weight,
				unexpected: ($by_path | map(select((.syscall | not)
					and (.path | test($expected) | not)))[0:10]),
				limits: (map(select(is_limit)) | group_by([.err, .comm])
					| map((.[-1] | {pid} + of_cgroup) + {error: (.[0].err | errno_name),
						comm: .[0].comm, count: weight, path: .[0].path,
						syscall: .[0].syscall, of_file: .[0].of_file})
					| sort_by(-.count, .error, .comm))},
			series: [event_series("opens.failed"; "open"; "opens that failed")],
			tables: [$by_path | sort_by(.path | test($expected)) | table("opens";
				"Failed opens and calls at a limit, by path and error"; [
				column("path"; "Path"; "path"), column("error"; "Error"; "text"),
				column("count"; "Opens"; "number"), column("comm"; "Mostly by"; "comm"),
				column("programs"; "Programs"; "number")])]
		});

# A connect that the client gave up after this time counts as unanswered.
def UNANSWERED_NS: 2e8;

# connect_results: one record per connect.  A connect that is still waiting is reported as a separate event
# before its result.
def connect_results:
	if any(.[]; .row) then . else
		group_by([.pid, .tid, .saddr, .sport, .daddr, .dport])
		| map(if any(.[]; .result != "waiting") then map(select(.result != "waiting")) else .[0:1] end)
		| add // [] end
	| map(if .result == "waiting" or (.result == "aborted" and (.latency_ns // 0) >= UNANSWERED_NS)
		then .result = "no answer" else . end);

def tcpconnect:
	facts({at: second, pid, tid, comm, saddr, sport, daddr, dport, result, latency_ns, netns, ours: ours}
			+ of_cgroup;
		unfold(["daddr", "dport", "result", "comm"]) |
		map(select((.ours | not) and (.result != null or .others))) | connect_results |
		(map(select(.others | not)) | group_by([.daddr, .dport, .result]) | map((.[-1]
			| {pid, netns} + of_cgroup) + {
			address: .[0].daddr, port: .[0].dport, result: .[0].result, count: weight,
			latency_ns: (map(.latency_ns // empty) | max), comm: most(.comm)
		}) | sort_by((.result == "established"), -.count, .address, .port, .result)) as $by_target |
		{
			numbers: {connects: weight, targets: ($by_target
				| map(select(.result != "established"))[0:10])},
			series: [
				(event_series("connects"; "connect"; "connects")),
				(map(select(.result != "established"))
					| event_series("connects.failed"; "connect"; "connects that failed"))],
			tables: [$by_target | table("connects"; "Connects, by destination and result"; [
				column("address"; "Address"; "address"), column("port"; "Port"; "id"),
				column("result"; "Result"; "text"), column("count"; "Connects"; "number"),
				column("latency_ns"; "Longest"; "number"; "ns"), column("comm"; "Mostly by"; "comm")])]
		});

def tcpaccept:
	facts({at: second, pid, comm, laddr, lport, latency_ns: .queue_ns, ours: ours} + of_cgroup;
		unfold(["laddr", "lport", "comm"]) |
		map(select(.ours | not)) |
		(map(select(.others | not)) | group_by([.laddr, .lport, .comm]) | map((.[-1] | {pid} + of_cgroup) + {
			address: .[0].laddr, port: .[0].lport, comm: .[0].comm, count: weight,
			queue_ns: (map(.latency_ns // empty) | max)
		}) | sort_by(-.count, .address, .port, .comm)) as $by_port |
		{
			numbers: {accepts: weight,
				slowest: ($by_port | map(select(.queue_ns != null)) | max_by(.queue_ns))},
			series: [event_series("accepts"; "connect"; "connections accepted")],
			tables: [$by_port | table("accepts"; "Connections accepted, by port"; [
				column("address"; "Address"; "address"), column("port"; "Port"; "id"),
				column("comm"; "Program"; "comm"), column("count"; "Accepted"; "number"),
				column("queue_ns"; "Longest in queue"; "number"; "ns")])]
		});

def tcpretrans:
	facts({at: second, laddr: (.laddr // .saddr), lport: (.lport // .sport), raddr: (.raddr // .daddr),
			rport: (.rport // .dport), kind: (.kind // .op // "retransmit"), state: (.state // "-"),
			comm: (.comm // "-"), netns, ours: ours};
		unfold(["laddr", "lport", "raddr", "rport", "state"]) |
		map(select(.laddr != null or .others)) |
		(map(select(.others | not)) | group_by([.laddr, .lport, .raddr, .rport, .state]) | map({
			local: .[0].laddr, local_port: .[0].lport, remote: .[0].raddr, remote_port: .[0].rport,
			state: .[0].state, count: weight, comm: most(.comm), netns: .[-1].netns
		}) | sort_by(-.count, .local, .local_port, .remote, .remote_port)) as $flows |
		{
			numbers: {retransmits: weight, flows: ($flows | length), top: $flows[0:TOP]},
			series: [event_series("retransmits.seen"; "network"; "retransmits seen")],
			tables: [$flows | table("retransmits"; "TCP retransmits, by flow"; [
				column("local"; "Local"; "address"), column("local_port"; "Port"; "id"),
				column("remote"; "Remote"; "address"), column("remote_port"; "Port"; "id"),
				column("state"; "State"; "text"), column("count"; "Retransmits"; "number"),
				column("comm"; "Program"; "comm")])]
		});

def gethostlatency:
	facts({at: second, host: (.host // "(unreadable)"), pid, comm, latency_ns,
			result: (if .result != null then "\(.result)"
				elif (.ret // 0) != 0 then "\(.ret)" else "ok" end),
			ours: ours} + of_cgroup;
		unfold([]) |
		map(select((.ours | not) and .latency_ns != null)) |
		map(.failed = ((.result | ascii_downcase) as $r | ["ok", "0", "success", "netdb_success", "waiting"]
			| index($r) == null)) |
		(group_by(.host) | map((.[-1] | {pid} + of_cgroup) + {
			host: .[0].host, count: weight, failed: (map(select(.failed)) | weight),
			waiting: (map(select(.result == "waiting")) | weight),
			result: (if any(.[]; .failed) then map(select(.failed)) | most(.result)
				elif any(.[]; .result == "waiting") then "waiting" else "ok" end),
			latency_ns: (map(.latency_ns) | max), total_ns: (map(.total_ns) | add), comm: most(.comm)
		}) | sort_by(-.latency_ns, .host)) as $by_host |
		{
			numbers: {lookups: weight, failed: (map(select(.failed)) | weight),
				names: ($by_host | .[0:20] + (.[20:] | map(select(.failed > 0))
					| sort_by(-.failed)[0:20]))},
			series: [event_series("lookups"; "dns"; "names looked up")],
			tables: [$by_host | table("names"; "Names looked up, the slowest first"; [
				column("host"; "Name"; "host"), column("count"; "Lookups"; "number"),
				column("failed"; "Failed"; "number"), column("result"; "Result"; "text"),
				column("latency_ns"; "Longest"; "number"; "ns"), column("comm"; "Mostly by"; "comm")])]
		});

def fsslower:
	facts({at: second, pid, comm, op: (.op // "-"), bytes, latency_ns, fs: (.fs // "-"),
			file: (.file // "(unreadable)"), ours: ours} + of_cgroup;
		unfold([]) |
		map(select((.ours | not) and .latency_ns != null)) |
		(group_by([.file, .op, .comm]) | map((.[-1] | {pid} + of_cgroup) + {
			file: .[0].file, op: .[0].op, fs: .[0].fs, comm: .[0].comm, count: weight,
			latency_ns: (map(.latency_ns) | max), total_ns: (map(.total_ns) | add)
		}) | sort_by(-.latency_ns, .file, .op, .comm)) as $by_file |
		{
			numbers: {slow: weight, slowest: $by_file[0], total_ns: (map(.total_ns) | add // 0)},
			series: [event_series("files.slow"; "file"; "slow file operations")],
			tables: [$by_file | table("files"; "Slow file operations, the slowest first"; [
				column("file"; "File"; "path"), column("op"; "Operation"; "text"),
				column("fs"; "File system"; "text"), column("comm"; "Program"; "comm"),
				column("count"; "Times"; "number"), column("latency_ns"; "Longest"; "number"; "ns"),
				column("total_ns"; "Together"; "number"; "ns")])]
		});

def biosnoop:
	facts({at: second, pid, comm: (.comm // "-"), disk: (.disk // "-"),
			op: (.rwbs // .op // .operation // "-"), bytes, latency_ns, error: (.error_name // null),
				ours: ours}
			+ of_cgroup;
		unfold(["disk", "comm", "op", "error"]) |
		map(select(.latency_ns != null and (.ours | not))) |
		(map(select(.others | not)) | group_by([.disk, .comm]) | map((.[-1] | {pid} + of_cgroup) + {
			disk: .[0].disk, comm: .[0].comm, count: weight, bytes: (map(.bytes // 0) | add),
			total_ns: (map(.total_ns) | add)}) | sort_by(-.total_ns, .disk, .comm)) as $causes |
		(map(select(.others | not)) | group_by([.disk, .comm, .op]) | map({
			disk: .[0].disk, comm: .[0].comm, op: .[0].op, count: weight, bytes: (map(.bytes // 0) | add),
			latency_ns: (map(.latency_ns) | max), total_ns: (map(.total_ns) | add)
		}) | sort_by(-.total_ns, .disk, .comm, .op)) as $by_cause |
		{
			numbers: {requests: weight, causes: $causes[0:20],
				errors: (map(select(.error)) | group_by([.disk, .error])
					| map({disk: .[0].disk, error: .[0].error,
					comm: .[0].comm, count: weight}))},
			series: [],
			tables: [$by_cause | table("requests"; "Disk requests, by who caused them"; [
				column("disk"; "Disk"; "text"), column("comm"; "Program"; "comm"),
				column("op"; "Operation"; "text"), column("count"; "Requests"; "number"),
				column("bytes"; "Bytes"; "number"; "bytes"),
				column("latency_ns"; "Longest"; "number"; "ns"),
				column("total_ns"; "Together"; "number"; "ns")])]
		});
