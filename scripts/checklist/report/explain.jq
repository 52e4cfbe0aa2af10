# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --explain FINDING: print what it means, what to look at, its limits and the reason for them.

include "lib";
include "fold";
include "thresholds";

def limit($word; $value): if $value == null then empty else
	"\($word) \(if .low then "at most" else "from" end) \($value) \(.unit)" end;

def limits:
	(if .off then "switched off, " else "" end)
	+ ([limit(if .info then "note" else "warning" end; .warning), limit("critical"; .critical)] | join(", "))
	+ if .changed then " (changed in /etc/sixty/rules.d)" else "" end;

# generic: a command without a subject, such as PID instead of %{pid}.
def generic:
	installed | gsub("%\\{ns(enter|root)\\}"; "") | gsub("%\\{(?<key>[a-z_]+)\\}"; .key | ascii_upcase);

def explain($id):
	first(rules[] | select(.id == $id))
	| ("\(.id) (\(.class), \(.resource)): \(.title | split("%s") | join("..."))", "",
		("What it means  \(.means)",
		"Look at        \(.look)",
		"Cannot tell    \(.cannot)",
		"Explains       \(.explains | join(" ") | if . == "" then "nothing else" else . end)" | folded(15)),
		"Next           \(.next | generic)",
		("Limits         \(limits)",
		"Why these      \(.why)" | folded(15)))
	| printable;
