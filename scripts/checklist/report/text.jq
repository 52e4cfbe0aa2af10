# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The summary on the terminal: one screen, findings first.  Input: report.json.
# $colour: whether to use colours.

include "lib";

def paint($code): if $colour then "\u001b[\($code)m\(.)\u001b[0m" else . end;

def badge: {critical: ("CRITICAL" | paint("1;31")), warning: ("WARNING " | paint("1;33")),
	info: ("NOTE    " | paint("1;36"))}[.];

def say: tostring | printable;

def headline:
	.meta | "sixty \(.version // "?"): \(.host // "unknown host" | say), Linux \(.kernel // "?" | say), "
		+ "\(.cpus // "?") CPUs, \(.seconds | number) s from \(.start // "?" | say)"
		+ if .ended_early then ", ended early" else "" end;

def verdict:
	.verdict | [(select(.critical > 0) | "\(.critical) critical" | paint("1;31")),
		(select(.warning > 0) | .warning | plural("warning") | paint("1;33")),
		(select(.info > 0) | .info | plural("note") | paint("1;36"))]
	| if length == 0 then "NOTHING FOUND" | paint("1;32") else "FINDINGS: " + join(", ") end;

def evidence: .evidence | map("\(.text | say | cut_to(150))  [\(.collector)]");

# full: a finding with all its evidence and the next command.
def full:
	"  \(.severity | badge) \(.title | say | paint("1"))",
	(evidence[] | "           \(.)"),
	"           next: \(.next | say)   (explain: \(.id))";

def brief: "  \(.severity | badge) \(.title | say | paint("1")): \(evidence[0])";

# The number of findings that fit on a screen in full.  If there are more, only the critical ones
# are printed in full.
def FULL: 8;

def findings:
	(.findings | length > FULL) as $many
	| reduce .findings[] as $f ({class: null, out: []};
		(if .class == $f.class then . else
			.out += ["", ($f.class | class_title | ascii_upcase)] | .class = $f.class end)
		| .out += [$f | if $many and .severity != "critical" then brief else full end])
	| .out[], (if $many then "", "  Next commands and more: report.html; sixty --explain NAME" else empty end);

# exonerated: a line for each resource.
def exonerated:
	if (.exonerated | length) == 0 then empty else
		"", "NOT THE PROBLEM",
		(.exonerated | group_by(.resource)[]
			| "  \(.[0].resource + "          " | .[0:10]) \(map(.title) | unique | join("; "))")
	end;

# own_cost: the CPU time of sixty itself, if it was measured.
def own_cost:
	(if .own_cpu_s then "; sixty itself took \(.own_cpu_s | number) s of CPU time" else "" end)
	+ if .own_bpf_s then ", its BPF programs \(.own_bpf_s | number) s" else "" end;

def collectors:
	def column: . + "               " | .[0:15];
	def reason: if (.reason // "") != "" then ": \(.reason | say | cut_to(120))" else "" end;
	(.collectors | map(select(.status == "ok")) | length) as $ok
	| (.collectors | map(select(.status != "ok" or (.reason // "") != ""))) as $bad
	| ($bad | map(select(.status == "denied").name)) as $denied
	| "", "COLLECTORS  \($ok) of \(.collectors | length) ok\(.meta | own_cost)",
	($bad[] | "  \(.name | column)\(.status)\(reason)"),
	(.losses[] | select((.lost // 0) > 0) | "  \(.collector | column)lost \(.lost | plural("event"))"),
	(if .meta.root == false and ($denied | length) > 0 then
		"  As root (sudo sixty) also: \($denied | join(" "))" else empty end);

def summary: headline, verdict, findings, exonerated, collectors;
