# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --explain FINDING: print what it means, what to look at, its limits and the reason for them.

include "lib";
include "thresholds";

def limit($word; $value): if $value == null then empty else
	"\($word) \(if .low then "at most" else "from" end) \($value) \(.unit)" end;

def limits: [limit(if .info then "note" else "warning" end; .warning), limit("critical"; .critical)] | join(", ");

def explain($id):
	first(rules[] | select(.id == $id))
	| "\(.id) (\(.class), \(.resource)): \(.title | split("%s") | join("..."))", "",
	"What it means  \(.means)",
	"Look at        \(.look)",
	"Next           \(.next | installed | split("%s") | join("..."))",
	"Limits         \(limits)",
	"Why these      \(.why)";
