# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make report.html from report.json: one file without scripts.  $style: the style sheet; $raw:
# [{name, text, cut_bytes}], the outputs to fold away; $flame: see html_flame.jq.
#
# Functions whose names end in _html return markup.  html_parts.jq has those that all modules use,
# html_story.jq the findings.

include "lib";
include "markup";
include "html_parts";
include "html_charts";
include "html_links";
include "html_flame";
include "html_story";

# ---- tables ----

# units(kind): the units of a kind of number, the largest first, each with its size and the least maximum for
# which it is used.
def units($kind):
	{bytes: [["GiB", 1073741824, 10], ["MiB", 1048576, 10], ["KiB", 1024, 10], ["B", 1, 0]],
	ns: [["h", 3600e9, 10], ["min", 60e9, 10], ["s", 1e9, 10], ["ms", 1e6, 10], ["us", 1e3, 10], ["ns", 1, 0]],
	s: [["h", 3600, 10], ["min", 60, 10], ["s", 1, 0]]}[$kind] // [[$kind, 1, 0]];

# with_one_unit(rows): a column of numbers with one unit for all values, so that they can be compared.
def with_one_unit($rows):
	.key as $key
	| ([$rows[][$key] | numbers | fabs] | max // 0) as $most
	| first(units(.unit)[] | select($most >= .[1] * .[2])) as $unit
	| . + {scale: $unit[1], title: "\(.title) (\($unit[0]))"};

# in_unit(scale): a number in the unit of its column.
def in_unit($scale):
	. / $scale | if . > 0 and . < 0.005 then "<0.01" else number end;

def collected_column($rows):
	(if .kind == "number" and .unit then with_one_unit($rows) else . end) as $column
	| {number: {class: "n"}, path: {class: "mono"}, address: {class: "mono"}, host: {class: "mono"},
		free: {class: "mono"}, function: {class: "mono"}}[.kind] // {}
	| $column + column_of($column.title; .);

def collected_table_html:
	.rows as $rows
	| (.columns | map(collected_column($rows))) as $columns
	| def content($column): if $column.scale and type == "number" then in_unit($column.scale) else . // "-" end;
	(if .rows_left_out > 0 then span_html("tag"; "; \(.rows_left_out) more rows left out" | text) else "" end)
		as $left_out
	| element("div"; {id: "table-\(.id)"}; table_html(.title;
		(.title | text) + " " + (.collector | collector_html) + $left_out;
		$columns[]; $rows[] as $row
		| [$columns[] as $column | $row[$column.key] | content($column) | text]));

def table_order: ["processes", "cgroups", "connects", "opens", "files", "names", "retransmits", "execs", "requests",
	"mounts", "functions", "waits", "accepts", "kernel"];

def tables_html:
	select(.tables | length > 0)
	| section_html("tables"; "Who and what"; on_lines(
		.tables | sort_by(.id as $id | table_order | index($id) // 99)[] | collected_table_html));

# ---- how it was collected ----

def losses_of($name): [.losses[] | select(.collector == $name) | .lost][0] // 0;

# collector_row(lost): one collector; $lost is the number of records that it lost.
def collector_row($lost):
	[(.name | row_head_html),
		("\(.status)\(if .reason then ": \(.reason)" else "" end)" | text),
		(.command // "-" | text),
		(.records // "" | text),
		(if .records then $lost else "" end | text),
		(if .bpf_s then .bpf_s * 1e3 | in_unit(1) else "" end | text)];

def collectors_html:
	. as $report
	| section_html("collectors"; "What was looked at"; table_html("Collectors"; "Collectors";
		("Collector", "Status" | text_column), ("Command" | mono_column),
		("Records", "Lost", "BPF time (ms)" | number_column);
		.collectors[] | .name as $name | collector_row($report | losses_of($name))));

# raw_html: the outputs, each collapsed. A link to an id inside expands it.
def raw_html:
	def left_out_html: element("p"; {class: "soft"}; "\(.cut_bytes | in_bytes) more in \(.name)/output" | text);
	def output_html($i): element("details"; element("summary"; .name | text)
		+ element("pre"; {id: "raw-\($i)", tabindex: 0}; .text | text)
		+ if .cut_bytes > 0 then left_out_html else "" end);
	select($raw | length > 0)
	| element("section"; {id: "raw", "aria-labelledby": "rawhead"};
		element("h2"; {id: "rawhead"}; "Raw output")
		+ on_lines(range($raw | length) as $i | $raw[$i] | output_html($i)));

# ---- the page ----

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

# sections: all sections with content, in the order of the page.
def sections:
	(.axis.start | if . then epoch else null end // 0) as $start
	| [drawn_charts] as $charts
	| [
		{id: "findings", title: "Causes", html: findings_html($charts)},
		{id: "matrix", title: "Every resource", html: matrix_html},
		{id: "timeline", title: "Timeline", html: timeline_html($charts; $start)},
		{id: "latencies", title: "Latencies", html: histograms_html},
		{id: "flame", title: "Flame graph", html: on_cpu_html},
		{id: "waiting", title: "Waiting", html: waiting_html},
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

def page: document_html("sixty: \(.meta.host // "unknown host")"; zoom_rules; body_html);
