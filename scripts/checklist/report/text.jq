# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The summary on the terminal: one screen, findings first.  Input: report.json.
# $colour: whether to use colours.

include "lib";

def paint($code): if $colour then "\u001b[\($code)m\(.)\u001b[0m" else . end;

def badge: {critical: ("CRITICAL" | paint("1;31")), warning: ("WARNING " | paint("1;33")),
	info: ("INFO    " | paint("1;36"))}[.];

def say: tostring | printable;

def headline:
	.meta | "sixty \(.version // "?"): \(.host // "unknown host" | say), Linux \(.kernel // "?" | say), \(.cpus // "?") CPUs, \(.seconds | number) s from \(.start // "?" | say)\(if .ended_early then ", ended early" else "" end)";

def verdict:
	.verdict | [(select(.critical > 0) | "\(.critical) critical" | paint("1;31")),
		(select(.warning > 0) | .warning | plural("warning") | paint("1;33")),
		(select(.info > 0) | "\(.info) to know" | paint("1;36"))]
	| if length == 0 then "NOTHING FOUND" | paint("1;32") else "FINDINGS: " + join(", ") end;

def evidence: .evidence | map("\(.text | say | cut_to(150))  [\(.collector)]");

# In full: with all the evidence and what to type next.
def full:
	"  \(.severity | badge) \(.title | say | paint("1"))",
	(evidence[] | "           \(.)"),
	"           next: \(.next | say)   (explain: \(.id))";

def brief: "  \(.severity | badge) \(.title | say | paint("1")): \(evidence[0])";

# So many findings fit on a screen in full; of more, only the critical ones.
def FULL: 8;

def findings:
	(.findings | length > FULL) as $many
	| reduce .findings[] as $f ({class: null, out: []};
		(if .class != $f.class then .out += ["", ($f.class | class_title | ascii_upcase)] | .class = $f.class else . end)
		| .out += [$f | if $many and .severity != "critical" then brief else full end])
	| .out[], (if $many then "", "  What to type next, and more: report.html; sixty --explain NAME" else empty end);

# Exonerated: a line for each resource.
def exonerated:
	if (.exonerated | length) == 0 then empty else
		"", "NOT THE PROBLEM",
		(.exonerated | group_by(.resource)[]
			| "  \(.[0].resource + "          " | .[0:10]) \(map(.title) | unique | join("; "))")
	end;

def collectors:
	(.collectors | map(select(.status != "ok" or (.reason // "") != ""))) as $bad
	| "", "COLLECTORS  \(.collectors | map(select(.status == "ok")) | length) of \(.collectors | length) ok\(
		if .meta.own_cpu_s then "; sixty itself took \(.meta.own_cpu_s | number) s of CPU time" else "" end)\(if .meta.own_bpf_s then ", its BPF programs \(.meta.own_bpf_s | number) s" else "" end)",
	($bad[] | "  \(.name + "               " | .[0:15])\(.status)\(if (.reason // "") != "" then ": \(.reason | say | cut_to(120))" else "" end)"),
	(.losses[] | select((.lost // 0) > 0) | "  \(.collector + "               " | .[0:15])lost \(.lost | plural("event"))"),
	(if .meta.root == false and ($bad | any(.[]; .status == "denied")) then
		"  As root (sudo sixty) also: \($bad | map(select(.status == "denied").name) | join(" "))" else empty end);

def summary: headline, verdict, findings, exonerated, collectors;
