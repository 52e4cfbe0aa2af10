# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first part of the page: the causes and what they explain, the USE matrix, what is ruled out,
# what was not looked at, and what the kernel logged before the run.

include "lib";
include "markup";
include "html_parts";
include "html_links";

def evidence_html: element("li"; "\(.text | text) " + (.collector | collector_html));

def next_html: element("p"; {class: "next"}; element("span"; "Next") + " " + element("code"; .next | text));

# symptom_html(places): a finding that another one explains.
def symptom_html($places):
	element("li"; {id: "finding-\(.number)"}; element("details"; element("summary";
			span_html("pill \(.severity)"; .severity | severity_word) + " " + (.title | text)
			+ " " + span_html("tag"; .id | text))
		+ element("ul"; on_lines(.evidence[] | evidence_html)) + see_html($places) + next_html));

# cause_html(all; places): a cause, and what it explains.
def cause_html($all; $places):
	.number as $number
	| [$all[] | select(.explained_by == $number)] as $symptoms
	| element("article"; {class: "finding is-\(.severity)", id: "finding-\(.number)"};
		element("header"; span_html("pill \(.severity)"; .severity | severity_word)
			+ element("h3"; .title | text) + span_html("tag"; .id | text))
		+ element("ul"; on_lines(.evidence[] | evidence_html))
		+ see_html($places)
		+ (if ($symptoms | length) == 0 then "" else
			element("p"; {class: "tag"}; "Symptoms")
				+ element("ul"; {class: "symptoms"}; on_lines($symptoms[] | symptom_html($places))) end)
		+ (if .cannot then element("p"; {class: "why"}; "This does not tell \(.cannot)" | text) else "" end)
		+ next_html);

# findings_html(charts): the charts are drawn_charts.
def findings_html($charts):
	places($charts) as $places
	| .verdict.judged as $judged
	| section_html("findings"; "Causes";
		if .findings | length > 0 then
			.findings as $all
			| element("div"; {class: "cards"}; on_lines($all[] | select(.explained_by == null)
				| cause_html($all; $places)))
		elif $judged == 0 then element("p"; "No check had data: this run could not look.")
		else element("p"; "Nothing was found among the \($judged) checks that had data.") end);

# ---- the USE matrix ----

# matrix_cell(all; resource; title; classes): a cell, with links to its findings.
def matrix_cell($all; $resource; $title; $classes):
	def cell($class; content): element("td"; {class: $class, "data-label": $title}; content);
	[$all[] | select(.resource == $resource and (.class as $c | $classes | index($c)))] as $found
	| if .fine + .unseen + .found == 0 then cell("none"; "no check")
	elif ($found | length) > 0 then cell("cell \(.severity)"; [$found[0:3][]
		| element("a"; {href: "#finding-\(.number)"}; .title | text)] | join("; "))
	elif .fine == 0 then cell("cell unseen"; "not looked at")
	else cell("cell ok"; "\(.fine) ruled out" + if .unseen > 0 then ", \(.unseen) not looked at" else "" end) end;

def matrix_html:
	.findings as $all
	| def row_html: .resource as $resource
		| [($resource | resource_name | row_head_html),
			(.utilisation | matrix_cell($all; $resource; "Utilisation"; ["utilisation"])),
			(.saturation | matrix_cell($all; $resource; "Saturation"; ["saturation"])),
			(.errors | matrix_cell($all; $resource; "Errors and events"; ["errors", "signals"]))];
	select(.matrix | length > 0)
	| section_html("matrix"; "Every resource"; table_html("USE matrix";
		"Utilisation, saturation and errors of every resource";
		("Resource", "Utilisation", "Saturation", "Errors and events" | text_column); .matrix[] | row_html));

# ---- the other two lists, and history ----

def exonerated_html:
	def check_html: element("li"; "\(.title | text) " + span_html("why"; .evidence[0].text // "" | cut_to(120)
		| text));
	def resource_html:
		element("div"; element("h3"; .[0].resource | resource_name | text)
			+ element("ul"; on_lines(.[] | check_html)));
	select(.exonerated | length > 0)
	| section_html("fine"; "Ruled out";
		element("div"; {class: "fine"}; on_lines(.exonerated | group_by(.resource)[] | resource_html)));

def not_looked_at_html:
	select(.not_looked_at | length > 0)
	| section_html("unseen"; "Not looked at"; element("ul"; {class: "unseen"}; on_lines(
		.not_looked_at | group_by(.reason) | sort_by(-length)[]
		| element("li"; "\(.[0].reason): \(map(.id) | join(", "))" | text))));

def history_html:
	select(.history | length > 0)
	| section_html("history"; "Before the run"; table_html("Kernel log before the run";
		"What the kernel logged before the run; it may not matter now";
		("Class" | text_column), ("Times" | number_column), ("Last" | text_column), ("Message" | mono_column);
		.history[] | [.class, .count, .time, .text | text]));
