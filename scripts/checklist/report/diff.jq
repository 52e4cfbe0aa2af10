# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --diff A B: list the differences between two report.json.

include "lib";

def key: "\(.id) \(.title)";

def summary: "\(.severity) \(.title)";

def mean: [.values[] | select(. != null)] | average;

def title_with_label: .title + if .label then " (\(.label))" else "" end;

def series_of:
	[.series[] | {key: "\(.collector) \(title_with_label)", value: {mean: mean, unit}}
		| select(.value.mean != null)] | from_entries;

def histograms_of:
	[.histograms[] | .unit as $unit | {key: title_with_label,
		value: {p50: (.p50 | unit_ns($unit)), p99: (.p99 | unit_ns($unit))}}] | from_entries;

# changed(a; b): by more than 20 %; values up to 0.5 are too small to compare.
def changed($a; $b): ([$a, $b] | max) as $top | $top > 0.5 and (($a - $b) | fabs) > 0.2 * $top;

def arrow($a; $b): "\($a) -> \($b)";

def difference($a; $b):
	($a.findings | map({key: key, value: .}) | from_entries) as $old
	| ($b.findings | map({key: key, value: .}) | from_entries) as $new
	| ($a | series_of) as $s | ($b | series_of) as $t
	| ($a | histograms_of) as $h | ($b | histograms_of) as $i
	| [
		"A: \($a.meta.host), \($a.meta.start)", "B: \($b.meta.host), \($b.meta.start)",
		"", "FINDINGS",
		($b.findings[] | select($old[key] == null) | "  new      \(summary)"),
		($a.findings[] | select($new[key] == null) | "  gone     \(summary)"),
		($b.findings[] | $old[key] as $before | select($before != null)
			| if .severity == $before.severity then "  same     \(summary)"
			else "  changed  \($before.severity) -> \(summary)" end),
		"", "MEANS THAT CHANGED BY MORE THAN A FIFTH",
		($t | to_entries[] | .key as $k | .value as $v | $s[$k] | select(. != null)
			| .mean as $m | select(changed($m; $v.mean))
			| "  \($k): \(arrow($m | with_unit($v.unit); $v.mean | with_unit($v.unit)))"),
		"", "LATENCIES THAT CHANGED BY MORE THAN A FIFTH",
		($i | to_entries[] | .key as $k | .value as $v | $h[$k] | select(. != null)
			| . as $o | ("p50", "p99") as $p | select(changed($o[$p] / 1000; $v[$p] / 1000))
			| "  \($k) \($p): \(arrow($o[$p] | in_time; $v[$p] | in_time))")
	] | map(printable)[];
