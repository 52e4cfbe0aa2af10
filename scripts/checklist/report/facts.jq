# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The facts of one collector, whatever became of it.  $name, $command, $status: the
# collector, and the first lines of its files.

def line: rtrimstr("\n") | if . == "" then null else . end;

# What cannot be read, by a version of the program we do not know, is no reason to
# have no report.
def facts_of(reader):
	(try reader catch ("\($name): \(.)\n" | stderr | null)) as $facts
	| ($status | line // "unknown" | split("\t")) as $s
	| {name: $name, command: ($command | line), status: $s[0], reason: ($s[1:] | join(" ") | line),
		facts: ($facts // {series: [], tables: []})}
	| if $facts == null and .status == "ok" then .reason = "printed nothing that can be read" else . end;
