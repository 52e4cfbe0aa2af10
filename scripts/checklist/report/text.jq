# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The summary on the terminal: one screen, causes first; with $all everything.  Input: report.json.
# $colour: whether to use colours.  $width, $rows: of the terminal; $fold: whether there is one.

include "lib";
include "fold";

def paint($code): if $colour then "\u001b[\($code)m\(.)\u001b[0m" else . end;

def badge: {critical: ("CRITICAL" | paint("1;31")), warning: ("WARNING " | paint("1;33")),
	info: ("NOTE    " | paint("1;36"))}[.];

def headline:
	.meta | "sixty \(.version // "?"): \(.host // "unknown host"), Linux \(.kernel // "?"), "
		+ "\(.cpus // "?") CPUs, \(.seconds | number) s from \(.start // "?")"
		+ if .ended_early then ", ended early" else "" end;

def verdict:
	.verdict | .judged as $judged | [(select(.critical > 0) | "\(.critical) critical" | paint("1;31")),
		(select(.warning > 0) | .warning | plural("warning") | paint("1;33")),
		(select(.info > 0) | .info | plural("note") | paint("1;36"))]
	| if length > 0 then "FINDINGS: " + join(", ")
	elif $judged == 0 then "COULD NOT LOOK: no check had data" | paint("1;31")
	else "NOTHING FOUND" | paint("1;32") end;

# The lines for the summary. sixty needs three more for the files, and the shell one.
def screen: [$rows - 4, 20] | max;

def fit: cut_to($width - 2);

# screen_lines: how many lines of the terminal the strings take.
def screen_lines: [.[] | columns / $width | ceil | if . == 0 then 1 else . end] | add // 0;

def evidence_lines: .evidence[] | "\(.text)  [\(.collector)]";

def next_line: "next: \(.next)   (explain: \(.id))";

# symptoms_of(all): the findings that this one explains.
def symptoms_of($all): .number as $number | [$all[] | select(.explained_by == $number)];

# short: a cause with its first two lines of evidence, what it explains and the next command.
def short($all):
	symptoms_of($all) as $symptoms
	| "\(.severity | badge) \(.title | cut_to($width - 9) | paint("1"))",
	("         " + (.evidence[0:2][] | .collector as $by | .text | cut_to($width - 13 - ($by | length))
		| "\(.)  [\($by)]")),
	(if ($symptoms | length) > 0 then "         symptoms: \($symptoms | map(.title) | join("; "))"
		| cut_to($width)
		else empty end),
	"         \(next_line)";

# causes_on_a_screen(lines): as many causes as fit on the screen, and the number of the others.
def causes_on_a_screen($lines):
	. as $all
	| map(select(.explained_by == null)) as $causes
	| reduce $causes[] as $f ({lines: [], shown: 0, full: false};
		[$f | short($all)] as $block
		| if .full or (.shown > 0 and (.lines + $block | screen_lines) >= $lines) then .full = true
		else .lines += $block | .shown += 1 end)
	| ([$lines - (.lines | screen_lines), 0] | max) as $room
	| .lines[],
	($causes[.shown:] | if length > $room then .[0:[$room - 1, 0] | max] else . end
		| .[] | .id as $id | "\(.severity | badge) \(.title | cut_to($width - 21 - ($id | length))) "
			+ "(explain: \($id))"),
	(.shown += if ($causes[.shown:] | length) > $room then [$room - 1, 0] | max else ($causes | length) end
		| $causes[.shown:] | select(length > 0)
		| "and \(length) more (sixty --from DIR --all): \(map(.id) | unique | join(", "))" | fit);

# full: a finding with all its evidence, and the limits of its rule.
def full($indent):
	"\($indent)\(.severity | badge) \(.title | paint("1"))",
	(evidence_lines | "\($indent)         \(.)"),
	(if .cannot then "\($indent)         cannot tell: \(.cannot)" else empty end),
	"\($indent)         \(next_line)";

def all_causes:
	. as $all
	| .[] | select(.explained_by == null)
	| full(""), (symptoms_of($all)[] | "    symptom", full("    ")), "";

def by_resource: group_by(.resource) | map("\(.[0].resource) \(length)");

