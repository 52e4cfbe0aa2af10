# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make $context for the other modules from meta.json; values that it lacks come from the output
# of the collectors.  Input: the first and last raw lines of each output; $meta: the text of
# meta.json; $own: process ids of sixty itself, one per line.

include "lib";

# up_s: the seconds in "up 10 days, 1:32", "up 1:32" or "up 5 min" from uptime; null for other lines.
def up_s:
	capture("up +(?:(?<days>[0-9]+) days?, +)?(?:(?<hours>[0-9]+):(?<minutes>[0-9]+)|(?<only>[0-9]+) min)") // null
	| if . == null then null else
		((.days // "0") | tonumber) * 86400 + ((.hours // "0") | tonumber) * 3600
		+ ((.minutes // .only // "0") | tonumber) * 60 end;

# span_s: the seconds between the first and the last of these records.
def span_s: map(.time | strings | epoch | values) | if length == 0 then 0 else max - min end;

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
		took_s: $m.seconds, seconds: ($m.seconds // ($records | span_s) | ceil),
		own_cpu_s: $m.own_cpu_s, root: $m.root, ended_early: ($m.ended_early // null),
		uptime_s: ($m.uptime_s // ([$lines[] | up_s] | map(select(. != null))[0])),
		own: ([($own | split("\n")[] | tonumber?), ($m.own_pids // [])[] | {key: "\(.)", value: true}]
			| from_entries)
	};
