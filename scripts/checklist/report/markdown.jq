# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The summary in Markdown, for tickets and chats.  Input: report.json.  Strings from outside are
# code, in which there are no markup, links or mentions.

include "lib";

# code: a string in backquotes: one more than the longest run that it contains.
def code: [scan("`+") | length] as $runs
	| ("`" * (($runs | max // 0) + 1)) as $quotes | "\($quotes) \(.) \($quotes)";

def severity_word: {critical: "critical", warning: "warning", info: "note"}[.];

def cause_markdown($all):
	.number as $number
	| [$all[] | select(.explained_by == $number)] as $symptoms
	| "### \(.severity | severity_word): \(.title | code)", "",
	(.evidence[] | "- \(.text | code) (\(.collector))"),
	($symptoms[] | "- symptom: \(.title | code)"),
	"- next: \(.next | code)", "";

def markdown:
	{meta, verdict, findings, exonerated, not_looked_at, history} | all_printable |
	.findings as $all
	| .meta as $meta
	| "## sixty: \($meta.host // "unknown host" | code)", "",
	("Linux \($meta.kernel // "?" | code), \($meta.cpus // "?") CPUs, \($meta.seconds | number) s "
		+ "from \($meta.start // "?" | code)"), "",
	(if ($all | length) > 0 then $all[] | select(.explained_by == null) | cause_markdown($all)
	elif .verdict.judged == 0 then "Could not look: no check had data.", ""
	else "Nothing found by \(.verdict.judged) checks.", "" end),
	"Ruled out: \(.exonerated | map(.title) | unique | join("; "))", "",
	(.not_looked_at | select(length > 0) | "Not looked at: \(map(.id) | join(", "))", ""),
	(.history | select(length > 0)
		| "Kernel log before the run: \(map("\(.class | code) \(.count | times)") | join(", "))");
