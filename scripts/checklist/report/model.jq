# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make report.json from the facts of all collectors: it contains what the views show and nothing
# else.  $context: from context.jq.

include "lib";
include "findings";

def SCHEMA: 1;

def by_name(f): map({key: .name, value: f}) | from_entries;

def count_of(severity): map(select(.severity == severity)) | length;

def finding: {id, severity, class, resource, title, evidence, next, value, unit};

def exonerated: {id, class, resource, title: .fine, evidence};

# axis: the time axis of all series, as long as the longest of them.
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
	| results($numbers; $durations) as $results
	| axis as $axis
	| ($results | map(select(.severity != "ok") | finding)) as $findings
	| {
		schema: SCHEMA,
		generator: "sixty",
		redacted: $redacted,
		meta: meta($collectors),
		verdict: {critical: ($findings | count_of("critical")), warning: ($findings | count_of("warning")),
			info: ($findings | count_of("info"))},
		findings: $findings,
		exonerated: ($results | map(select(.severity == "ok" and .fine != null) | exonerated)),
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
