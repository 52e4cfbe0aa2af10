# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make facts from the NDJSON that the tools of this project printed.  Input: none; `lines` are
# raw, because the last line of a killed tool may be truncated.
#
# Facts: {numbers, series, tables, histograms, tool, losses, ...}.  The kind of a table's column
# determines how the page formats it.

include "lib";
include "thresholds";

def TOP: 20;	# rows of a table: what fits on a screen; the others are counted

# lines: the lines of one collector's output, up to the line $mark, which follows each output.
def lines: label $done | inputs | if . == $mark then break $done else . end;

def records: lines | fromjson? | objects;

# ours: caused by sixty itself or by a process that it started.
def ours: $context.own["\(.pid)"] or $context.own["\(.ppid)"];

def column(key; title; kind): {key: key, title: title, kind: kind};
def column(key; title; kind; unit): {key: key, title: title, kind: kind, unit: unit};

# table(id; title; columns): of rows, the most important first.
def table(id; title; columns):
	columns as $columns
	| [$columns[].key] as $keys
	| {id: id, title: title, columns: $columns,
		rows: (.[0:TOP] | map(. as $row | reduce $keys[] as $key ({}; .[$key] = $row[$key]))),
		rows_left_out: ([length - TOP, 0] | max)};

# second: when a record was made, in whole seconds since the start.
def second: .t | floor;

# per_second: how often each second occurs in an array of seconds.
def per_second:
	reduce (.[] | select(. >= 0 and . < $context.seconds)) as $s
		([range($context.seconds) | 0]; setpath([$s]; .[$s] + 1));

def event_series(id; resource; title):
	{id: id, resource: resource, title: title, unit: "/s", values: per_second};