def column_of($n): . + "                " | .[0:$n];

def ruled_out:
	.exonerated | select(length > 0)
	| if $all then "RULED OUT", (group_by(.resource)[]
		| "  \(.[0].resource | column_of(11)) \(map(.title) | unique | join("; "))")
	else "RULED OUT      \(length | plural("check")): \(by_resource | join(", "))" | fit end;

def not_looked_at:
	.not_looked_at | select(length > 0)
	| group_by(.reason) | sort_by(-length)
	| if $all then "", "NOT LOOKED AT", (.[] | "  \(.[0].reason): \(map(.id) | join(", "))")
	else ("NOT LOOKED AT  \(map(length) | add | plural("check")): "
		+ (map("\(.[0].reason) (\(length))") | join("; ")) | fit) end;

# history: what the kernel logged before the run.
def history:
	.history | select(length > 0)
	| if $all then "", "BEFORE THE RUN (kernel log)",
		(.[] | "  \(.class | column_of(20)) \(.count | times), the last at \(.time): "
			+ "\(.text | cut_to(150))")
	else "BEFORE THE RUN \(map("\(.class) \(.count | times)") | join(", ")) in the kernel log" | fit end;

# own_cost: the CPU time of sixty itself, if it was measured.
def own_cost:
	(if .own_cpu_s then "; own CPU time \(.own_cpu_s | number) s" else "" end)
	+ if .own_bpf_s then ", BPF programs \(.own_bpf_s | number) s" else "" end;

def collectors:
	def reason: if (.reason // "") != "" then ": \(.reason | cut_to(120))" else "" end;
	(.collectors | map(select(.status == "ok")) | length) as $ok
	| (.collectors | map(select(.status != "ok" or ($all and (.reason // "") != "")))) as $bad
	| ($bad | map(select(.status == "denied").name)) as $denied
	| "COLLECTORS  \($ok) of \(.collectors | length) ok\(.meta | own_cost)",
	(if $all then $bad[] | "  \(.name | column_of(15))\(.status)\(reason)"
	else $bad | group_by(.status)[] | "  \(.[0].status): \(map(.name) | join(" "))" | fit end),
	(.losses[] | select(if $all then (.lost // 0) > 0 else lost > 0 end)
		| "  \(.collector | column_of(15))lost \(.lost | plural("event"))"),
	(if .meta.root == false and ($denied | length) > 0 then "  As root (sudo sixty) they would run."
		else empty end);

# service: what the service of --container, --cgroup or -p used.
def service:
	def of($key; $unit): if .[$key] == null then empty else .[$key] | with_unit($unit) end;
	.service | values
	| "ABOUT          \(.name): "
		+ if .seen | not then "not among the processes and cgroups that were seen" else [
			(of("cpu"; "%") | "CPU \(.)"), (of("cpu_some"; "%") | "waits for a CPU \(.)"),
			(of("run_delay"; "%") | "waits for a CPU \(.)"),
			(of("throttled"; "%") | "throttled \(.)"), (of("memory"; "bytes") | "memory \(.)"),
			(of("memory_max"; "bytes") | "of \(.)"), (of("io_some"; "%") | "waits for I/O \(.)"),
			(if .threads then .threads | plural("thread") else empty end),
			(if .fds then .fds | plural("open file") else empty end)] | join(", ") end;

def footer:
	ruled_out, not_looked_at, history, (if $all then "" else empty end), collectors;

# folded_lines: lines that are not commands, folded at words, two columns further than they begin.
def folded_lines:
	(capture("^(?<spaces> *)").spaces | length) as $begin
	| if test("^ *next: ") then . else folded($begin + 2) end;

def summary:
	{meta, service, verdict, findings, exonerated, not_looked_at, history, collectors, losses} | all_printable |
	[headline, service, verdict, ""] as $head
	| [(if (.findings | length) > 0 and ($all | not) then "" else empty end), footer] as $foot
	| $head[],
	(.findings | if $all then all_causes | folded_lines
		else causes_on_a_screen(screen - ($head + $foot | screen_lines)) end),
	($foot[] | if $all then folded_lines else . end);
