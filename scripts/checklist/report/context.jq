# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# $context of the others: meta.json; what it lacks, from what the collectors
# printed.  Input: raw lines of everything that may help; $meta: the text of
# meta.json; $own: process ids of sixty itself, one a line.

include "lib";
include "classic";

def context:
	[inputs] as $lines
	| [$lines[] | select(startswith("{\"type\":")) | fromjson? | objects] as $records
	| (first($records[] | select(.type == "meta")) // {}) as $first
	| (try ($meta | fromjson | objects) catch {} // {}) as $m
	| ($m.start // ([$records[] | select(.type == "meta").time] | min)) as $start
	| {
		version: ($m.version // $first.version), host: ($m.host // $first.host),
		kernel: ($m.kernel // $first.kernel), arch: ($m.arch // $first.arch),
		cpus: ($m.cpus // ([$lines[] | capture("\\((?<n>[0-9]+) CPU\\)|\"number-of-cpus\": (?<m>[0-9]+)")?
			| (.n // .m) | tonumber][0])),
		start_time: $start, start: ($start | if type == "string" then epoch else null end // 0),
		took_s: $m.seconds, seconds: ($m.seconds // ([$records[].time | epoch] | if length == 0 then 0 else max - min end) | ceil),
		own_cpu_s: $m.own_cpu_s, root: $m.root, ended_early: ($m.ended_early // null),
		uptime_s: ($m.uptime_s // ([$lines[] | up_s] | map(select(. != null))[0])),
		own: ([($own | split("\n")[] | tonumber?), ($m.own_pids // [])[] | {key: "\(.)", value: true}] | from_entries)
	};
