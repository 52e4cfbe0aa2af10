# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The rules that decide what is a finding.  Their table is in rules_*.jq.
#
# id: the argument of --explain.  class, resource: the cell of the USE matrix.  warning, critical:
# a value is a finding if it is at least this high (null: never) or, with `low: true`, at most.
# `info: true`: a note instead of a warning.  unit: of the value.  title: of a finding, with %s
# for the subject.  fine: of what is ruled out; null: never.  why, means, look, cannot: for
# --explain; `why` is the reason for the limits, `cannot` what the rule cannot tell.  next: the
# command to type; %{KEY} is a key of the subject, {NAME} a tool of this project.  explains: the
# findings of which this one is the cause, unless both have a different subject of one kind.
# weight: 10 for a certain cause to 1 for a mere fact; it ranks findings of the same severity.
#
# $site: what the files in /etc/sixty/rules.d change, {ID: {warning, critical, off, why}}.

include "rules_cpu";
include "rules_memory";
include "rules_disk";
include "rules_network";

def shipped_rules: rules_cpu + rules_memory + rules_disk + rules_network;

def rules: shipped_rules | map(. + ($site[.id] // {}) | if $site[.id] then .changed = true else . end);

# collector_of: the collector without which a rule has no data.
def collector_of:
	{"run-queue-delay": "runqlat", "exec-storm": "execsnoop", "exec-failures": "execsnoop",
	"hot-function": "profile", "block-latency": "biolatency", "block-outlier": "biolatency",
	"resource-limits": "opensnoop", "failing-opens": "opensnoop", "slow-files": "fsslower",
	"cache-misses": "cachestat", "connects-unanswered": "tcpconnect", "connects-refused": "tcpconnect",
	"connects-failed": "tcpconnect", "accept-queue": "tcpaccept", "slow-dns": "gethostlatency",
	"dns-failing": "gethostlatency", "mutex-wait": "offcputime", "kernel-lock": "offcputime"}[.id] // "usestat";

# site_error: what is wrong with the changes of a site, {FILE: content}; nothing if they are right.
def site_error:
	def limit: . == null or type == "number";
	([shipped_rules[].id]) as $ids
	| to_entries[] | .key as $file | .value
	| if type != "object" then "\($file): expected an object, {\"RULE\": {\"warning\": NUMBER}}" else
		to_entries[] | .key as $id | .value
		| if ($ids | index($id)) == null then "\($file): no rule is called \"\($id)\""
		elif type != "object" then "\($file): \($id): expected an object, {\"warning\": NUMBER}"
		elif (keys - ["warning", "critical", "off", "why"]) != [] then
			"\($file): \($id): unknown key \"\((keys - ["warning", "critical", "off", "why"])[0])\"; "
			+ "the keys are warning, critical, off and why"
		elif (.warning | limit) and (.critical | limit) | not then
			"\($file): \($id): warning and critical must be numbers, or null for never"
		elif has("off") and (.off | type) != "boolean" then "\($file): \($id): off must be true or false"
		elif has("why") and (.why | type) != "string" then "\($file): \($id): why must be a string"
		else empty end
	end;
