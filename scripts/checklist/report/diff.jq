# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --diff A B: the differences between two report.json, as an object and as text.

include "lib";

def key: "\(.id) \(.title)";

def mean: [.values[] | select(. != null)] | average;

def title_with_label: .title + if .label then " (\(.label))" else "" end;

def series_of:
	[.series[] | {key: "\(.collector) \(title_with_label)", value: {mean: mean, unit}}
		| select(.value.mean != null)] | from_entries;

def histograms_of:
	[.histograms[] | .unit as $unit | {key: title_with_label,
		value: {count, p50: (.p50 | unit_ns($unit)), p99: (.p99 | unit_ns($unit))}}] | from_entries;

# changed(a; b): by more than 20 %; values up to 0.5 are too small to compare.
def changed($a; $b): ([$a, $b] | max) as $top | $top > 0.5 and (($a - $b) | fabs) > 0.2 * $top;

# COUNT: how many values a percentile needs to be meaningful: at least ten above it.
def COUNT: {p50: 20, p99: 1000};

def findings_of($old; $new):
	[($new | to_entries[] | $old[.key] as $before | .value | {id, title, severity,
			change: (if $before == null then "new" elif .severity == $before.severity then "same"
				else "changed" end),
			before: $before.severity}),
		($old | to_entries[] | select($new[.key] == null).value
			| {id, title, severity, change: "gone", before: .severity})];

def configuration_of($a; $b):
	($a.machine // {}) as $x | ($b.machine // {}) as $y
	| [($x + $y | keys_unsorted[]) as $key | select($x[$key] != $y[$key])
		| {key: $key, a: $x[$key], b: $y[$key]}];

def difference($a; $b):
	($a.findings | map({key: key, value: .}) | from_entries) as $old
	| ($b.findings | map({key: key, value: .}) | from_entries) as $new
	| ($a | series_of) as $s | ($b | series_of) as $t
	| ($a | histograms_of) as $h | ($b | histograms_of) as $i
	| {
		a: ($a.meta | {host, start}), b: ($b.meta | {host, start}),
		findings: findings_of($old; $new),
		means: [$t | to_entries[] | .key as $k | .value as $v | $s[$k] | values
			| select(changed(.mean; $v.mean)) | {series: $k, a: .mean, b: $v.mean, unit: $v.unit}],
		latencies: [$i | to_entries[] | .key as $k | .value as $v | $h[$k] | values | . as $o
			| ("p50", "p99") as $p
			| select(([$o.count, $v.count] | min) >= COUNT[$p] and changed($o[$p] / 1000; $v[$p] / 1000))
			| {histogram: $k, percentile: $p, a_ns: $o[$p], b_ns: $v[$p], a_count: $o.count,
				b_count: $v.count}],
		configuration: configuration_of($a; $b)
	};

def arrow($a; $b): "\($a) -> \($b)";

def section($title; lines): [lines] | if length > 0 then "", $title, (.[] | "  \(.)") else empty end;

def difference_text:
	def of($change): .findings[] | select(.change == $change);
	[
		"A: \(.a.host), \(.a.start)", "B: \(.b.host), \(.b.start)", "", "FINDINGS",
		(of("new") | "  new      \(.severity) \(.title)"), (of("gone") | "  gone     \(.severity) \(.title)"),
		(.findings[] | select(.change == "same" or .change == "changed")
			| if .change == "same" then "  same     \(.severity) \(.title)"
			else "  changed  \(.before) -> \(.severity) \(.title)" end),
		section("MEANS THAT CHANGED BY MORE THAN A FIFTH"; .means[]
			| .unit as $unit | "\(.series): \(arrow(.a | with_unit($unit); .b | with_unit($unit)))"),
		section("LATENCIES THAT CHANGED BY MORE THAN A FIFTH"; .latencies[]
			| "\(.histogram) \(.percentile): \(arrow(.a_ns | in_time; .b_ns | in_time)) (of \(.a_count) "
				+ "and \(.b_count))"),
		section("CONFIGURATION THAT DIFFERS"; .configuration[] | "\(.key): \(arrow(.a // "-"; .b // "-"))")
	] | map(printable)[];
