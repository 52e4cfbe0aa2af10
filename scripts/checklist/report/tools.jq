# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make facts from the NDJSON that the tools of this project printed.  Input: none; `lines` are
# raw, because the last line of a killed tool may be truncated.
#
# Facts: {numbers, series, tables, histograms, tool, losses, ...}.  The kind of a table's column
# determines how the page formats it.

include "lib";


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

# per_second: the number of events in each second.
def per_second:
	reduce (.[] | select(.at >= 0 and .at < $context.seconds)) as $r
		([range($context.seconds) | 0]; setpath([$r.at]; .[$r.at] + $r.n));

def event_series(id; resource; title):
	{id: id, resource: resource, title: title, unit: "/s", values: per_second};

# watched_s: the approximate time that a tool watched if it was killed before it printed a summary.
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

# timed: the records with their time .t in seconds since the start of the run, by the monotonic clock. The
# clock of the day can be set during the run. The first record has both times.
def timed:
	foreach records as $record ({at: null, record: null};
		if .at == null and $record.mono_ns and $record.time then
			.at = ($record.time | epoch) - $context.start - $record.mono_ns / 1e9 else . end
		| .at as $at
		| .record = ($record | .t = if .mono_ns then .mono_ns / 1e9 + ($at // 0)
			else (.time // "" | epoch // $context.start) - $context.start end);
		.record);

# of_cgroup: the keys of a record that name its cgroup or container.
def of_cgroup:
	(if .cgroup == null then {} else {cgroup} end) + (if .container == null then {} else {container} end)
	+ (if .container_name == null then {} else {container_name} end);

# facts(fields; f): f makes the facts from an array of all records, reduced to these fields.
def facts(fields; f):
	[timed | if .type == "meta" or .type == "summary" then . elif .type == "lost" then empty
		elif .type == "count" then fields + {row: true, n: .count, others, latency_ns: .max_ns, p50_ns,
			at: (.t - 0.5 | floor)}
		else fields end]
	| (first(.[] | select(.type == "meta")) // null) as $meta
	| (first(.[] | select(.type == "summary")) // null) as $summary
	| common_facts($meta; $summary) + (map(select(.type != "meta" and .type != "summary")) | f)
	| .series |= map(if .unit == "/s" then .values |= watched($meta; $summary) else . end);

# weight: the number of events that these records represent.
def weight: map(.n) | add // 0;

# most(f): the most frequent value of f.
def most(f): group_by(f) | max_by(weight) | if . == null then null else .[0] | f end;

# unfold(keys): if all events were printed, the events, each with .n 1. Otherwise, in a storm, the rows of
# --count-by these keys, with the other fields of an event of the same kind. Leaves out kinds of which all
# printed events are ours. .total_ns: sum of the latencies.
def unfold($keys):
	def kind: [.[$keys[]]] | tojson;
	map(select(.row)) as $rows
	| map(select(.row | not) | .n = 1 | .total_ns = .latency_ns) as $events
	| if ($rows | length) == 0 or ($events | length) >= ($rows | weight) then $events
	else
		($events | group_by(kind) | map({key: (.[0] | kind), value: (all(.[]; .ours) as $ours | .[-1]
			| .ours = $ours)}) | from_entries) as $known
		| [$rows[] | .total_ns = (if .p50_ns then .n * .p50_ns else null end)
			| . as $row | $known[kind]
			| if . == null then $row
			else . + ($row | {row, n, others, at, latency_ns, p50_ns, total_ns, bytes}) end]
	end;

def errno_name:
	{"1": "EPERM", "2": "ENOENT", "3": "ESRCH", "4": "EINTR", "5": "EIO", "6": "ENXIO",
	"7": "E2BIG", "8": "ENOEXEC", "9": "EBADF", "11": "EAGAIN", "12": "ENOMEM", "13": "EACCES",
	"14": "EFAULT", "16": "EBUSY", "17": "EEXIST", "19": "ENODEV", "20": "ENOTDIR", "21": "EISDIR",
	"22": "EINVAL", "23": "ENFILE", "24": "EMFILE", "26": "ETXTBSY", "27": "EFBIG", "28": "ENOSPC",
	"30": "EROFS", "36": "ENAMETOOLONG", "40": "ELOOP", "116": "ESTALE", "122": "EDQUOT"}["\(.)"]
	// "errno \(.)";
