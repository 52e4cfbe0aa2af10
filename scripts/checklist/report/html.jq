# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make report.html from report.json: one file without scripts.  $style: the style sheet; $raw:
# [{name, text, cut_bytes}], the outputs to fold away; $flame: an SVG in base64, or "".
#
# Functions whose names end in _html return markup.  html_parts.jq has those that all modules use,
# html_story.jq the findings.

include "lib";
include "markup";
include "svg";
include "html_parts";
include "html_story";

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

# series_name(alone): the label is enough where the title of the chart names the series.
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

# chart_series(chart): the series that the chart shows: those with values; of more than four,
# the four with the highest.
def chart_series($chart):
	[$chart.ids[] as $id | .[] | select(.id == $id) | select(any(.values[]; . != null))]
	| if ($chart.stack | not) and length > 4 then sort_by(-most_value)[0:4] else . end;

# chart_html(chart; axis; start): the chart, made from all series, or nothing if it would be empty.
def chart_html($chart; $axis; $start):
	($chart.ids | length == 1) as $alone
	| def maximum: .unit as $unit | "\(series_name($alone)) at most \(most_value | with_unit($unit))";
	def key($i): key_html($i; if $alone and .label == null then "" else series_name($alone) end);
	chart_series($chart)
	| select(length > 0 and ($chart.unless_zero and all(.[]; most_value == 0) | not))
	| "\($chart.title) over time. \(map(maximum) | join("; "))" as $description
	| ([range(length) as $i | .[$i] | key($i)] | join(" ")) as $keys
	| .[0].unit as $unit
	| map(.values)
	| (if $chart.stack then 100 else [.[][]] | top_of($unit) end) as $top
	| (if $chart.stack then stacked($axis.count; $top; $description)
		else lines($axis.count; $top; $description) end) as $drawing
	| element("figure";
		element("figcaption"; element("b"; $chart.title | text) + " " + on_lines($keys))
		+ on_lines($drawing | framed_html($top | with_unit($unit); "0"; $axis.count; $start)));

def octave_label($unit; $octave): (if $octave == 0 then 0 else pow(2; $octave) end) | unit_ns($unit) | in_time;

# heat_html(axis; start): the heat map of a histogram, or nothing if there is none.
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

def timeline_html($start):
	[(charts[] as $chart | .axis as $axis | .series | chart_html($chart; $axis; $start)),
		(.axis as $axis | .histograms[] | heat_html($axis; $start))] as $figures
	| select(($figures | length > 0) and .axis.count >= 2)
	| section_html("timeline"; "Second by second";
		element("div"; {class: "charts"}; on_lines($figures[])));

# ---- distributions ----

# octaves: the counts of the buckets, added up for each power of two.
def octaves:
	def octave: .min | if . < 2 then 0 else log2 + 1e-9 | floor end;
	.buckets | group_by(octave) | map({octave: (.[0] | octave), count: (map(.count) | add)});

