# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make findings from facts: every check has a value and evidence, and its rule in thresholds.jq
# decides.  Facts that no collector delivered are null; a check without a value has no result,
# neither a finding nor an exoneration.

include "lib";
include "thresholds";

def severity($rule; $value):
	def reached($limit): $limit != null and (if $rule.low then $value <= $limit else $value >= $limit end);
	if reached($rule.critical) then "critical"
	elif reached($rule.warning) then (if $rule.info then "info" else "warning" end)
	else "ok" end;

# filled(subject): the input with every %s replaced by the subject, or unchanged if that is null.
def filled($subject): if $subject == null then . else split("%s") | join("\($subject)") end;

# target(rule): the subject as words of a command.  HOST:PORT becomes two words, but not in rules
# of utilisation, whose subjects are disks and interfaces.
def target($rule):
	. as $subject
	| tostring | capture("^(?<host>.*):(?<port>[0-9]+)$") // null
	| if . == null or $rule.class == "utilisation" then $subject | shell_word
	else "\(.host | ltrimstr("[") | rtrimstr("]") | shell_word) \(.port)" end;

# check(id; subject; value; evidence): one result, or none if the value is null.  evidence:
# {text, collector}, one or more.
def check(id; $subject; $value; evidence):
	if $value == null then empty else
		(rules[] | select(.id == id)) as $rule
		| {id: id, class: $rule.class, resource: $rule.resource, severity: severity($rule; $value),
			title: ($rule.title | filled($subject)), fine: $rule.fine, subject: $subject,
			value: ($value | round_to(2)), unit: $rule.unit, evidence: [evidence],
			next: ($rule.next | installed
				| filled($subject | if . == null then null else target($rule) end))}
	end;

def from($collector; $text): {collector: $collector, text: $text};

# endpoint: address and port, "[::1]:80" for IPv6.
def endpoint: (if .address | contains(":") then "[\(.address)]" else .address end) + ":\(.port)";

