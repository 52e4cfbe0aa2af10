# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --diff A B --html: the differences between two reports as a page like report.html.  $style: the style sheet.

include "lib";
include "markup";
include "html_parts";
include "diff";

# run_html(name): which run A or B is.
def run_html($name): element("p"; {class: "soft"}; "\($name): \(.host // "unknown host"), "
	+ (.start | if . then utc else "an unknown time" end) | text);

# change_html: new, gone, same, or the severity before and after.
def change_html: .change as $change
	| if $change == "changed" then "\(.before | severity_word) before" else $change end | text;

def finding_row:
	[span_html("pill \(.severity)"; .severity | severity_word), change_html, (.title | text),
		span_html("tag"; .id | text)];

# changes_html(kind): the findings, those that differ first.
def changes_html:
	section_html("findings"; "Findings";
		if (.findings | length) == 0 then element("p"; "Neither run found anything.") else
			table_html("Findings"; "Findings that are new in B, changed, or gone";
				("Severity", "Change", "Finding", "Rule" | text_column);
				.findings | sort_by(.change as $change
					| ["new", "changed", "gone", "same"] | index($change))[] | finding_row) end);

# values_html(id; title; caption; columns; rows): a section with a table, if there are rows.
def values_html($id; $title; $caption; columns; rows):
	[rows] | if length == 0 then empty else
		section_html($id; $title; table_html($title; $caption; columns; .[])) end;

def means_html:
	values_html("means"; "Means"; "Means that changed by more than a fifth";
		(("Value" | text_column), ("A", "B" | number_column));
		.means[] | .unit as $unit | [(.series | row_head_html), (.a, .b | with_unit($unit) | text)]);

def latencies_html:
	values_html("latencies"; "Latencies";
		"Percentiles that changed by more than a fifth, with enough values in both";
		(("Latency", "Percentile" | text_column), ("A", "B", "Values of A", "Values of B" | number_column));
		.latencies[] | [(.histogram | row_head_html), (.percentile | text), (.a_ns, .b_ns | in_time | text),
			(.a_count, .b_count | text)]);

def configuration_html:
	values_html("configuration"; "Configuration"; "Configuration that differs";
		("Setting", "A", "B" | text_column);
		.configuration[] | [(.key | row_head_html), (.a, .b | if . == null then "-" else . end | text)]);

def difference_page:
	document_html("sixty: \(.a.host // "?") and \(.b.host // "?")"; "";
		element("body"; on_lines(
			element("header"; element("h1"; "What differs") + (.a | run_html("A")) + (.b | run_html("B"))),
			element("main"; on_lines(changes_html, means_html, latencies_html, configuration_html)),
			element("footer"; "Made by sixty. This page contains no script and fetches nothing."))));
