# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# report.html, of report.json: self-contained, without scripts.  $style: the style
# sheet; $raw: [{name, text, cut_bytes}] to fold away; $flame: an SVG in base64, "" if
# there is none.
#
# Every string of the report goes through `text`, and nothing else makes text.

include "lib";
include "svg";

def text: tostring | gsub("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"; "\ufffd") | @html;

def resource_names: {cpu: "CPU", memory: "Memory", disk: "Disks", network: "Network", machine: "Machine",
	exec: "Programs", open: "Opens", file: "Files", dns: "Names", connect: "Connections"}[.] // .;

def word: {critical: "critical", warning: "warning", info: "to know"}[.];

# ---- findings ----

def finding_html:
	"<article class=\"finding is-\(.severity)\"><header><span class=\"pill \(.severity)\">\(.severity | word)</span><h4>\(.title | text)</h4><span class=\"tag\">\(.id)</span></header><ul>",
	(.evidence[] | "<li>\(.text | text) <span class=\"tag\">\(.collector | text)</span></li>"),
	"</ul><p class=\"next\"><span>Next</span> <code>\(.next | text)</code></p></article>";

def findings_html:
	"<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>",
	(if (.findings | length) == 0 then "<p>Nothing was found among the \(.exonerated | length) checks that had data.</p>" else empty end),
	(. as $r | ("errors", "saturation", "utilisation", "signals") as $class
		| [$r.findings[] | select(.class == $class)] | select(length > 0)
		| "<h3 class=\"class\">\($class | class_title)</h3><div class=\"cards\">", (.[] | finding_html), "</div>"),
	"</section>";

def exonerated_html:
	if (.exonerated | length) == 0 then empty else
	"<section aria-labelledby=\"fine\"><h2 id=\"fine\">Not the problem</h2><div class=\"fine\">",
	(.exonerated | group_by(.resource)[] | "<div><h3>\(.[0].resource | resource_names | text)</h3><ul>",
		(.[] | "<li>\(.title | text) <span class=\"why\">\(.evidence[0].text | cut_to(120) | text)</span></li>"), "</ul></div>"),
	"</div></section>" end;

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

# series_name: the label alone where the title of the chart says what it is.
def series_name($alone): if .label == null then .title elif $alone then .label else "\(.label) \(.title)" end;

def clock($start; $second):
	if $start == 0 then "\($second) s" else $start + $second | floor | strftime("%H:%M:%S") end;

# around(top; bottom; count): a drawing with its scales.
def framed($top; $bottom; $count; $start):
	"<div class=\"framed\"><div class=\"scale\" aria-hidden=\"true\"><span>\($top | text)</span><span>\($bottom | text)</span></div>\(.)<div class=\"time\" aria-hidden=\"true\"><span>\(clock($start; 0))</span><span>\(clock($start; $count / 2))</span><span>\(clock($start; $count))</span></div></div>";

# key_html(i; name): the colour, what it is, the numbers; no name where there is one line only.
def key_html($i; $name): ([.values[] | select(. != null)]) as $v | .unit as $unit
	| "<span class=\"key\"><i aria-hidden=\"true\" style=\"color:\(colour($i))\">\u25a0</i>\($name | text) mean \($v | average | with_unit($unit) | text), max \($v | max | with_unit($unit) | text)</span>";

def most_value: [.values[] | select(. != null)] | max // 0;

def chart_html($chart; $axis; $start):
	([$chart.ids[] as $id | .[] | select(.id == $id) | select(any(.values[]; . != null))]
		| if ($chart.stack | not) and length > 4 then sort_by(-most_value)[0:4] else . end) as $s
	| if ($s | length) == 0 or ($chart.unless_zero and all($s[]; most_value == 0)) then empty else
		$s[0].unit as $unit
		| (if $chart.stack then 100 else [$s[].values[]] | top_of($unit) end) as $top
		| ($chart.ids | length == 1) as $alone
		| ($s | map("\(series_name($alone)) at most \(most_value | with_unit($unit))") | join("; ")) as $said
		| "<figure><figcaption><b>\($chart.title | text)</b> ",
		([range($s | length) as $i | $s[$i] | key_html($i;
			if $alone and .label == null then "" else series_name($alone) end)] | join(" ")), "</figcaption>",
		([$s[].values] | if $chart.stack then stacked($axis.count; $top; "\($chart.title) over time. \($said)")
			else lines($axis.count; $top; "\($chart.title) over time. \($said)") end
			| framed($top | with_unit($unit); "0"; $axis.count; $start)),
		"</figure>"
	end;

def octave_label($unit; $octave): (if $octave == 0 then 0 else pow(2; $octave) end) | unit_ns($unit) | in_time;

