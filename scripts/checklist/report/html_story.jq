# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first part of the page: the causes and what they explain, the USE matrix, what is ruled out,
# what was not looked at, and what the kernel logged before the run.

include "lib";
include "markup";
include "html_parts";

def evidence_html: element("li"; "\(.text | text) " + span_html("tag"; .collector | text));

# symptom_html: a finding that another one explains.
def symptom_html:
	element("li"; {id: "finding-\(.number)"}; element("details"; element("summary";
			span_html("pill \(.severity)"; .severity | severity_word) + " " + (.title | text)
			+ " " + span_html("tag"; .id | text))
		+ element("ul"; on_lines(.evidence[] | evidence_html))
		+ element("p"; {class: "next"}; element("span"; "Next") + " " + element("code"; .next | text))));

# cause_html(all): a cause, and what it explains.
def cause_html($all):
	.number as $number
	| [$all[] | select(.explained_by == $number)] as $symptoms
	| element("article"; {class: "finding is-\(.severity)", id: "finding-\(.number)"};
		element("header"; span_html("pill \(.severity)"; .severity | severity_word)
			+ element("h3"; .title | text) + span_html("tag"; .id | text))
		+ element("ul"; on_lines(.evidence[] | evidence_html))
		+ (if ($symptoms | length) == 0 then "" else
			element("p"; {class: "tag"}; "Symptoms")
				+ element("ul"; {class: "symptoms"}; on_lines($symptoms[] | symptom_html)) end)
		+ (if .cannot then element("p"; {class: "tag"}; "This does not tell \(.cannot)" | text) else "" end)
		+ element("p"; {class: "next"}; element("span"; "Next") + " " + element("code"; .next | text)));

def findings_html:
	.verdict.judged as $judged
	| section_html("findings"; "Causes";
		if .findings | length > 0 then
			.findings as $all
			| element("div"; {class: "cards"}; on_lines($all[] | select(.explained_by == null)
				| cause_html($all)))
		elif $judged == 0 then element("p"; "No check had data: this run could not look.")
		else element("p"; "Nothing was found among the \($judged) checks that had data.") end);

# ---- the USE matrix ----

# cell_html(all; resource; classes): a cell, with links to its findings.
def cell_html($all; $resource; $classes):
	[$all[] | select(.resource == $resource and (.class as $c | $classes | index($c)))] as $found
	| if .fine + .unseen + .found == 0 then element("td"; {class: "none"}; "no check")
	elif ($found | length) > 0 then
		element("td"; {class: "cell \(.severity)"}; [$found[0:3][]
			| element("a"; {href: "#finding-\(.number)"}; .title | text)] | join("; "))
	elif .fine == 0 then element("td"; {class: "cell unseen"}; "not looked at")
	else element("td"; {class: "cell ok"}; "\(.fine) ruled out"
		+ if .unseen > 0 then ", \(.unseen) not looked at" else "" end) end;

def matrix_html:
	.findings as $all
	| select(.matrix | length > 0)
	| section_html("matrix"; "Every resource"; table_html("USE matrix";
		"Utilisation, saturation and errors of every resource";
		("Resource", "Utilisation", "Saturation", "Errors and events" | heading_html("text"));
		.matrix[] | .resource as $resource
		| element("th"; {scope: "row"}; $resource | resource_name | text)
			+ (.utilisation | cell_html($all; $resource; ["utilisation"]))
			+ (.saturation | cell_html($all; $resource; ["saturation"]))
			+ (.errors | cell_html($all; $resource; ["errors", "signals"]))));

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
		"What the kernel logged before the run; it need not matter now";
		("Class" | heading_html("text")), ("Times" | heading_html("number")),
		("Last", "Message" | heading_html("text"));
		.history[] | element("td"; .class | text) + element("td"; {class: "n"}; .count | text)
			+ element("td"; .time | text) + element("td"; {class: "mono"}; .text | text)));
