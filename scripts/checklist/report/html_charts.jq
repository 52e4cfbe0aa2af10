# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The drawings of the page: series over time, heat maps, distributions.

include "lib";
include "markup";
include "svg";
include "html_parts";

# ---- over time ----

# Charts: series that share a scale, in the order of the page.
def charts: [
	{title: "CPU", ids: ["cpu.user", "cpu.system", "cpu.iowait", "cpu.steal"], stack: true},
	{title: "Run queue", ids: ["cpu.running", "disk.blocked"]},
	{title: "Wait for a CPU, 99th percentile", ids: ["runq.p99"]},
	{title: "Stalled (PSI)", ids: ["psi.cpu.some", "psi.memory.some", "psi.io.some"]},
	{title: "Disk busy", ids: ["disk.util"]},
	{title: "Disk wait, mean", ids: ["disk.wait"]},
	{title: "Disk latency, 99th percentile", ids: ["block.p99"]},
	{title: "Memory available", ids: ["memory.available"]},
	{title: "Swapped in and out", ids: ["memory.swap"], unless_zero: true},
	{title: "Page cache hits", ids: ["cache.hits"]},
	{title: "Network", ids: ["net.received", "net.sent"]},
	{title: "TCP retransmits", ids: ["tcp.retransmits", "retransmits.seen"], unless_zero: true},
	{title: "Programs started", ids: ["execs"]},
	{title: "Failed opens", ids: ["opens.failed"]},
	{title: "Connections", ids: ["connects", "connects.failed", "accepts"], unless_zero: true},
	{title: "Slow file operations and name lookups", ids: ["files.slow", "lookups"], unless_zero: true}
];

def present_values: [.values[] | select(. != null)];

def most_value: present_values | max // 0;

# series_name(alone): only the label if the title of the chart already names the series.
def series_name($alone): if .label == null then .title elif $alone then .label else "\(.label) \(.title)" end;

def clock($start; $second):
	if $start == 0 then "\($second) s" else $start + $second | floor | strftime("%H:%M:%S") end;

# framed_html(top; bottom; count; start): the drawing with its scales.
def framed_html($top; $bottom; $count; $start):
	element("div"; {class: "framed"};
		scale_html("scale"; $top, $bottom) + .
		+ scale_html("time"; clock($start; 0, $count / 2, $count)));

# key_html(i; name): the colour of a series, its name, its mean and maximum.
def key_html($i; $name):
	.unit as $unit | present_values
	| "\($name) mean \(average | with_unit($unit)), max \(max | with_unit($unit))" as $numbers
	| span_html("key"; element("i"; {"aria-hidden": "true", style: "color:\(colour($i))"}; "\u25a0")
		+ ($numbers | text));

# chart_series(chart): the series that the chart shows: those with values, or the four with the highest if
# there are more.
def chart_series($chart):
	[$chart.ids[] as $id | .[] | select(.id == $id) | select(any(.values[]; . != null))]
	| if ($chart.stack | not) and length > 4 then sort_by(-most_value)[0:4] else . end;

# drawn_charts: the charts with values, with their series.
def drawn_charts:
	select(.axis.count >= 2)
	| .series as $all | charts[] as $chart | ($all | chart_series($chart)) as $series
	| select(($series | length) > 0 and ($chart.unless_zero and all($series[]; most_value == 0) | not))
	| $chart + {series: $series};

# chart_html(axis; start): one of drawn_charts.
def chart_html($axis; $start):
	. as $chart
	| ($chart.ids | length == 1) as $alone
	| def maximum: .unit as $unit | "\(series_name($alone)) at most \(most_value | with_unit($unit))";
	def key($i): key_html($i; if $alone and .label == null then "" else series_name($alone) end);
	$chart.series
	| "\($chart.title) over time. \(map(maximum) | join("; "))" as $description
	| ([range(length) as $i | .[$i] | key($i)] | join(" ")) as $keys
	| .[0].unit as $unit
	| map(.values)
	| (if $chart.stack then 100 else [.[][]] | top_of($unit) end) as $top
	| (if $chart.stack then stacked($axis.count; $top; $description)
		else lines($axis.count; $top; $description) end) as $drawing
	| element("figure"; {id: ($chart.title | anchor("chart"))};
		element("figcaption"; element("b"; $chart.title | text) + " " + on_lines($keys))
		+ on_lines($drawing | framed_html($top | with_unit($unit); "0"; $axis.count; $start)));

def octave_label($unit; $octave): (if $octave == 0 then 0 else pow(2; $octave) end) | unit_ns($unit) | in_time;

# heat_html(axis; start): the heat map of a histogram that has one.
def heat_html($axis; $start):
	select(.heat != null and (.heat | length) > 0)
	| (.heat | map(.[1])) as $rows | ($rows | min) as $low | ($rows | max) as $high
	| octave_label(.unit; $low) as $bottom | octave_label(.unit; $high + 1) as $top
	| "\(full_title): heat map of latency over time, from \($bottom) to \($top)" as $description
	| element("figure";
		element("figcaption"; element("b"; "\(full_title | text), each second") + " "
			+ span_html("key"; "stronger colour: more; higher: slower"))
		+ on_lines(.heat | heat_map($axis.count; $low; $high; $description)
			| framed_html($top; $bottom; $axis.count; $start)));

# timeline_html(charts; start): the charts are drawn_charts.
def timeline_html($charts; $start):
	.axis as $axis
	| [($charts[] | chart_html($axis; $start)), (.histograms[] | heat_html($axis; $start))] as $figures
	| select(($figures | length > 0) and $axis.count >= 2)
	| section_html("timeline"; "Second by second";
		element("div"; {class: "charts"}; on_lines($figures[])));

# ---- distributions ----

# octaves: the counts of the buckets, added up for each power of two.
def octaves:
	def octave: .min | if . < 2 then 0 else log2 + 1e-9 | floor end;
	.buckets | group_by(octave) | map({octave: (.[0] | octave), count: (map(.count) | add)});

# histogram_html(i): the histogram of that number.
def histogram_html($i):
	. as $h
	| def latency: $h[.] | unit_ns($h.unit) | in_time;
	def percentile_html: element("li"; "\(gsub("_"; ".")) " + element("b"; latency));
	octaves as $octaves
	| ($octaves | map(.octave) | min) as $low | ($octaves | map(.octave) | max) as $high
	| ($octaves | map({key: "\(.octave)", value: .count}) | from_entries) as $counts
	| "\(full_title): histogram of \(.count), median \("p50" | latency), 99th percentile \("p99" | latency)"
		as $description
	| element("figure"; {class: "charts", id: "latency-\($i)"};
		element("figcaption"; element("b"; full_title | text) + " " + span_html("key"; "\(.count) in all"))
		+ element("ul"; {class: "percentiles"};
			on_lines("p50", "p90", "p99", "p99_9", "max" | percentile_html))
		+ on_lines([range($low; $high + 1) | $counts["\(.)"] // 0] | bars($description))
		+ scale_html("time"; octave_label(.unit; $low), "each bar covers twice the time",
			octave_label(.unit; $high + 1)));

def histograms_html:
	select(.histograms | length > 0)
	| section_html("latencies"; "Latencies";
		element("div"; {class: "two"}; on_lines(
			.histograms | range(length) as $i | .[$i] | histogram_html($i))));