def heat_html($axis; $start):
	select(.heat != null and (.heat | length) > 0) | . as $h
	| (.heat | map(.[1])) as $rows | ($rows | min) as $low | ($rows | max) as $high
	| "\(.title)\(if .label then ", \(.label)" else "" end)" as $name
	| "<figure><figcaption><b>\($name | text), each second</b> <span class=\"key\">the stronger the colour, the more; slower is higher</span></figcaption>",
	(.heat | heat_map($axis.count; $low; $high; "\($name): heat map of latency over time, from \(octave_label($h.unit; $low)) to \(octave_label($h.unit; $high + 1))")
		| framed(octave_label($h.unit; $high + 1); octave_label($h.unit; $low); $axis.count; $start)),
	"</figure>";

def timeline_html($start):
	. as $r
	| [charts[] as $c | $r.series | [chart_html($c; $r.axis; $start)] | join("\n") | select(. != "")] as $drawn
	| [$r.histograms[] | [heat_html($r.axis; $start)] | join("\n") | select(. != "")] as $heat
	| if ($drawn + $heat | length) == 0 or $r.axis.count < 2 then empty else
		"<section aria-labelledby=\"timeline\"><h2 id=\"timeline\">Second by second</h2><div class=\"charts\">", $drawn[], $heat[], "</div></section>"
	end;

# ---- distributions ----

def octaves: .buckets | group_by(.min | if . < 2 then 0 else log2 + 1e-9 | floor end)
	| map({octave: (.[0].min | if . < 2 then 0 else log2 + 1e-9 | floor end), count: (map(.count) | add)});

def histogram_html:
	. as $h | octaves as $o | ($o | map(.octave)) as $rows
	| ($rows | min) as $low | ($rows | max) as $high
	| ($o | map({key: "\(.octave)", value: .count}) | from_entries) as $counts
	| "\(.title)\(if .label then ", \(.label)" else "" end)" as $name
	| "<figure class=\"charts\"><figcaption><b>\($name | text)</b> <span class=\"key\">\(.count) in all</span></figcaption><ul class=\"percentiles\">",
	(["p50", "p90", "p99", "p99_9", "max"][] | "<li>\(gsub("_"; ".")) <b>\($h[.] | unit_ns($h.unit) | in_time)</b></li>"),
	"</ul>",
	([range($low; $high + 1) | $counts["\(.)"] // 0]
		| bars("\($name): histogram of \($h.count), median \($h.p50 | unit_ns($h.unit) | in_time), 99th percentile \($h.p99 | unit_ns($h.unit) | in_time)")),
	"<div class=\"time\" aria-hidden=\"true\"><span>\(octave_label(.unit; $low))</span><span>each bar twice as long a time</span><span>\(octave_label(.unit; $high + 1))</span></div></figure>";

def histograms_html:
	if (.histograms | length) == 0 then empty else
	"<section aria-labelledby=\"latencies\"><h2 id=\"latencies\">Latencies</h2><div class=\"two\">", (.histograms[] | histogram_html), "</div></section>" end;

def flame_html:
	if $flame == "" then empty else
	"<section aria-labelledby=\"flame\"><h2 id=\"flame\">Flame graph</h2><figure><div class=\"flame\" tabindex=\"0\" role=\"region\" aria-label=\"Flame graph\"><img alt=\"Flame graph of the functions on CPU; their table is below\" src=\"data:image/svg+xml;base64,\($flame)\"></div></figure></section>" end;

# ---- tables ----

def cell($column):
	if $column.kind == "number" then "<td class=\"n\">\(if $column.unit then with_unit($column.unit) else . // "-" end | text)</td>"
	elif $column.kind == "path" or $column.kind == "address" or $column.kind == "host" or $column.kind == "free" or $column.kind == "function" then "<td class=\"mono\">\(. // "-" | text)</td>"
	else "<td>\(. // "-" | text)</td>" end;

def table_html:
	. as $t
	| "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"\(.title | text)\"><table><caption>\(.title | text)<span class=\"tag\">\(.collector | text)\(if .rows_left_out > 0 then "; \(.rows_left_out) more rows left out" else "" end)</span></caption><thead><tr>\([.columns[] | "<th scope=\"col\"\(if .kind == "number" then " class=\"n\"" else "" end)>\(.title | text)</th>"] | join(""))</tr></thead><tbody>",
	(.rows[] as $row | "<tr>\([$t.columns[] as $c | $row[$c.key] | cell($c)] | join(""))</tr>"),
	"</tbody></table></div>";

def table_order: ["kernel", "connects", "opens", "files", "names", "retransmits", "execs", "requests", "processes", "functions", "accepts"];