def histogram_html:
	. as $h
	| def latency: $h[.] | unit_ns($h.unit) | in_time;
	def percentile_html: element("li"; "\(gsub("_"; ".")) " + element("b"; latency));
	octaves as $octaves
	| ($octaves | map(.octave) | min) as $low | ($octaves | map(.octave) | max) as $high
	| ($octaves | map({key: "\(.octave)", value: .count}) | from_entries) as $counts
	| "\(full_title): histogram of \(.count), median \("p50" | latency), 99th percentile \("p99" | latency)"
		as $description
	| element("figure"; {class: "charts"};
		element("figcaption"; element("b"; full_title | text) + " " + span_html("key"; "\(.count) in all"))
		+ element("ul"; {class: "percentiles"};
			on_lines("p50", "p90", "p99", "p99_9", "max" | percentile_html))
		+ on_lines([range($low; $high + 1) | $counts["\(.)"] // 0] | bars($description))
		+ scale_html("time"; octave_label(.unit; $low), "each bar covers twice the time",
			octave_label(.unit; $high + 1)));

def histograms_html:
	select(.histograms | length > 0)
	| section_html("latencies"; "Latencies";
		element("div"; {class: "two"}; on_lines(.histograms[] | histogram_html)));

def flame_html:
	select($flame != "")
	| section_html("flame"; "Flame graph"; element("figure"; region_html("flame"; "Flame graph";
		void_element("img"; {alt: "Flame graph of the functions on CPU; their table is below",
			src: "data:image/svg+xml;base64,\($flame)"}))));

# ---- tables ----

# cell_attributes: the attributes of the cells in a column.
def cell_attributes:
	{number: {class: "n"}, path: {class: "mono"}, address: {class: "mono"}, host: {class: "mono"},
		free: {class: "mono"}, function: {class: "mono"}}[.kind] // {};

# cell_html(column): a value as a cell.
def cell_html($column):
	element("td"; $column.attributes;
		if $column.kind == "number" and $column.unit then with_unit($column.unit) else . // "-" end | text);

def collected_table_html:
	(.columns | map(. + {attributes: cell_attributes})) as $columns
	| (if .rows_left_out > 0 then "; \(.rows_left_out) more rows left out" else "" end) as $left_out
	| table_html(.title; (.title | text) + span_html("tag"; "\(.collector)\($left_out)" | text);
		.columns[] | .kind as $kind | .title | heading_html($kind);
		.rows[] as $row | [$columns[] as $column | $row[$column.key] | cell_html($column)] | join(""));

def table_order: ["processes", "cgroups", "connects", "opens", "files", "names", "retransmits", "execs", "requests",
	"mounts", "functions", "waits", "accepts", "kernel"];

def tables_html:
	select(.tables | length > 0)
	| section_html("tables"; "Who and what"; on_lines(
		.tables | sort_by(.id as $id | table_order | index($id) // 99)[] | collected_table_html));

# ---- how it was collected ----

def losses_of($name): [.losses[] | select(.collector == $name) | .lost][0] // 0;

# collector_cells(lost): the cells of one collector; $lost is the number of records that it lost.
def collector_cells($lost):
	def number_html: element("td"; {class: "n"}; text);
	[element("th"; {scope: "row"}; .name | text),
		element("td"; "\(.status)\(if .reason then ": \(.reason)" else "" end)" | text),
		element("td"; {class: "mono"}; .command // "-" | text),
		(.records // "" | number_html),
		(if .records then $lost else "" end | number_html),
		(if .bpf_s then .bpf_s * 1e9 | in_time else "" end | number_html)] | join("");

def collectors_html:
	. as $report
	| section_html("collectors"; "What was looked at"; table_html("Collectors"; "Collectors";
		("Collector", "Status", "Command" | heading_html("text")),
		("Records", "Lost", "BPF time" | heading_html("number"));
		.collectors[] | .name as $name | collector_cells($report | losses_of($name))));

def raw_html:
	def left_out_html: element("p"; {class: "soft"}; "\(.cut_bytes | in_bytes) more in \(.name)/output" | text);
	def output_html: element("details"; element("summary"; .name | text)
		+ element("pre"; {tabindex: 0}; .text | text)
		+ if .cut_bytes > 0 then left_out_html else "" end);
	select($raw | length > 0)
	| element("section"; {id: "raw", "aria-labelledby": "rawhead"};
		element("h2"; {id: "rawhead"}; "Raw output") + on_lines($raw[] | output_html));

# ---- the page ----

# utc: an RFC 3339 time, formatted for people.
def utc: gsub("T"; " ") | gsub("\\.[0-9]+"; "") | gsub("Z$"; " UTC");

def subtitle:
	.meta | [
		(select(.kernel) | "Linux \(.kernel)"),
		.arch,
		(select(.cpus) | .cpus | plural("CPU")),
		"\(.seconds | number) s from \(.start | if . then utc else "an unknown time" end)",
		(if .ended_early then "ended early" else empty end),
		(if .root == false then "not as root" else empty end)
	] | map(select(. != null)) | join(" · ");

# verdict_html: how many findings there are of each severity.
def verdict_html:
	def pill_html($class): element("li"; {class: "pill \($class)"}; text);
	element("ul"; {class: "verdict", "aria-label": "Verdict"}; .verdict | .judged as $judged | [
		(select(.critical > 0) | "\(.critical) critical" | pill_html("critical")),
		(select(.warning > 0) | .warning | plural("warning") | pill_html("warning")),
		(select(.info > 0) | .info | plural("note") | pill_html("info"))
	] | if length > 0 then join("")
	elif $judged == 0 then "could not look" | pill_html("critical")
	else "nothing found" | pill_html("ok") end);

# lead_html: the first causes in one line, if there are any.
def lead_html:
	[.findings[] | select(.explained_by == null and .severity != "info").title][0:4] | select(length > 0)
	| element("p"; {class: "lead"}; join(" · ") | text);

def head_html:
	element("head"; on_lines(
		void_element("meta"; {charset: "utf-8"}),
		void_element("meta"; {name: "viewport", content: "width=device-width, initial-scale=1"}),
		void_element("meta"; {"http-equiv": "Content-Security-Policy",
			content: "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}),
		void_element("meta"; {name: "color-scheme", content: "light dark"}),
		element("title"; "sixty: \(.meta.host // "unknown host")" | text),
		element("style"; "\n\($style)")));

def link_html: element("li"; element("a"; {href: "#\(.id)"}; .title | text));

# header_html(sections): the verdict, and links to the sections, [{id, title}].
def header_html($sections):
	element("header"; element("h1"; .meta.host // "unknown host" | text)
		+ element("p"; {class: "soft"}; subtitle | text)
		+ on_lines(verdict_html, lead_html)
		+ element("nav"; {"aria-label": "Sections"}; element("ul"; $sections
			| (.[0] | link_html) + on_lines(.[1:][] | link_html))));

def footer_html:
	element("footer"; [
		"Made by sixty \(.meta.version // "")",
		(.meta.own_cpu_s | values | ", which took \(number) s of CPU time itself"),
		(.meta.own_bpf_s | values | ", and \(number) s in BPF programs"),
		". ",
		(select(.redacted) | "Names, addresses and private paths are pseudonyms. "),
		"This page contains no script and fetches nothing."
	] | join("") | text);

# sections: those that have something to show, in the order of the page.
def sections:
	(.axis.start | if . then epoch else null end // 0) as $start
	| [
		{id: "findings", title: "Causes", html: findings_html},
		{id: "matrix", title: "Every resource", html: matrix_html},
		{id: "timeline", title: "Timeline", html: timeline_html($start)},
		{id: "latencies", title: "Latencies", html: histograms_html},
		{id: "flame", title: "Flame graph", html: flame_html},
		{id: "tables", title: "Who and what", html: tables_html},
		{id: "fine", title: "Ruled out", html: exonerated_html},
		{id: "unseen", title: "Not looked at", html: not_looked_at_html},
		{id: "history", title: "Before the run", html: history_html},
		{id: "collectors", title: "Collectors", html: collectors_html},
		{id: "raw", title: "Raw output", html: raw_html}
	];

def body_html:
	sections as $sections
	| element("body"; on_lines(
		element("a"; {class: "skip", href: "#findings"}; "To the findings"),
		header_html($sections),
		element("main"; on_lines($sections[].html)),
		footer_html));

def page: "<!DOCTYPE html>", element("html"; {lang: "en"}; on_lines(head_html, body_html));
