# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make findings from facts: every check has a value and evidence, and its rule in thresholds.jq
# decides.  A rule without data, or whose collector lost so much that a finding can be missing, rules out
# nothing: it counts as not looked at.

include "lib";
include "thresholds";
include "check_cpu";
include "check_tasks";
include "check_disk";
include "check_net";
include "check_waits";
include "view";

def MOST_SUBJECTS: 4;	# findings of one rule; the others are counted

def LOST_SHARE: 0.01;	# of its events that a collector may lose and still rule something out

def severity($rule; $value):
	def reached($limit): $limit != null and (if $rule.low then $value <= $limit else $value >= $limit end);
	if reached($rule.critical) then (if $rule.info then "info" else "critical" end)
	elif reached($rule.warning) then (if $rule.info then "info" else "warning" end)
	else "ok" end;

# with_subject(subject): the input with every %s replaced by the subject, or unchanged if that is null.
def with_subject($subject): if $subject == null then . else split("%s") | join("\($subject)") end;

# in_namespace(about): the prefix of a command that must run where the client is.
def in_namespace($about; $options):
	if $about.netns != null and $about.pid != null then "nsenter -t \($about.pid) \($options) " else "" end;

# command_for(about): the command with the subject filled in.
def command_for($about):
	installed
	| split("%{") | .[0] + ([.[1:][] | split("}") as $parts | $parts[0] as $key | ($parts[1:] | join("}")) as $rest
		| (if $key == "nsenter" then in_namespace($about; "-n")
			elif $key == "nsroot" then in_namespace($about; "-n -m")
			elif $about[$key] == null then $key | ascii_upcase
			else $about[$key] | shell_word end) + $rest] | join(""));

# ---- the checks ----

# guarded(f): the results of f.  If unexpected data make it fail, the other checks still run.
def guarded(f): try f catch ("a check failed: \(.)" | stderr | empty);

def usestat_results($n; $u):
	guarded(cpu_checks($n; $u)), guarded(one_cpu_checks($u)), guarded(cgroup_checks($u)),
	guarded(memory_checks($n; $u)), guarded(process_checks($u)), guarded(blocked_checks($u)),
	guarded(limit_checks($u)), guarded(leak_checks($u)), guarded(exit_checks($u)),
	guarded(lock_checks($u)), guarded(log_writer_checks($u)), guarded(log_checks($u)),
	guarded(oom_check($u)), guarded(machine_checks($u)), guarded(disk_checks($n; $u)),
	guarded(mount_checks($u)), guarded(interface_checks($u)), guarded(net_checks($n; $u));

def tool_results($n; $d; $u):
	guarded(failed_request_checks($n)), guarded(latency_checks($n)), guarded(open_checks($n; $u; $d)),
	guarded(file_checks($n; $d)), guarded(cache_checks($n; $d)), guarded(connect_checks($n; $u)),
	guarded(accept_checks($n)), guarded(dns_checks($n)), guarded(exec_checks($n; $d)),
	guarded(function_checks($n; $u)), guarded(wait_checks($n; $u; $d));

def no_usestat: {disks: [], mounts: [], interfaces: [], nets: [], sockets: [], users: [], interrupts: [], cgroups: [],
	processes: [], blocked: [], log: [], history: [], exits: [],
	locks: [], inotify: [], peers: [], omitted: [], missing: []};

