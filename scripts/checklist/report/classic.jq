# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make facts, described in tools.jq, from what the classic commands printed.  Input: none;
# `lines` are raw.  The JSON documents of sysstat are also read line by line, because a
# truncated one is not valid JSON.

include "lib";
include "thresholds";
include "tools";

def a_series(id; resource; title; unit; values):
	{id: id, resource: resource, title: title, unit: unit, values: values};

def labelled($name): . + {label: $name};

def no_facts: {numbers: null, series: [], tables: []};

def numbers_of: map(tonumber? // null);


def uptime:
	[lines][0] // ""
	| (capture("load average: (?<one>[0-9.]+), (?<five>[0-9.]+), (?<fifteen>[0-9.]+)") // null) as $load
	| no_facts + {numbers: (if $load then $load | map_values(tonumber) else null end)};

def RECENT_S: 3600;	# messages of the last hour belong to this incident

# Kernel messages about faults, by category, whatever their log level.
def kernel_patterns: [
	["oom", [
		"Out of memory",
		"oom-kill:",
		"Killed process [0-9]",
		"invoked oom-killer"]],
	["io", [
		"I/O error",
		"Medium Error",
		"critical (medium|target) error",
		"EXT4-fs error",
		"XFS .*[Cc]orrupt",
		"BTRFS.*(error|corrupt)",
		"Remounting filesystem read-only",
		"nvme.*(timeout|reset)",
		"ata[0-9.]+: (exception|failed command)"]],
	["hung", [
		"blocked for more than",
		"soft lockup",
		"hard LOCKUP",
		"rcu.*(detected stall|self-detected)",
		"hung_task"]],
	["hardware", [
		"Hardware Error",
		"Machine [Cc]heck",
		"EDAC .*[CU]E "]],
	["network", [
		"table full, dropping",
		"request_sock_TCP: Possible SYN flooding",
		"NETDEV WATCHDOG",
		"Link is Down",
		"neighbour table overflow"]],
	["crash", [
		"segfault at",
		"general protection fault",
		"trap invalid opcode"]]
] | map({category: .[0], pattern: (.[1] | join("|"))});

# kernel_category(patterns): the category of a message, or null if it matches no pattern.
def kernel_category($patterns):
	. as $text | first($patterns[] | .pattern as $pattern | select($text | test($pattern)) | .category) // null;

def kernel_message($now; $patterns):
	capture("^(?<facility>[a-z]+) *:(?<level>[a-z]+) *: \\[ *(?<time>[0-9.]+)\\] (?<text>.*)$") // null
	| select(. != null) | .time |= tonumber
	| select($now - .time <= RECENT_S)
	| .category = (.text | kernel_category($patterns))
	| select(.category != null or (.level | test("^(emerg|alert|crit|err)$")));

# latest_kernel_time: the highest time stamp of these lines; null if there is none.
def latest_kernel_time: map(capture("\\[ *(?<t>[0-9]+\\.[0-9]+)\\]")? | .t | tonumber) | max;

def dmesg:
	[lines | select(. != "")] as $lines
	| ($context.uptime_s // ($lines | latest_kernel_time) // 0) as $now
	| kernel_patterns as $patterns
	| [$lines[] | kernel_message($now; $patterns)] as $bad
	| {
		numbers: {lines: ($lines | length), by_category: ($bad | group_by(.category // "error")
			| map({key: (.[0].category // "error"), value: {count: length, last: (.[-1].text),
				ago_s: ($now - .[-1].time | round)}}) | from_entries)},
		series: [],
		tables: [$bad | reverse | map({ago_s: ($now - .time | round), level, text})
			| table("kernel"; "Kernel messages of the last hour, the latest first"; [
				column("ago_s"; "Ago"; "number"; "s"), column("level"; "Level"; "text"),
				column("text"; "Message"; "free")])]
	};

# table_rows(head): the lines after each heading, as objects whose keys are the words of the
# heading.  `head` returns the keys of a heading and false for any other line.  The last key
# takes the rest of the line, because a program's name may contain blanks.
def table_rows(head):
	foreach (lines | words) as $w ({keys: null, row: null};
		($w | head) as $keys
		| if $keys then {keys: $keys, row: null}
		elif ($w | length) < 2 or $w[0] == "Average:" then {keys: null, row: null}
		elif .keys == null or ($w | length) < (.keys | length) then .row = null
		else (.keys | length - 1) as $last | .keys as $keys
			| .row = ([range($last) | {key: $keys[.], value: $w[.]}]
				+ [{key: $keys[$last], value: ($w[$last:] | join(" "))}] | from_entries)
		end;
		.row | select(. != null));

# with_numbers: converts strings to numbers where possible, but not the names of interfaces.
# It does not use |=, because in jq 1.6 a `?` inside it yields null.
def with_numbers:
	with_entries({key, value: (if .key == "IFACE" then .value else .value as $v | ($v | tonumber? // $v) end)});

def vmstat:
	[table_rows(if .[0] == "r" then . else false end)
		| select(.r | test("^[0-9]+$")) | with_numbers]
	| .[1:]	# the first is the average since boot
	| if length == 0 then no_facts else {
		numbers: {
			samples: length, running: (map(.r) | average), running_max: (map(.r) | max),
			over_share: (length as $n | if $context.cpus == null then null else
				map(select(.r > $context.cpus)) | length | percent($n) end),
			blocked: (map(.b) | average), swap_in: (map(.si) | average), swap_out: (map(.so) | average),
			context_switches: (map(.cs) | average)
		},
		series: [
			a_series("cpu.running"; "cpu"; "threads that run or wait for a CPU"; ""; map(.r)),
			a_series("disk.blocked"; "disk"; "threads blocked on I/O"; ""; map(.b)),
			a_series("memory.swap"; "memory"; "swapped in and out"; "KiB/s"; map(.si + .so))],
		tables: []
	} end;

def mpstat:
	[lines | select(test("\"cpu\": *\"")) | gsub("^[ \t]+|[,\\] \t]+$"; "") | fromjson?]
	| group_by(.cpu) | map({key: .[0].cpu, value: .}) | from_entries
	| if .all == null then no_facts else
		def mean(f): map(f) | average;
		def busy: 100 - .idle - .iowait;
		(to_entries | map(select(.key != "all") | {cpu: .key, busy: (.value | mean(busy))})
			| max_by(.busy)) as $busiest
		| .all | {
			numbers: {busy: mean(busy), user: mean(.usr + .nice), system: mean(.sys + .irq + .soft),
				iowait: mean(.iowait), steal: mean(.steal), busiest: $busiest},
			series: [
				a_series("cpu.user"; "cpu"; "user"; "%"; map(.usr + .nice + .guest + .gnice)),
				a_series("cpu.system"; "cpu"; "system"; "%"; map(.sys + .irq + .soft)),
				a_series("cpu.iowait"; "cpu"; "idle with I/O pending"; "%"; map(.iowait)),
				a_series("cpu.steal"; "cpu"; "stolen by the hypervisor"; "%"; map(.steal))],
			tables: []
		}
		| .series |= map(.values |= map(round_to(2)))
	end;

# pidstat: computes averages itself, because pidstat does not print its own if it is killed.
def pidstat:
	[table_rows(if .[0] != "Average:" and .[-1] == "Command" then ["time"] + .[1:] else false end)
		| {time, pid: .PID, comm: .Command, cpu: (.["%CPU"] | tonumber? // 0),
			wait: (.["%wait"] | tonumber? // 0)}] as $rows
	| ($rows | map(.time) | unique | length) as $samples
	| ($rows | map(select($context.own[.pid]) | .cpu) | add // 0) as $own
	| ($rows | map(select($context.own[.pid] | not)) | group_by([.pid, .comm]) | map({
		pid: .[0].pid, comm: .[0].comm, cpu: ((map(.cpu) | add) / $samples),
		wait: ((map(.wait) | add) / $samples)
	}) | sort_by(-.cpu, .pid) | map(.cpu |= round_to(2) | .wait |= round_to(2))) as $processes
	| if $samples == 0 then no_facts else {
		numbers: {top: $processes[0:3], own_cpu: ($own / $samples)},
		series: [],
		tables: [$processes | map(select(.cpu > 0)) | table("processes"; "Processes, by CPU time"; [
			column("pid"; "PID"; "id"), column("comm"; "Program"; "comm"),
			column("cpu"; "CPU"; "number"; "%"), column("wait"; "Waiting for a CPU"; "number"; "%")])]
	} end;

# iostat -z leaves out idle disks: their values are 0 in that second.
def iostat:
	reduce (lines | gsub("^[ \t]+|[, \t]+$"; "")) as $line ({samples: 0, disks: {}};
		if $line | test("^\"avg-cpu\"") then .samples += 1
		elif $line | test("^\\{\"disk_device\"") then
			(try ($line | fromjson) catch null) as $d
			| if $d == null or .samples == 0 then . else
				.samples as $s | .disks[$d.disk_device][$s - 1] = $d end
		else . end)
	| .samples as $samples
	| def column_of(f): [range($samples) as $i | .[$i] | if . == null then 0 else f end];
	# The mean wait of reads and writes, weighted by their numbers.
	def wait_ns: (.["r/s"] // 0) as $r | (.["w/s"] // 0) as $w
		| if $r + $w > 0 then ($r * .r_await + $w * .w_await) / ($r + $w) * 1e6 else null end;
	(.disks | to_entries | sort_by(.key)) as $disks
	| if $samples == 0 then no_facts else {
		numbers: {samples: $samples, disks: [$disks[] | .key as $name | .value | {
			disk: $name, util: (column_of(.util) | average), util_max: (column_of(.util) | max),
			queue: (column_of(.["aqu-sz"]) | average), reads: (column_of(.["r/s"]) | average),
			writes: (column_of(.["w/s"]) | average),
			read_bytes: (column_of(.["rkB/s"] * 1024) | average),
			write_bytes: (column_of(.["wkB/s"] * 1024) | average)
		}]},
		series: [$disks[] | .key as $name | .value |
			(a_series("disk.util"; "disk"; "disk busy"; "%"; column_of(.util)) | labelled($name)),
			(a_series("disk.wait"; "disk"; "disk wait"; "ns"; [range($samples) as $i | .[$i]
				| if . == null then null else wait_ns end]) | labelled($name)),
			(a_series("disk.queue"; "disk"; "requests at the disk"; ""; column_of(.["aqu-sz"]))
				| labelled($name))],
		tables: []
	} end;

def free:
	[lines | words | select((.[0] == "Mem:" and length > 6) or (.[0] == "Swap:" and length > 2))] as $rows
	| ($rows | map(select(.[0] == "Mem:") | .[1:] | numbers_of)) as $mem
	| ($rows | map(select(.[0] == "Swap:") | .[1:] | numbers_of)) as $swap
	| if ($mem | length) == 0 then no_facts else {
		numbers: {total_mib: $mem[0][0], available_mib: ($mem | map(.[5]) | min),
			swap_total_mib: ($swap[0][0] // 0), swap_used_mib: ($swap | map(.[1]) | max // 0)},
		series: [a_series("memory.available"; "memory"; "memory available"; "MiB"; $mem | map(.[5]))],
		tables: []
	} end;

# sar: the samples of all its tables.  Different tables have different keys.
def sar:
	[table_rows(if .[0] != "Average:" and (.[1:] | any(.[]; test("^[%a-z].*/s$")))
		then ["time"] + .[1:] else false end) | with_numbers];

def sar_dev:
	sar | map(select(.IFACE != null)) | group_by(.IFACE) | map(
		(map(select(has("rxkB/s")))) as $load | (map(select(has("rxerr/s")))) as $errors
		| {name: .[0].IFACE, load: $load,
			rx_bytes: ($load | map(.["rxkB/s"] * 1024) | average),
			tx_bytes: ($load | map(.["txkB/s"] * 1024) | average),
			util: ($load | map(.["%ifutil"] // 0) | average),
			util_max: ($load | map(.["%ifutil"] // 0) | max),
			errors: ($errors | map(.["rxerr/s"] + .["txerr/s"] + .["txcarr/s"]) | average),
			drops: ($errors | map(.["rxdrop/s"] + .["txdrop/s"] + .["rxfifo/s"]) | average)})
	| if length == 0 then no_facts else {
		numbers: {interfaces: map(del(.load))},
		series: [.[] | select(.rx_bytes + .tx_bytes > 0) | .name as $name | .load |
			(a_series("net.received"; "network"; "received"; "KiB/s"; map(.["rxkB/s"])) | labelled($name)),
			(a_series("net.sent"; "network"; "sent"; "KiB/s"; map(.["txkB/s"])) | labelled($name))],
		tables: []
	} end;

def sar_tcp:
	def mean($key): map(.[$key]) | average;
	sar | (map(select(has("oseg/s")))) as $tcp | (map(select(has("retrans/s")))) as $faults
	| if ($faults | length) == 0 then no_facts else {
		numbers: {out: ($tcp | mean("oseg/s")), retransmits: ($faults | mean("retrans/s")),
			failed: ($faults | mean("atmptf/s")), resets: ($faults | mean("estres/s"))},
		series: [a_series("tcp.retransmits"; "network"; "TCP retransmits"; "/s";
			$faults | map(.["retrans/s"]))],
		tables: []
	} end;

# pressure: reads "TIME cpu some avg10=... total=US" of each second; the values are the share of
# the second in which threads stalled.
def pressure:
	[lines | words | select(length >= 6)
		| {time: (.[0] | tonumber?), key: "\(.[1]).\(.[2])", total: (.[-1] | ltrimstr("total=") | tonumber?)}]
	| group_by(.key) | map(select(length > 1) | sort_by(.time) | . as $r | {
		key: .[0].key,
		value: {
			mean: ((.[-1].total - .[0].total) / (.[-1].time - .[0].time) / 1e4),
			values: [range(1; length) | ($r[.].time - $r[. - 1].time) as $s
				| if $s > 0 then ($r[.].total - $r[. - 1].total) / $s / 1e4 else null end | round_to(2)]
		}}) | from_entries
	| if . == {} then no_facts else {
		numbers: map_values(.mean),
		series: [
			(["cpu.some", "cpu", "some wait for a CPU"], ["memory.some", "memory", "some wait for memory"],
			["memory.full", "memory", "all wait for memory"], ["io.some", "disk", "some wait for I/O"],
			["io.full", "disk", "all wait for I/O"]) as $s
			| .[$s[0]] | select(. != null)
			| a_series("psi." + $s[0]; $s[1]; $s[2]; "%"; .values)],
		tables: []
	} end;

# unread: for top and unknown collectors.  The page shows their raw output.
def unread: no_facts;
