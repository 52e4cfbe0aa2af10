# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Checks of CPUs and of what cgroups are limited to.  $u: the numbers of usestat; $n: those of all
# collectors.

include "lib";
include "check";

# busiest($u): evidence: the processes with the most CPU time.
def busiest($u): $u.processes | top_by(.cpu; "\(process_name) \(.cpu | number) %\(in_container)")
	| if . == "" then empty else usestat("most: \(.)") end;

def busy_text: "\(.busy | number) % busy: user \(.user | number), system \(.system | number), "
	+ "nice \(.nice | number); I/O wait \(.iowait | number)";

def cpu_checks($n; $u):
	$u.cpu | if . == null or .busy == null then empty else
		. as $c
		# Waits of niced processes do no harm while other processes get enough CPU time.
		| (.nice >= 20 and .urgent < 70) as $niced
		| (if .urgent >= 85 then "busy" else "idle" end) as $load
		| (.urgent >= 70 or ((.pressure // 0) >= 5 and ($niced | not))) as $contended
		| check("cpu-busy"; null; {$load}; .urgent; usestat(busy_text), busiest($u)),
		check("cpu-pressure"; null; {$load}; if $niced then 0 else .pressure end;
			usestat("somebody waited in \(.pressure | number) % of the time; CPUs \(.busy | number) % busy"
				+ if $niced then ", \(.nice | number) % with niced work" else "" end)),
		check("run-queue"; null; {$load}; if .urgent < 70 then 0 else .over_share end;
			usestat("\(.running | number) threads runnable on \(.cpus) CPUs, at most \(.running_max); "
				+ "more than CPUs in \(.over_share | number) % of the looks")),
		($n.runqlat.hists[0]? | if . == null then empty
			elif .count < 100 then unseen("run-queue-delay"; "only \(.count) waits")
			else .unit as $unit
				| check("run-queue-delay"; null; {$load}; if $contended then .p99
					| unit_ns($unit) / 1e6 else 0 end;
					from("runqlat"; hist_text("\(.) waits"))) end),
		check("cpu-steal"; null; {}; if (.pressure // 100) < 5 then 0 else .steal end;
			usestat("\(.steal | number) % stolen, somebody waited in \(.pressure | number) % of the time"))
	end;

def one_cpu_checks($u):
	$u.cpu as $c
	| ($c.cpu // []) | if length == 0 then empty else
		. as $cpus
		| (map((.softirq // 0) + (.irq // 0)) | average) as $mean
		| max_by(.busy // 0) as $busiest
		| (max_by((.softirq // 0) + (.irq // 0))) as $soft
		| (if length < 2 then empty else
			check("one-cpu-busy"; $busiest.cpu; {cpu: $busiest.cpu};
				if $c.busy >= 70 then 0 else $busiest.busy end; usestat(
				"CPU \($busiest.cpu): \($busiest.busy | number) %, all: \($c.busy | number) %")),
			check("softirq-one-cpu"; $soft.cpu; {cpu: $soft.cpu};
				($soft.softirq + $soft.irq) as $share
					| if $share < 2 * $mean * 0.9 then 0 else $share end;
				usestat("CPU \($soft.cpu): \($soft.softirq + $soft.irq | number) % of its time, mean "
					+ "\($mean | number) %"),
				($u.interrupts[0] | values | usestat("most interrupts: \(.name) \(.description // "")"
					+ ", \(.count | number)/s"))) end),
		(map(select(.softnet_dropped != null)) | if length == 0 then empty else max_by(.softnet_dropped)
			| check("softnet-drops"; .cpu; {cpu}; .softnet_dropped;
				usestat("CPU \(.cpu): \(.softnet_dropped | plural("packet")) dropped")) end),
		(map(select(.softnet_squeezed != null)) | if length == 0 then empty else max_by(.softnet_squeezed)
			| check("softnet-squeezed"; .cpu; {cpu}; .softnet_squeezed;
				usestat("CPU \(.cpu): \(.softnet_squeezed | number)/s of "
					+ "\(.softnet_processed | number) packets/s")) end),
		(if all(.[]; .throttles == null) then unseen("thermal-throttling"; "this machine has no such counter")
			else check("thermal-throttling"; null; {}; map(.throttles // 0) | add;
				usestat("\(map(.throttles // 0) | add) times")) end),
		(map(select(.khz != null and (.khz_max // 0) > 0)) | if length == 0 then
				unseen("cpu-slow"; "this machine does not show the frequency of its CPUs")
			else map(select(.busy >= 50))
				| if length == 0 then fine("cpu-slow"; usestat("no CPU was half busy"))
			else (map(100 * .khz / .khz_max) | average) as $share
				| check("cpu-slow"; null; {}; $share;
					usestat("\($share | number) % of the highest frequency"
					+ "\(if $c.governor then ", governor \($c.governor)" else "" end)")) end end)
	end;

# each_cgroup(id; u; filter; value; text): the check for each cgroup that the filter selects.
def each_cgroup($id; $u; filter; value; text):
	$u.cgroups | if length == 0 then unseen($id; "no cgroups here") else
		[.[] | select(.cgroup != "/" and filter)]
		| if length == 0 then fine($id; usestat("none of the cgroups seen has such a limit or wait"))
		else .[] | check($id; cgroup_name; of_cgroup + cgroup_dirs($u); value; usestat(text), members($u)) end
	end;

# deepest(f): leave out cgroups that have a descendant with at least the same value.
def deepest(f): . as $all | map(.cgroup as $path | (f // 0) as $value
	| select(any($all[]; (.cgroup | startswith($path + "/")) and (f // 0) >= 0.8 * $value) | not));

# limit_used: the highest share of a limit of io.max; null if the limits are not known.
def limit_used: [[.read_bytes, .io_max_read], [.written_bytes, .io_max_written], [.reads, .io_max_reads],
	[.writes, .io_max_writes] | select(.[0] != null and (.[1] // 0) > 0) | 100 * .[0] / .[1]] | max;

def cgroup_checks($u):
	each_cgroup("cpu-throttled"; $u; (.periods // 0) >= 5; 100 * .throttled_periods / .periods;
		"quota used up in \(.throttled_periods) of \(.periods) periods; throttled \(.throttled | number) % of "
			+ "the time"
		+ "\(if .quota then "; quota \(.quota | number) CPUs" else "" end)"
		+ "\(if .cpu then ", used \(.cpu / 100 | number)" else "" end)")
		# A quota makes threads wait even if CPUs are idle.
		| if .about then .about.load = "idle" else . end,
	# A cgroup that only reads files reclaims its page cache at the limit, which does no harm.
	each_cgroup("cgroup-memory-limit"; $u; .memory_max;
		if (.oom_kills // 0) == 0 and (.memory_some // 100) < 1 then 0 else .max_events // 0 end;
		"\(.max_events // 0 | number) times at the limit of \(.memory_max | in_bytes), "
		+ "in use \(.memory | in_bytes); somebody waited in \(.memory_some | number) % of the time"),
	each_cgroup("cgroup-memory-high"; $u; .memory_high; .high_events;
		"\(.high_events | number) times above \(.memory_high | in_bytes), in use \(.memory | in_bytes)"),
	each_cgroup("io-limited"; $u; .io_limited and .io_some;
		if limit_used == null or limit_used >= 80 then .io_some else 0 end;
		"somebody waited for I/O in \(.io_some | number) % of the time; "
		+ "read \(.read_bytes | in_bytes)/s, written \(.written_bytes | in_bytes)/s"),
	each_cgroup("pids-limit"; $u; .pids_max;
		if (.pids_max_events // 0) > 0 then [100, 100 * .pids / .pids_max] | max
		else 100 * .pids / .pids_max end;
		"\(.pids) of \(.pids_max) threads\(if (.pids_max_events // 0) > 0 then
			"; \(.pids_max_events | plural("fork")) refused" else "" end)"),
	($u | .cgroups |= deepest(.cpu_some) | each_cgroup("cgroup-cpu-pressure"; .; .cpu_some; .cpu_some;
		"somebody waited in \(.cpu_some | number) % of the time")),
	($u | .cgroups |= deepest(.io_some) | each_cgroup("cgroup-io-pressure"; .; .io_some; .io_some;
		"somebody waited in \(.io_some | number) % of the time"));