def tables_html:
	if (.tables | length) == 0 then empty else
	"<section aria-labelledby=\"tables\"><h2 id=\"tables\">Who and what</h2>",
	(.tables | sort_by(.id as $id | table_order | index($id) // 99)[] | table_html), "</section>" end;

def losses_of($name): [.losses[] | select(.collector == $name) | .lost][0] // 0;

def collectors_html:
	. as $r
	| "<section aria-labelledby=\"collectors\"><h2 id=\"collectors\">What was looked at</h2><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Collectors\"><table><caption>Collectors</caption><thead><tr><th scope=\"col\">Collector</th><th scope=\"col\">Status</th><th scope=\"col\">Command</th><th scope=\"col\" class=\"n\">Records</th><th scope=\"col\" class=\"n\">Lost</th><th scope=\"col\" class=\"n\">BPF time</th></tr></thead><tbody>",
	(.collectors[] | "<tr><th scope=\"row\">\(.name | text)</th><td>\(.status | text)\(if .reason then ": \(.reason | text)" else "" end)</td><td class=\"mono\">\(.command // "-" | text)</td><td class=\"n\">\(.records // "" | text)</td><td class=\"n\">\(.name as $n | if .records then $r | losses_of($n) else "" end)</td><td class=\"n\">\(if .bpf_s then .bpf_s * 1e9 | in_time else "" end)</td></tr>"),
	"</tbody></table></div></section>";

def raw_html:
	if ($raw | length) == 0 then empty else
	"<section id=\"raw\" aria-labelledby=\"rawhead\"><h2 id=\"rawhead\">Raw output</h2>",
	($raw[] | "<details><summary>\(.name | text)</summary><pre tabindex=\"0\">\(.text | text)</pre>\(if .cut_bytes > 0 then "<p class=\"soft\">\(.cut_bytes | in_bytes) more in \(.name | text)/output</p>" else "" end)</details>"),
	"</section>" end;

# ---- the page ----

def subtitle:
	.meta | [(select(.kernel) | "Linux \(.kernel)"), .arch, (select(.cpus) | .cpus | plural("CPU")),
		"\(.seconds | number) s from \(.start | if . then gsub("T"; " ") | gsub("\\.[0-9]+"; "") | gsub("Z$"; " UTC") else "an unknown time" end)", (if .ended_early then "ended early" else empty end),
		(if .root == false then "not as root" else empty end)] | map(select(. != null)) | join(" · ");

def pills:
	.verdict | [(select(.critical > 0) | "<li class=\"pill critical\">\(.critical) critical</li>"),
	(select(.warning > 0) | "<li class=\"pill warning\">\(.warning | plural("warning"))</li>"),
	(select(.info > 0) | "<li class=\"pill info\">\(.info) to know</li>")]
	| if length == 0 then "<li class=\"pill ok\">nothing found</li>" else join("") end;

# lead: what is critical, in a sentence.
def lead:
	[.findings[] | select(.severity == "critical").title] | select(length > 0)
	| "<p class=\"lead\">\(map(text) | join(" · "))</p>";

def page:
	(.axis.start | if . then epoch else null end // 0) as $start
	| [findings_html] as $findings | [exonerated_html] as $fine | [timeline_html($start)] as $time
	| [histograms_html] as $hist | [flame_html] as $flames | [tables_html] as $tables
	| "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
	"<meta http-equiv=\"Content-Security-Policy\" content=\"\("default-src 'none'; style-src 'unsafe-inline'; img-src data:" | text)\">",
	"<meta name=\"color-scheme\" content=\"light dark\">",
	"<title>sixty: \(.meta.host // "unknown host" | text)</title>", "<style>\n\($style)</style>", "</head>", "<body>",
	"<a class=\"skip\" href=\"#findings\">To the findings</a>",
	"<header><h1>\(.meta.host // "unknown host" | text)</h1><p class=\"soft\">\(subtitle | text)</p>",
	"<ul class=\"verdict\" aria-label=\"Verdict\">\(pills)</ul>", lead,
	"<nav aria-label=\"Sections\"><ul><li><a href=\"#findings\">Findings</a></li>",
	([[$fine, "fine", "Not the problem"], [$time, "timeline", "Timeline"], [$hist, "latencies", "Latencies"],
		[$flames, "flame", "Flame graph"], [$tables, "tables", "Who and what"], [[1], "collectors", "Collectors"],
		[$raw, "raw", "Raw output"]][] | select(.[0] | length > 0) | "<li><a href=\"#\(.[1])\">\(.[2])</a></li>"),
	"</ul></nav></header>", "<main>",
	$findings[], $fine[], $time[], $hist[], $flames[], $tables[], collectors_html, raw_html, "</main>",
	"<footer>Made by sixty \(.meta.version // "" | text)\(if .meta.own_cpu_s then ", which took \(.meta.own_cpu_s | number) s of CPU time itself" else "" end)\(if .meta.own_bpf_s then ", and \(.meta.own_bpf_s | number) s in BPF programs" else "" end). \(if .redacted then "Names, addresses and private paths are pseudonyms. " else "" end)This page contains no script and fetches nothing.</footer>",
	"</body>", "</html>";
