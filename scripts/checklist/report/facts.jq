# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make the facts of each collector, including those that failed.  For each collector, `inputs` has the line
# "$mark begin", its name, its command, its status, "output" or "empty", the lines of its output, and the line
# $mark.

include "tools";
include "events";
include "histograms";
include "waits";
include "usestat";

# unread: the classic programs, whose output is only for people. The page shows it.
def unread: {numbers: null, series: [], tables: []};

# read_output(name): the facts in the output of that collector.
def read_output($name):
	if $name == "usestat" then usestat
	elif $name == "execsnoop" then execsnoop
	elif $name == "opensnoop" then opensnoop
	elif $name == "tcpconnect" then tcpconnect
	elif $name == "tcpaccept" then tcpaccept
	elif $name == "tcpretrans" then tcpretrans
	elif $name == "gethostlatency" then gethostlatency
	elif $name == "biosnoop" then biosnoop
	elif $name == "biolatency" then biolatency
	elif $name == "runqlat" then runqlat
	elif $name == "cachestat" then cachestat
	elif $name == "profile" then profile
	elif $name == "offcputime" then offcputime
	elif $name | endswith("slower") then fsslower
	else unread end;

def null_if_empty: if . == "" then null else . end;

# facts_of: the facts of one collector.  An output that cannot be parsed, for example of an unknown version of
# the program, must not prevent the report.
def facts_of($name; $command; $status; $output):
	(if $output == "empty" then null else
		try read_output($name) catch ("\($name): \(.)\n" | stderr | null) end) as $facts
	| ($status | null_if_empty // "unknown" | split("\t")) as $s
	| {name: $name, command: ($command | null_if_empty), status: $s[0],
		reason: ($s[1:] | join(" ") | null_if_empty), facts: ($facts // {series: [], tables: []})}
	| if $facts == null and .status == "ok" then .reason = "output cannot be parsed" else . end;

# all_facts: one object per collector.  Skips the lines that a collector's function did not read.
def all_facts:
	inputs | select(. == $mark + " begin") | [limit(4; inputs)] | facts_of(.[0]; .[1]; .[2]; .[3]);