def results($n; $d):
	($n.usestat // no_usestat) as $u
	| [if $n.usestat then usestat_results($n; $u) else empty end, tool_results($n; $d; $u)]
	| map({key: .id, value: .}) | group_by(.key) | map({key: .[0].key, value: map(.value)}) | from_entries;

# ---- judging ----

# failing(collectors): {NAME: why it rules out nothing}.
def failing:
	map({key: .name, value:
		(if .status != "ok" then "\(.name): \(.status)\(if .reason then ", \(.reason)" else "" end)"
		elif .facts.numbers == null then "\(.name): \(.reason // "no output")"
		elif (.facts.losses // {} | lost) > LOST_SHARE * ((.facts.events // 0) + (.facts.losses.lost // 0)) then
			"\(.name) lost \(.facts.losses.lost | plural("event"))"
		elif .name == "offcputime" and .facts.numbers.left_out > 0 then
			"\(.name) left out \(.facts.numbers.left_out | plural("kind")) of waits for locks"
		else null end)}) | from_entries;

# share: a value as a share of the time or of the limit, from 0 to 1, to rank findings.
def share($rule):
	if $rule.unit == "%" then (if $rule.low then 100 - . else . end) / 100
	elif $rule.low then ($rule.warning - .) / $rule.warning
	else . / ($rule.critical // (10 * $rule.warning)) end
	| [[., 1] | min, 0] | max;

def finding($rule):
	{id: $rule.id, severity, class: $rule.class, resource: $rule.resource,
		title: (.subject as $subject | $rule.title | with_subject($subject // "")), subject, about,
		value: (.value | round_to(2)), unit: $rule.unit, share: (.value | share($rule) | round_to(2)),
		evidence, cannot: $rule.cannot, next: (.about as $about | $rule.next | command_for($about)),
		weight: $rule.weight, explains: $rule.explains};

# merged: findings about processes of the same name become one finding about the worst of them.
def merged:
	group_by([.about.comm, if .about.pid and .about.comm then null else .subject end])
	| map(.[0] + {evidence: (.[0].evidence + if length > 1 and .[0].about.pid then
		[{collector: .[0].evidence[0].collector, text: ("also: " + (.[1:6] | map("\(.subject)") | join(", "))
			+ if length > 6 then " and \(length - 6) more" else "" end)}] else [] end)});

# found(rule): the findings among the results of one rule, the worst first.
def found($rule):
	[.[] | select(.value != null) | .severity = severity($rule; .value) | select(.severity != "ok")]
	| sort_by(if $rule.low then .value else -.value end) | merged
	| sort_by(if $rule.low then .value else -.value end)
	| (.[MOST_SUBJECTS:] | length) as $more
	| .[0:MOST_SUBJECTS] | map(finding($rule))
	| if $more > 0 then .[-1].evidence += [{collector: .[-1].evidence[0].collector,
		text: "and \($more) more like it"}]
	else . end;

# best(rule): the evidence for ruling out: that of the value nearest to the limit.
def best($rule): map(select(.value != null)) | sort_by(if $rule.low then .value else -.value end)[0].evidence;

# judge(results; failing): the outcome of one rule: {found}, {fine} or {unseen}.
def judge($results; $failing):
	. as $rule
	| ($rule | collector_of) as $by
	| ($results[$rule.id] // []) as $of
	| ($of | found($rule)) as $found
	| ([$of[] | select(.unseen).unseen][0]) as $unseen
	| if $rule.off then {off: true}
	elif ($found | length) > 0 then {found: $found}
	elif any($of[]; .value != null or .fine) | not then
		{unseen: ($failing[$by] // $unseen // (if $failing | has($by) then "\($by) has no such value here"
			else "\($by) did not run" end))}
	elif $failing[$by] then {unseen: $failing[$by]}
	else {fine: ([$of[] | select(.fine) | .evidence][0] // ($of | best($rule)))} end
	| .rule = $rule;

# ---- the story ----

# The keys of a subject: WHAT it is about, and WHO it belongs to.
def WHAT: ["disk", "path", "interface", "port", "address", "host", "cpu", "error", "load", "unit"];
def WHO: ["pid", "comm", "cgroup", "user", "netns"];

# same_subject(a; b): true if the two can be about the same.  No key of WHAT may differ.  If both have keys of
# WHO, they must have a key in common; two processes, a key other than cgroup and user.
def same_subject($a; $b):
	def within($x; $y): $x == $y or ($x | startswith($y + "/")) or ($y | startswith($x + "/"));
	def equal($key): if $a[$key] == null or $b[$key] == null then false
		elif $key == "cgroup" then within($a.cgroup; $b.cgroup)
		else "\($a[$key])" == "\($b[$key])" end;
	def names($about): any(WHO[]; $about[.] != null);
	all(WHAT[]; $a[.] == null or $b[.] == null or equal(.))
	and ((names($a) and names($b) | not)
		or any((WHAT + WHO)[] | select(. != "load" and . != "error")
			| select($a.pid == null or $b.pid == null or (. != "cgroup" and . != "user")); equal(.)));

# score: the rank of a finding.  Those about the service of the view come first, and notes last.
def score: {critical: 6, warning: 3, info: -6}[.severity] + .weight + 3 * .share
	+ if $view and (.about | is_it) then 20 else 0 end;

# cause_of(all): the number of the finding that explains this one, or null.
def cause_of($all):
	. as $f
	| [$all[] | select((.explains | index($f.id)) and .weight >= $f.weight and .key < $f.key
		and same_subject(.about; $f.about))]
	| max_by(score).key;

# root(causes): the end of the chain of causes.
def root($causes): if $causes["\(.)"] == null then . else $causes["\(.)"] | root($causes) end;

# story: the findings in the order of the report: each cause followed by what it explains.  A cause is as severe as
# the worst of what it explains.
def story:
	sort_by(-.weight, -score, .id) | to_entries | map(.value + {key: .key})
	| . as $all
	| (map({key: "\(.key)", value: cause_of($all)}) | from_entries) as $causes
	| map(.root = (.key | root($causes)))
	| group_by(.root)
	| map(. as $group | {cause: (.[] | select(.key == .root)), symptoms: (map(select(.key != .root))
		| sort_by(-score))} | .cause.severity = ($group | map(.severity) | worst))
	| sort_by(-(.cause | score) - 0.5 * ([.symptoms | length, 4] | min), .cause.key)
	| [.[] | .cause + {explained_by: null}, (.cause.key as $key | .symptoms[] | . + {explained_by: $key})]
	| to_entries | map(.value + {number: (.key + 1)})
	| (map({key: "\(.key)", value: .number}) | from_entries) as $numbers
	| map(.explained_by |= (if . == null then null else $numbers["\(.)"] end));

def judged($numbers; $durations; $collectors):
	results($numbers; $durations) as $results
	| ($collectors | failing) as $failing
	| [rules[] | judge($results; $failing)];
