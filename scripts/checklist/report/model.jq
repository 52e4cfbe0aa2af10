# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make report.json from the facts of all collectors: it contains what the views show and nothing
# else.  $context: from context.jq.

include "lib";
include "check";
include "findings";
include "view";

def SCHEMA: 1;

def by_name(f): map({key: .name, value: f}) | from_entries;

def count_of(severity): map(select(.severity == severity)) | length;

# The keys that only rank findings and fill in commands.
def INNER_KEYS: ["load", "cgroup_dir", "memory_dir", "pids_dir"];

def finding: {number, explained_by, id, severity, class, resource, title, subject,
	about: (.about | with_entries(select(.value != null and (.key | IN(INNER_KEYS[]) | not)))),
	evidence, cannot, next, value, unit, share};

# with_command(processes): a finding about a process also tells its command line, if that is known.
def with_command($processes):
	.about.pid as $pid
	| (first($processes[] | select($pid != null and .pid == $pid and .command_line)) // null) as $process
	| ($process | command) as $command
	| if $process == null or any(.evidence[]; .text | contains($command)) then .
	else .evidence += [{collector: "usestat", text: ($process | who + $command)}] end;

def exonerated: {id: .rule.id, class: .rule.class, resource: .rule.resource, title: .rule.fine, evidence: .fine};

def not_looked_at: {id: .rule.id, class: .rule.class, resource: .rule.resource,
	title: (.rule.fine // .rule.title), reason: .unseen};

# matrix: a row for each resource of the USE method, with the worst of each class.
def matrix:
	def cell: {
		severity: ([.[].found[]?.severity] | worst),
		found: ([.[].found[]?] | length), fine: (map(select(.fine)) | length), unseen: (map(select(.unseen))
			| length)};
	["cpu", "memory", "disk", "filesystem", "network", "dns", "tasks", "exec", "file", "open", "machine"]
	as $resources
	| . as $judged
	| [$resources[] as $resource | [$judged[] | select(.rule.resource == $resource)] | select(length > 0)
		| {resource: $resource, utilisation: (map(select(.rule.class == "utilisation")) | cell),
			saturation: (map(select(.rule.class == "saturation")) | cell),
			errors: (map(select(.rule.class == "errors" or .rule.class == "signals")) | cell)}];

# axis: the common time axis, as long as the longest series.
def axis: {start: $context.start_time, step_s: 1, count: ([.[].facts.series[]?.values | length] | max // 0)};

def padded($count): .values |= (. + [range([$count - length, 0] | max) | null] | map(finite));

def meta($collectors):
	([$collectors[].facts.bpf_s | numbers] | add | round_to(6)) as $own_bpf_s
	| $context | {version, host, kernel, arch, cpus, start: .start_time, seconds: (.took_s // .seconds),
		own_cpu_s, own_bpf_s: $own_bpf_s, root, ended_early};

def collector: {name, command, status, reason,
	records: .facts.events, bpf_s: .facts.bpf_s, tool: .facts.tool};

def report($redacted):
	. as $collectors
	| (by_name(.facts.numbers)) as $numbers
	| (by_name(.facts.duration_s)) as $durations
	| judged($numbers; $durations; $collectors) as $judged
	| axis as $axis
	| ([$judged[].found[]? | select(concerns(WHO))] | story
		| map(with_command($numbers.usestat.processes // []) | finding)) as $findings
	| {
		schema: SCHEMA,
		generator: "sixty",
		redacted: $redacted,
		meta: meta($collectors),
		machine: ($numbers.usestat.machine // {} | {os, kernel_version, cpu_model, cpus_online, hypervisor,
			clock_source,
			transparent_hugepages, transparent_hugepages_defrag, swappiness, overcommit_memory, dirty_ratio,
			somaxconn, tcp_syncookies, tcp_max_syn_backlog, netdev_budget, numa_balancing, sched_autogroup}
			+ {governor: $numbers.usestat.cpu.governor, version: $context.version, kernel: $context.kernel}
			| with_entries(select(.value != null))),
		service: service($numbers.usestat // {}),
		verdict: {critical: ($findings | count_of("critical")), warning: ($findings | count_of("warning")),
			info: ($findings | count_of("info")), judged: ($judged | map(select(.found or .fine)) | length),
			not_looked_at: ($judged | map(select(.unseen)) | length)},
		findings: $findings,
		exonerated: ($judged | map(select(.fine and .rule.fine) | exonerated)),
		not_looked_at: ($judged | map(select(.unseen) | not_looked_at)),
		history: ($numbers.usestat.history // [] | map({class, count, time, text})),
		matrix: ($judged | matrix),
		changed_rules: [$judged[].rule | select(.changed) | {id, warning, critical, off: (.off // false)}],
		collectors: map(collector),
		axis: $axis,
		series: [.[] | .name as $name | .facts.series[]? | padded($axis.count)
			| {id, label: .label, resource, collector: $name, title, unit, values}],
		histograms: [.[] | .name as $name | .facts.histograms[]?
			| {id, label: .label, resource, collector: $name,
				title, unit, count, p50, p90, p99, p99_9, max, buckets, heat}] | sort_by(.resource),
		tables: [.[] | .name as $name | .facts.tables[]? | select(.rows | length > 0)
			| {id, collector: $name, title, columns, rows, rows_left_out}],
		losses: [.[] | select(.facts.losses != null) | {collector: .name} + .facts.losses]
	};
