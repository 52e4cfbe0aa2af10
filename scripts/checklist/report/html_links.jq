# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Links from a finding to the parts of the page that show it: charts, distributions, tables, flame graphs, and
# the output of the collector that its evidence comes from. $raw, $flame: see html.jq.

include "lib";
include "markup";
include "html_parts";
include "html_charts";
include "html_flame";

# shown_in: for each part of the page, the findings that it shows.
def shown_in: [
	{chart: "CPU", of: ["cpu-busy", "cpu-steal", "cpu-slow", "cpu-bound", "one-cpu-busy", "softirq-one-cpu",
		"thermal-throttling"]},
	{chart: "Run queue", of: ["run-queue", "cpu-busy", "blocked-tasks"]},
	{chart: "Wait for a CPU, 99th percentile", of: ["run-queue-delay", "process-run-delay", "cpu-steal"]},
	{histogram: "runq", of: ["run-queue-delay"]},
	{chart: "Stalled (PSI)", of: ["cpu-pressure", "memory-pressure", "io-pressure"]},
	{chart: "Disk busy", of: ["disk-busy", "disk-queue", "io-limited"]},
	{chart: "Disk wait, mean", of: ["disk-busy", "disk-queue", "fsync-slow", "disk-stuck"]},
	{chart: "Disk latency, 99th percentile", of: ["block-latency", "block-outlier", "kernel-io"]},
	{histogram: "block", of: ["block-latency", "block-outlier"]},
	{chart: "Memory available", of: ["memory-low", "memory-leak", "kernel-oom", "direct-reclaim", "slab-large",
		"commit-limit"]},
	{chart: "Swapped in and out", of: ["swapping", "thrashing"]},
	{chart: "Page cache hits", of: ["cache-misses", "thrashing"]},
	{chart: "Network", of: ["network-busy", "network-drops", "network-errors", "qdisc-drops", "softnet-drops"]},
	{chart: "TCP retransmits", of: ["retransmits"]},
	{chart: "Programs started", of: ["exec-storm", "crash-loop"]},
	{chart: "Failed opens", of: ["failing-opens", "resource-limits"]},
	{chart: "Connections", of: ["connects-unanswered", "connects-refused", "connects-failed", "accept-queue",
		"listen-overflow", "syn-flood", "reset-storm", "ports-used-up", "time-wait"]},
	{chart: "Slow file operations and name lookups", of: ["slow-files", "slow-dns", "dns-failing"]},
	{flame: "profile", of: ["hot-function", "cpu-busy", "cpu-bound", "one-cpu-busy"]},
	{flame: "offcputime", of: ["mutex-wait", "kernel-lock", "lock-contention"]},
	{table: "waits", of: ["mutex-wait", "kernel-lock", "lock-contention", "blocked-tasks"]},
	{table: "functions", of: ["hot-function"]},
	{table: "processes", of: ["cpu-busy", "cpu-bound", "one-cpu-busy", "run-queue", "process-run-delay",
		"memory-low", "memory-leak", "kernel-oom", "descriptors", "descriptor-growth", "thread-growth",
		"threads-limit", "user-threads"]},
	{table: "cgroups", of: ["cpu-throttled", "cgroup-cpu-pressure", "cgroup-memory-limit", "cgroup-memory-high",
		"cgroup-io-pressure", "pids-limit"]},
	{table: "waits", of: ["mutex-wait", "kernel-lock", "lock-contention", "blocked-tasks", "deadlock"]},
	{table: "requests", of: ["disk-busy", "disk-queue", "block-latency", "block-outlier"]},
	{table: "mounts", of: ["space-low", "space-growth", "inodes-low", "fs-read-only", "fs-errors"]},
	{table: "files", of: ["slow-files", "fsync-slow"]},
	{table: "opens", of: ["failing-opens", "resource-limits"]},
	{table: "execs", of: ["exec-storm", "exec-failures", "crash-loop"]},
	{table: "connects", of: ["connects-unanswered", "connects-refused", "connects-failed"]},
	{table: "accepts", of: ["accept-queue", "listen-overflow", "syn-flood"]},
	{table: "retransmits", of: ["retransmits"]},
	{table: "names", of: ["slow-dns", "dns-failing"]},
	{table: "kernel", of: ["kernel-hung", "kernel-crash", "kernel-bug", "kernel-warning", "kernel-hardware",
		"kernel-thermal", "kernel-errors", "kernel-oom", "kernel-allocation", "kernel-io", "kernel-network"]}
];

# places(charts): the parts that this page has: {of, title, anchor, label}.  The charts are drawn_charts.
def places($charts):
	. as $report
	| [shown_in[] as $part
		| if $part.chart then $charts[] | select(.title == $part.chart)
			| {title, anchor: (.title | anchor("chart"))}
		elif $part.histogram then $report.histograms | range(length) as $i | .[$i]
			| select(.id == $part.histogram) | {title: full_title, label: .label, anchor: "latency-\($i)"}
		elif $part.table then $report.tables[] | select(.id == $part.table)
			| {title: (.title / ",")[0], anchor: "table-\(.id)"}
		elif $part.flame == "profile" then flame_of("profile") | {title: "Flame graph", anchor: "flame"}
		else flame_of("offcputime") | {title: "Waiting", anchor: "waiting"} end
		| . + {of: $part.of}];

# places_of(places): the places that show this finding. Of the distributions, only that of its subject.
def places_of($places):
	. as $finding
	| $places[] | select(.of | index($finding.id)) | select(.label == null or .label == $finding.subject);

# see_html(places): a line of links to them, or nothing.
def see_html($places):
	[places_of($places) | element("a"; {href: "#\(.anchor)"}; .title | text)]
	| if length == 0 then "" else element("p"; {class: "see"}; span_html("tag"; "See") + " " + join(" ")) end;

# collector_html: the name of a collector, with a link to its output if the page has it.
def collector_html:
	. as $name | ([$raw[].name] | index($name)) as $i
	| if $i == null then span_html("tag"; text)
	else element("a"; {class: "tag", href: "#raw-\($i)"}; text) end;
