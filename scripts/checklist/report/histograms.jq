# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Facts from the tools that print histograms, rows and stacks; tools.jq describes them.

include "lib";
include "tools";

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

# sampled: .at is the second that each record covers.  Samples are numbered, because a busy machine prints
# them late: by their time, one second would be empty and the next would have two.  Records with different
# labels within a quarter of a second are one sample.  A longer pause means a sample without records.
def sampled:
	(.[0].t // 0) as $first
	| [foreach .[] as $record ({number: -1, t: null, labels: {}};
		"\($record.label)" as $series
		| (if .t == null or .labels[$series] or $record.t - .t > 0.25 then
			.number = ([.number + 1, ($record.t - $first + 0.25 | floor)] | max) | .labels = {} else . end)
		| .t = $record.t | .labels[$series] = true;
		.number as $number | $record | .at = ($first - 0.5 | floor) + $number)];

# latency_facts(id; resource; title; of; start): `start` removes the intervals in which the checklist itself
# starts.
def latency_facts(id; resource; title; of; start):
	facts({t, at: second, label: of, unit, count, max, p50, p90, p99, p99_9, buckets};
		map(select(.buckets != null)) | sampled | start |
		histograms(id; resource; title; .label) as $hists |
		{
			numbers: {hists: ($hists | map(del(.buckets, .heat)))},
			series: interval_series("\(id).p99"; resource; "\(title), 99th percentile"; .label;
				.unit as $unit | .p99 | unit_ns($unit); "ns"),
			histograms: $hists,
			tables: []
		});

def runqlat: latency_facts("runq"; "cpu"; "Wait for a CPU"; null; if length >= 4 then .[1:] else . end);

def biolatency: latency_facts("block"; "disk"; "Disk latency"; .disk; .);

def cachestat:
	facts({t, at: second, hits, misses, cached_bytes};
		map(select(.hits != null)) | sampled |
		(map(.hits) | add // 0) as $hits | (map(.misses) | add // 0) as $misses |
		{
			numbers: {hits: $hits, misses: $misses, ratio: ($hits | percent($hits + $misses)),
				# With few accesses a ratio is not meaningful.
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
	facts(if .type == "stack" then {ours: ours, comm, count, kernel: (.kernel // []), user: (.user // [])}
		else {samples: .samples} end;
		map(select(.count != null and (.ours | not))) |
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