def kernel_checks($n):
	($n.dmesg // null) as $d
	| (["kernel-oom", "oom"], ["kernel-io", "io"], ["kernel-hung", "hung"],
		["kernel-hardware", "hardware"], ["kernel-network", "network"],
		["kernel-crash", "crash"], ["kernel-errors", "error"]) as [$id, $category]
	| ($d.by_category[$category]? // null) as $c
	| check($id; null; if $d == null or ($d.lines // 0) == 0 then null else $c.count // 0 end;
		from("dmesg"; if $c == null then "none in the last hour" else
			"\($c.count) in the last hour; "
			+ "the last \($c.ago_s * 1e9 | in_time) ago: \($c.last | cut_to(160))" end));

def network_error_checks($n):
	($n["sar-dev"].interfaces // empty)
	| if length == 0 then empty else
		(max_by(.errors) | check("network-errors"; .name; .errors;
			from("sar-dev"; "\(.name): \(.errors | number) errors/s"))),
		(max_by(.drops) | check("network-drops"; .name; .drops;
			from("sar-dev"; "\(.name): \(.drops | number) drops/s"))),
		(max_by(.util) | check("network-busy"; .name; .util;
			from("sar-dev"; "\(.name): \(.util | number) % of its speed, at most \(.util_max | number) %; "
				+ "in \(.rx_bytes | in_bytes)/s, out \(.tx_bytes | in_bytes)/s")))
	end;

def limit_checks($n):
	$n.opensnoop | if . == null then empty else
		.limits[0] as $l
		| check("resource-limits"; $l.error; $l.count // 0; from("opensnoop";
			if $l then "\($l.count | times) in \($l.comm), for example \($l.path | quoted)"
			else "\(.failed) failed opens, none of this kind" end))
	end;

# connect_check(n; id; kind): the worst destinations with results of this kind; "ok" only if no
# destination has one.
def connect_check($n; id; kind):
	def delay: if .latency_ns then ", after at most \(.latency_ns | in_time)" else "" end;
	$n.tcpconnect | if . == null then empty else
		[.targets[] | select(.result | kind)] as $bad
		| if ($bad | length) == 0 then
			check(id; null; 0; from("tcpconnect"; .connects | plural("connect")))
		else $bad | sort_by(-.count)[0:3][]
			| check(id; endpoint; .count; from("tcpconnect";
				"\(.count | plural("connect")) by \(.comm | quoted): \(.result)\(delay)"))
		end
	end;

def connect_checks($n):
	def silent: . == "no answer" or . == "timeout" or . == "ETIMEDOUT";
	def refused: . == "refused";
	def other: silent or refused or . == "established" or . == "aborted" | not;
	connect_check($n; "connects-unanswered"; silent),
	connect_check($n; "connects-refused"; refused),
	connect_check($n; "connects-failed"; other);

def dns_error_checks($n):
	$n.gethostlatency | if . == null then empty else
		.failing as $f
		| check("dns-failing"; $f.host; $f.failed // 0; from("gethostlatency";
			if $f then "\($f.failed) of \($f.count) lookups by \($f.comm | quoted): \($f.result)"
			else .lookups | plural("lookup") end))
	end;

def exec_error_checks($n):
	$n.execsnoop | if . == null then empty else
		check("exec-failures"; .failed_file; .failed; from("execsnoop";
			if .failed > 0 then "\(.failed) failed, mostly \(.failed_file | quoted) with \(.failed_error)"
			else .execs | plural("exec") end))
	end;

# pressure_text(resource): evidence from the facts of the collector pressure.
def pressure_text($resource):
	"somebody waited in \(.["\($resource).some"] | number) % of the time, "
	+ "everybody in \(.["\($resource).full"] | number) %";

# hist_text(noun): the percentiles of a histogram as evidence; `noun` adds a noun to its count.
def hist_text(noun):
	.unit as $unit
	| def latency: unit_ns($unit) | in_time;
	"p50 \(.p50 | latency), p99 \(.p99 | latency), max \(.max | latency) of \(.count | noun)";

def cpu_checks($n):
	check("cpu-pressure"; null; $n.pressure["cpu.some"];
		from("pressure"; "somebody waited in \($n.pressure["cpu.some"] | number) % of the time")),
	($n.vmstat | if . == null then empty else
		check("run-queue"; null; .over_share;
			from("vmstat"; "\(.running | number) threads runnable on \($context.cpus) CPUs, at most "
				+ "\(.running_max); more than CPUs in \(.over_share | number) % of the seconds")) end),
	($n.runqlat.hists[0]? | if . == null or .count < 100 then empty else
		.unit as $unit
		| check("run-queue-delay"; null; .p99 | unit_ns($unit) / 1e6;
			from("runqlat"; hist_text("\(.) waits"))) end),
	check("cpu-steal"; null; $n.mpstat.steal; from("mpstat"; "\($n.mpstat.steal | number) % stolen"));

def memory_checks($n):
	def mib: . * 1048576 | in_bytes;
	check("memory-pressure"; null; $n.pressure["memory.some"];
		from("pressure"; $n.pressure | pressure_text("memory"))),
	($n.vmstat | if . == null then empty else
		check("swapping"; null; .swap_in + .swap_out;
			from("vmstat"; "\(.swap_in | number) KiB/s in, \(.swap_out | number) KiB/s out")) end),
	($n.free | if . == null then empty else
		check("memory-low"; null; .available_mib | percent($n.free.total_mib);
			from("free"; "at least \(.available_mib | mib) of \(.total_mib | mib) available; "
				+ "swap: \(.swap_used_mib | mib) of \(.swap_total_mib | mib) used")) end);

# per_disk(id; value; text): the findings for the three worst disks, or one exoneration for all.
def per_disk(id; value; text):
	map(. as $d | check(id; $d.disk; ($d | value); $d | text)) | sort_by(-.value)
	| map(select(.severity != "ok")) as $bad
	| if ($bad | length) > 0 then $bad[0:3][] else .[0] // empty end;

def disk_checks($n):
	check("io-pressure"; null; $n.pressure["io.some"]; from("pressure"; $n.pressure | pressure_text("io"))),
	($n.iostat.disks // empty | if length == 0 then
		check("disk-busy"; null; 0; from("iostat"; "no disk had a request")) else
		per_disk("disk-queue"; .queue; from("iostat";
			"\(.disk): \(.queue | number) requests in flight on average")),
		per_disk("disk-busy"; .util; from("iostat";
			"\(.disk): \(.util | number) %, at most \(.util_max | number) %; "
			+ "\(.reads | number) reads/s, \(.writes | number) writes/s")) end),
	($n.biolatency.hists // empty | map(.disk = (.label // "-") | .unit as $unit
			| .ms = (.p99 | unit_ns($unit) / 1e6) | .max_ms = (.max | unit_ns($unit) / 1e6)
			| .text = from("biolatency"; "\(.disk): \(hist_text(plural("request")))"))
		| (map(select(.count >= 20)) | per_disk("block-latency"; .ms; .text)),
		per_disk("block-outlier"; .max_ms; .text));

def retransmit_checks($n):
	def share: [.out, .retransmits] as $segments
		| if .retransmits < 1 then 0 else .retransmits | percent($segments | max) end;
	$n["sar-tcp"] | if . == null then empty else
		($n.tcpretrans.top[0]? // null) as $flow
		| check("retransmits"; null; share;
			from("sar-tcp"; "\(.retransmits | number)/s of \(.out | number) segments/s; "
				+ "resets \(.resets | number)/s"),
			($flow | values | from("tcpretrans"; "\(.count) of them: \(.local):\(.local_port) to "
				+ "\(.remote):\(.remote_port) (\(.state))")))
	end;

def accept_checks($n):
	$n.tcpaccept | if . == null or .accepts == 0 then empty else
		.slowest as $s
		| if $s == null then empty else check("accept-queue"; $s.port; $s.queue_ns / 1e6;
			from("tcpaccept"; "at most \($s.queue_ns | in_time), port \($s.port), \($s.comm | quoted); "
				+ "\(.accepts) accepted")) end
	end;

def cpu_use_checks($n):
	$n.mpstat | if . == null then empty else
		([$n.pidstat.top[]? | "\(.comm) (\(.pid)) \(.cpu | number) %"] | join(", ")) as $top
		| check("cpu-busy"; null; .busy;
			from("mpstat"; "\(.busy | number) % busy: user \(.user | number), system \(.system | number); "
				+ "I/O wait \(.iowait | number)"),
			(if $top != "" then from("pidstat"; "most: \($top)") else empty end)),
		(if .busiest == null or $context.cpus < 2 or .busy >= 70 then empty else
			check("one-cpu-busy"; null; .busiest.busy; from("mpstat";
				"CPU \(.busiest.cpu): \(.busiest.busy | number) %, all: \(.busy | number) %")) end)
	end;

def exec_checks($n; $d):
	def most: if .top then "; \(.top.count) of them \(.top.comm | quoted) by \(.top.parent | quoted)" else "" end;
	$n.execsnoop | if . == null then empty else
		check("exec-storm"; null; .execs / ([$d.execsnoop, 1] | max);
			from("execsnoop"; "\(.execs) in \($d.execsnoop | number) s\(most)"))
	end;

def open_checks($n; $d):
	def most: .unexpected[0]
		| if . then "at most \(.count) of the same unexpected path" else "none of an unexpected path" end;
	$n.opensnoop | if . == null then empty else
		[.unexpected[]? | select(.count >= 20)] as $bad
		| if ($bad | length) == 0 then
			check("failing-opens"; null; 0; from("opensnoop"; "\(.failed) failed opens, \(most)"))
		else
			[$bad[0:3][] | check("failing-opens"; .path; .count / ([$d.opensnoop, 1] | max);
				from("opensnoop"; "\(.count | times) in \($d.opensnoop | number) s with \(.error), "
					+ "mostly by \(.comm | quoted)"))]
			| map(select(.severity != "ok")) as $found
			| if ($found | length) > 0 then $found[] else .[0] end
		end
	end;

def file_checks($n):
	def slowest: "\(.op) of \(.file | quoted) by \(.comm | quoted), \(.latency_ns | in_time)";
	$n | to_entries[] | select(.key | test("slower$")) | .key as $tool | .value | select(. != null)
	| check("slow-files"; null; .slow; from($tool;
		if .slowest then "\(.slow); the slowest: \(.slowest | slowest)" else "none took 10 ms" end));

def cache_checks($n; $d):
	# With few misses per second, a low ratio does no harm: it counts as one above the limit.
	def harmful_ratio: if .misses / ([$d.cachestat, 1] | max) >= 100 then .ratio else [.ratio, 81] | max end;
	$n.cachestat | if . == null or .ratio == null then empty else
		check("cache-misses"; null; harmful_ratio;
			from("cachestat"; "\(.ratio | number) % of \(.hits + .misses) pages found in the cache")) end;

def dns_latency_checks($n):
	$n.gethostlatency | if . == null or .slowest == null then empty else
		check("slow-dns"; .slowest.host; .slowest.latency_ns / 1e6;
			from("gethostlatency"; "\(.slowest.latency_ns | in_time) at most in "
				+ "\(.slowest.count | plural("lookup")) by \(.slowest.comm | quoted); "
				+ "\(.lookups | plural("lookup")) in all")) end;

def function_checks($n):
	$n.profile | if . == null or .samples < 100 or ($n.mpstat.busy // 0) < 50 then empty else
		.samples as $all | first(.top[] | select(.function | test("unknown") | not)) as $f
		| (100 * $f.samples / $all) as $share
		| check("hot-function"; $f.function; $share; from("profile";
			"\($share | number) % of \($all) samples, in \($f.comm | quoted) (\($f.kind))")) end;

# guarded(f): the results of f.  If unexpected data make it fail, the other checks still run.
def guarded(f): try f catch ("a check failed: \(.)" | stderr | empty);

# results(numbers; durations): the results of all checks, in the order of the report.
def results($n; $d):
	[guarded(kernel_checks($n)), guarded(network_error_checks($n)), guarded(limit_checks($n)),
		guarded(connect_checks($n)), guarded(dns_error_checks($n)), guarded(exec_error_checks($n)),
		guarded(cpu_checks($n)), guarded(memory_checks($n)), guarded(disk_checks($n)),
		guarded(retransmit_checks($n)), guarded(accept_checks($n)), guarded(cpu_use_checks($n)),
		guarded(exec_checks($n; $d)), guarded(open_checks($n; $d)), guarded(file_checks($n)),
		guarded(cache_checks($n; $d)), guarded(dns_latency_checks($n)), guarded(function_checks($n))]
	| ([rules[].id] | to_entries | map({key: .value, value: .key}) | from_entries) as $order
	| sort_by($order[.id]);