# watched_s: about how long a tool watched that was killed before it printed a summary.
def watched_s($meta):
	[(map(.at // empty) | max // 0) - (if $meta then $meta | second else 0 end), 1] | max;

# common_facts: from the first and the last line, which every tool prints.
def common_facts($meta; $summary):
	{
		tool: ($meta | if . then {name: .tool, version, libbpf, hooks} else null end),
		losses: ($summary | if . then
			{lost, ring_full, map_full, no_start, recursion, unreadable, truncated}
			| with_entries(select(.value != null)) else null end),
		bpf_s: ($summary | if .bpf_run_ns then
			.bpf_run_ns / .bpf_measured_ns * .duration_ns / 1e9 | round_to(6) else null end),
		duration_s: (if $summary then $summary.duration_ns / 1e9 else watched_s($meta) end),
		events: $summary.events
	};

# watched: counts by second, null before the tool began to watch and after it stopped.
def watched($meta; $summary):
	(if $meta then $meta | second else 0 end) as $from
	| (if $summary then $summary | second else length end) as $to
	| to_entries | map(if .key < $from or .key > $to then null else .value end);

# timed: the records with their time .t in seconds since the start of the run.  It is that of the
# monotonic clock, because the other one can be set during the run; the first record has both.
def timed:
	foreach records as $record ({at: null, record: null};
		if .at == null and $record.mono_ns and $record.time then
			.at = ($record.time | epoch) - $context.start - $record.mono_ns / 1e9 else . end
		| .at as $at
		| .record = ($record | .t = if .mono_ns then .mono_ns / 1e9 + ($at // 0)
			else (.time // "" | epoch // $context.start) - $context.start end);
		.record);

# of_cgroup: the keys of a record that name its cgroup or container.
def of_cgroup: {cgroup, container, container_name} | with_entries(select(.value != null));

# facts(fields; f): f makes the facts from an array of all records, reduced to these fields.
def facts(fields; f):
	[timed | if .type == "meta" or .type == "summary" then . elif .type == "lost" then empty
		else fields end]
	| (first(.[] | select(.type == "meta")) // null) as $meta
	| (first(.[] | select(.type == "summary")) // null) as $summary
	| common_facts($meta; $summary) + (map(select(.type != "meta" and .type != "summary")) | f)
	| .series |= map(if .unit == "/s" then .values |= watched($meta; $summary) else . end);

# most(f): the most frequent value of f.
def most(f): group_by(f) | max_by(length) | if . == null then null else .[0] | f end;

def errno_name:
	{"1": "EPERM", "2": "ENOENT", "3": "ESRCH", "4": "EINTR", "5": "EIO", "6": "ENXIO",
	"7": "E2BIG", "8": "ENOEXEC", "9": "EBADF", "11": "EAGAIN", "12": "ENOMEM", "13": "EACCES",
	"14": "EFAULT", "16": "EBUSY", "17": "EEXIST", "19": "ENODEV", "20": "ENOTDIR", "21": "EISDIR",
	"22": "EINVAL", "23": "ENFILE", "24": "EMFILE", "26": "ETXTBSY", "27": "EFBIG", "28": "ENOSPC",
	"30": "EROFS", "36": "ENAMETOOLONG", "40": "ELOOP", "116": "ESTALE", "122": "EDQUOT"}["\(.)"]
	// "errno \(.)";

def execsnoop:
	facts({at: second, parent: .parent_comm, ppid, comm, file, ret, ours: ours} + of_cgroup;
		def by_parent: group_by([.parent, .comm]) | map((.[0] | of_cgroup) + {
			parent: .[0].parent, ppid: (map(.ppid) | unique | if length == 1 then .[0] else null end),
			comm: .[0].comm, count: length,
			failed: (map(select(.ret < 0)) | length), file: most(.file)
		}) | sort_by(-.count, .parent, .comm);
		(map(select(.ours)) | length) as $own |
		map(select(.ours | not)) |
		# A search of PATH gets ENOENT in each directory without the program.
		map(select(.ret < 0 and .ret != -2)) as $failed |
		map(select(.ret == 0)) as $done |
		(by_parent[0] // null) as $top |
		{
			numbers: {
				execs: ($done | length), top: $top, own: $own,
				failed: ($failed | length),
				failed_file: ($failed | most(.file)),
				failed_error: ($failed | most(.ret) | if . then -. | errno_name else null end)
			},
			series: [$done | map(.at) | event_series("execs"; "exec"; "programs started")],
			tables: [by_parent | table("execs"; "Programs started, by parent"; [
				column("parent"; "Parent"; "comm"), column("comm"; "Program"; "comm"),
				column("count"; "Execs"; "number"), column("failed"; "Failed"; "number"),
				column("file"; "File"; "path")])]
		});

# is_limit: an open that failed for lack of descriptors or space, or because the file system is
# broken: EIO, ENFILE, EMFILE, ENOSPC or EROFS.
def is_limit: .err == 5 or .err == 23 or .err == 24 or .err == 28 or .err == 30;

def opensnoop:
	facts({at: second, path: (.path // "(unreadable)"), err, comm, pid, ours: ours} + of_cgroup;
		expected_missing as $expected |
		map(select((.ours | not) and .err != 0)) |
		(group_by([.path, .err]) | map((.[-1] | {pid} + of_cgroup) + {
			path: .[0].path, error: (.[0].err | errno_name), count: length,
			comm: most(.comm), programs: (map(.comm) | unique | length)
		}) | sort_by(-.count, .path, .error)) as $by_path |
		{
			numbers: {failed: length,
				unexpected: ($by_path | map(select(.path | test($expected) | not))[0:10]),
				limits: (map(select(is_limit)) | group_by([.err, .comm])
					| map((.[-1] | {pid} + of_cgroup) + {error: (.[0].err | errno_name),
						comm: .[0].comm, count: length, path: .[0].path})
					| sort_by(-.count, .error, .comm))},
			series: [map(.at) | event_series("opens.failed"; "open"; "opens that failed")],
			tables: [$by_path | sort_by(.path | test($expected)) | table("opens";
				"Failed opens, by path and error"; [
				column("path"; "Path"; "path"), column("error"; "Error"; "text"),
				column("count"; "Opens"; "number"), column("comm"; "Mostly by"; "comm"),
				column("programs"; "Programs"; "number")])]
		});

# A client that gave up after this time had no answer.
def UNANSWERED_NS: 2e8;

# connect_results: one record per connect.  A connect without an answer yet is a separate event
# before the result.
def connect_results:
	group_by([.pid, .tid, .saddr, .sport, .daddr, .dport])
	| map(if any(.[]; .result != "waiting") then map(select(.result != "waiting")) else .[0:1] end)
	| add // [] | map(if .result == "waiting" or (.result == "aborted" and (.latency_ns // 0) >= UNANSWERED_NS)
		then .result = "no answer" else . end);

def tcpconnect:
	facts({at: second, pid, tid, comm, saddr, sport, daddr, dport, result, latency_ns, netns, ours: ours}
			+ of_cgroup;
		map(select((.ours | not) and .result != null)) | connect_results |
		(group_by([.daddr, .dport, .result]) | map((.[-1] | {pid, netns} + of_cgroup) + {
			address: .[0].daddr, port: .[0].dport, result: .[0].result, count: length,
			latency_ns: (map(.latency_ns // empty) | max), comm: most(.comm)
		}) | sort_by((.result == "established"), -.count, .address, .port, .result)) as $by_target |
		{
			numbers: {connects: length, results: (group_by(.result) | map({key: .[0].result, value: length})
				| from_entries), targets: ($by_target | map(select(.result != "established"))[0:10])},
			series: [
				(map(.at) | event_series("connects"; "connect"; "connects")),
				(map(select(.result != "established") | .at)
					| event_series("connects.failed"; "connect"; "connects that failed"))],
			tables: [$by_target | table("connects"; "Connects, by destination and result"; [
				column("address"; "Address"; "address"), column("port"; "Port"; "id"),
				column("result"; "Result"; "text"), column("count"; "Connects"; "number"),
				column("latency_ns"; "Longest"; "number"; "ns"), column("comm"; "Mostly by"; "comm")])]
		});

def tcpaccept:
	facts({at: second, pid, comm, laddr, lport, queue_ns, ours: ours} + of_cgroup;
		map(select(.ours | not)) |
		(group_by([.laddr, .lport, .comm]) | map((.[-1] | {pid} + of_cgroup) + {
			address: .[0].laddr, port: .[0].lport, comm: .[0].comm, count: length,
			queue_ns: (map(.queue_ns // empty) | max)
		}) | sort_by(-.count, .address, .port, .comm)) as $by_port |
		{
			numbers: {accepts: length,
				slowest: ($by_port | map(select(.queue_ns != null)) | max_by(.queue_ns))},
			series: [map(.at) | event_series("accepts"; "connect"; "connections accepted")],
			tables: [$by_port | table("accepts"; "Connections accepted, by port"; [
				column("address"; "Address"; "address"), column("port"; "Port"; "id"),
				column("comm"; "Program"; "comm"), column("count"; "Accepted"; "number"),
				column("queue_ns"; "Longest in queue"; "number"; "ns")])]
		});

def tcpretrans:
	facts({at: second, laddr: (.laddr // .saddr), lport: (.lport // .sport), raddr: (.raddr // .daddr),
			rport: (.rport // .dport), kind: (.kind // .op // "retransmit"), state: (.state // "-"),
			comm: (.comm // "-"), ours: ours};
		map(select(.laddr != null)) |
		(group_by([.laddr, .lport, .raddr, .rport, .state]) | map({
			local: .[0].laddr, local_port: .[0].lport, remote: .[0].raddr, remote_port: .[0].rport,
			state: .[0].state, count: length, comm: most(.comm)
		}) | sort_by(-.count, .local, .local_port, .remote, .remote_port)) as $flows |
		{
			numbers: {retransmits: length, flows: ($flows | length), top: $flows[0:3]},
			series: [map(.at) | event_series("retransmits.seen"; "network"; "retransmits seen")],
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
		map(select((.ours | not) and .latency_ns != null)) |
		map(.failed = ((.result | ascii_downcase) as $r | ["ok", "0", "success", "netdb_success"]
			| index($r) == null)) |
		(group_by(.host) | map((.[-1] | {pid} + of_cgroup) + {
			host: .[0].host, count: length, failed: (map(select(.failed)) | length),
			result: (map(select(.failed)) | if length > 0 then most(.result) else "ok" end),
			latency_ns: (map(.latency_ns) | max), total_ns: (map(.latency_ns) | add), comm: most(.comm)
		}) | sort_by(-.latency_ns, .host)) as $by_host |
		{
			numbers: {lookups: length, failed: (map(select(.failed)) | length),
				names: ($by_host | .[0:20] + (.[20:] | map(select(.failed > 0)) | sort_by(-.failed)[0:20]))},
			series: [map(.at) | event_series("lookups"; "dns"; "names looked up")],
			tables: [$by_host | table("names"; "Names looked up, the slowest first"; [
				column("host"; "Name"; "host"), column("count"; "Lookups"; "number"),
				column("failed"; "Failed"; "number"), column("result"; "Result"; "text"),
				column("latency_ns"; "Longest"; "number"; "ns"), column("comm"; "Mostly by"; "comm")])]
		});

def fsslower:
	facts({at: second, pid, comm, op: (.op // "-"), bytes, latency_ns, fs: (.fs // "-"),
			file: (.file // "(unreadable)"), ours: ours} + of_cgroup;
		map(select((.ours | not) and .latency_ns != null)) |
		(group_by([.file, .op, .comm]) | map((.[-1] | {pid} + of_cgroup) + {
			file: .[0].file, op: .[0].op, fs: .[0].fs, comm: .[0].comm, count: length,
			latency_ns: (map(.latency_ns) | max), total_ns: (map(.latency_ns) | add)
		}) | sort_by(-.latency_ns, .file, .op, .comm)) as $by_file |
		{
			numbers: {slow: length, slowest: $by_file[0], total_ns: (map(.latency_ns) | add // 0)},
			series: [map(.at) | event_series("files.slow"; "file"; "slow file operations")],
			tables: [$by_file | table("files"; "Slow file operations, the slowest first"; [
				column("file"; "File"; "path"), column("op"; "Operation"; "text"),
				column("fs"; "File system"; "text"), column("comm"; "Program"; "comm"),
				column("count"; "Times"; "number"), column("latency_ns"; "Longest"; "number"; "ns"),
				column("total_ns"; "Together"; "number"; "ns")])]
		});

def biosnoop:
	facts({at: second, pid, comm: (.comm // "-"), disk: (.disk // "-"),
			op: (.rwbs // .op // .operation // "-"), bytes, latency_ns, error: (.error_name // null), ours: ours}
			+ of_cgroup;
		map(select(.latency_ns != null)) |
		(group_by([.disk, .comm]) | map((.[-1] | {pid} + of_cgroup) + {
			disk: .[0].disk, comm: .[0].comm, count: length, bytes: (map(.bytes // 0) | add),
			total_ns: (map(.latency_ns) | add)}) | sort_by(-.total_ns, .disk, .comm)) as $causes |
		(group_by([.disk, .comm, .op]) | map({
			disk: .[0].disk, comm: .[0].comm, op: .[0].op, count: length, bytes: (map(.bytes // 0) | add),
			latency_ns: (map(.latency_ns) | max), total_ns: (map(.latency_ns) | add)
		}) | sort_by(-.total_ns, .disk, .comm, .op)) as $by_cause |
		{
			numbers: {requests: length, causes: $causes[0:20],
				errors: (map(select(.error)) | group_by([.disk, .error]) | map({disk: .[0].disk, error: .[0].error,
					comm: .[0].comm, count: length}))},
			series: [],
			tables: [$by_cause | table("requests"; "Disk requests, by who caused them"; [
				column("disk"; "Disk"; "text"), column("comm"; "Program"; "comm"),
				column("op"; "Operation"; "text"), column("count"; "Requests"; "number"),
				column("bytes"; "Bytes"; "number"; "bytes"),
				column("latency_ns"; "Longest"; "number"; "ns"),
				column("total_ns"; "Together"; "number"; "ns")])]
		});

# quantile(share): the upper end of the bucket that contains it, as in the tools.
def quantile($share):
	. as $h
	| ([$h.count * $share | ceil, 1] | max) as $rank
	| (reduce $h.buckets[] as $b ({seen: 0, found: null};
		.seen += $b.count | if .found == null and .seen >= $rank then .found = $b.max else . end) | .found)
	| if . == null then null else [., $h.max] | min end;

# merged: one histogram from those of all intervals.
def merged:
	if length == 1 then .[0] else
		{unit: .[0].unit, count: (map(.count) | add), max: (map(.max) | max),
		buckets: (map(.buckets) | add // [] | group_by(.min)
			| map({min: .[0].min, max: .[0].max, count: (map(.count) | add)}))}
		| . + {p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), p99_9: quantile(0.999)}
	end | {unit, count, p50, p90, p99, p99_9, max, buckets};

# octave: the binary logarithm of a value, rounded down; 0 for 0 and 1.
def octave: if . < 2 then 0 else log2 + 1e-9 | floor end;

# heat: [second, octave, count] of all intervals.
def heat:
	map(.at as $at | .buckets | group_by(.min | octave)
		| map([$at, (.[0].min | octave), (map(.count) | add)]))
	| add // [] | group_by(.[0:2]) | map([.[0][0], .[0][1], (map(.[2]) | add)]);

# histograms(id; resource; title; of): a histogram for each value of `of`, with a heat map if it
# was printed in more than two intervals.
def histograms(id; resource; title; of):
	group_by(of) | map((.[0] | of) as $name | . as $parts | merged
		| select(.count > 0)
		| {id: id, resource: resource, title: title, label: $name} + .
			+ {heat: (if ($parts | length) > 2 then $parts | heat else null end)});

def interval_series(id; resource; title; of; f; unit):
	group_by(of) | map(select(length > 2) | . as $parts
		| {id: id, resource: resource, title: title, label: (.[0] | of), unit: unit,
			values: (reduce $parts[] as $h ([range($context.seconds) | null];
				if $h.at >= 0 and $h.at < $context.seconds then .[$h.at] = ($h | f) else . end))});

# at_end: the second that an interval covered: the one before the full second nearest to its end.
def at_end: .t - 0.5 | floor;

def latency_facts(id; resource; title; of):
	facts({at: at_end, label: of, unit, count, max, p50, p90, p99, p99_9, buckets};
		map(select(.buckets != null)) |
		histograms(id; resource; title; .label) as $hists |
		{
			numbers: {hists: ($hists | map(del(.buckets, .heat)))},
			series: interval_series("\(id).p99"; resource; "\(title), 99th percentile"; .label;
				.unit as $unit | .p99 | unit_ns($unit); "ns"),
			histograms: $hists,
			tables: []
		});

def runqlat: latency_facts("runq"; "cpu"; "Wait for a CPU"; null);

def biolatency: latency_facts("block"; "disk"; "Disk latency"; .disk);

def cachestat:
	facts({at: at_end, hits, misses, cached_bytes};
		map(select(.hits != null)) |
		(map(.hits) | add // 0) as $hits | (map(.misses) | add // 0) as $misses |
		{
			numbers: {hits: $hits, misses: $misses, ratio: ($hits | percent($hits + $misses)),
				# With few accesses, a ratio means little.
				worst: (map(select(.hits + .misses >= 1000) | 100 * .hits / (.hits + .misses)) | min)},
			series: [{id: "cache.hits", resource: "memory", title: "page cache hits", unit: "%",
				values: (reduce .[] as $r ([range($context.seconds) | null];
					if $r.at >= 0 and $r.at < $context.seconds and $r.hits + $r.misses > 0 then
						.[$r.at] = ($r.hits | percent($r.hits + $r.misses) | round_to(2))
					else . end))}],
			tables: []
		});

# profile: frames are strings, the innermost first.
def profile:
	facts(if .type == "stack" then {comm, count, kernel: (.kernel // []), user: (.user // [])}
		else {samples: .samples} end;
		map(select(.count != null)) |
		map(. + {leaf: (((.kernel + .user)[0] // "[unknown]") | if type == "object" then .name // "[unknown]"
			else tostring end), kind: (if (.kernel | length) > 0 then "kernel" else "user" end)}) |
		(map(.count) | add // 0) as $total |
		(group_by([.leaf, .kind, .comm]) | map({
			function: .[0].leaf, kind: .[0].kind, comm: .[0].comm, samples: (map(.count) | add)
		}) | map(.share = (100 * .samples / $total | round_to(2)))
			| sort_by(-.samples, .function, .comm)) as $hot |
		{
			numbers: {samples: $total, top: $hot[0:3]},
			series: [],
			tables: [$hot | table("functions"; "Functions on CPU, by their own samples"; [
				column("function"; "Function"; "function"), column("kind"; "In"; "text"),
				column("comm"; "Program"; "comm"), column("samples"; "Samples"; "number"),
				column("share"; "Share"; "number"; "%")])]
		});
