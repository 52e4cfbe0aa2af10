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

# The longest possible run. Numbers from a bundle that are loop bounds are limited to it.
def SECONDS_MAX: 3700;
def CPUS_MAX: 65536;

# number_to(max): a number from 0 to max; null for any other value.
def number_to($max): if type == "number" and . >= 0 then [., $max] | min else null end;

# of_type(types): the value if it has one of these types; null otherwise.
def of_type(types): if any(types == type; .) then . else null end;

# facts_of_run: the values of meta.json that have the right type, so that a bad value does not prevent the
# report.
def facts_of_run:
	with_entries(select(.key | IN("version", "host", "kernel", "arch", "start"))
		| select(.value | type == "string"))
	+ {cpus: (.cpus | number_to(CPUS_MAX)), seconds: (.seconds | number_to(SECONDS_MAX)),
		own_cpu_s: (.own_cpu_s | number_to(1e9)), uptime_s: (.uptime_s | number_to(1e12)),
		root: (.root | of_type("boolean")), ended_early: (.ended_early | of_type("boolean", "string")),
		own_pids: [.own_pids | arrays[] | numbers]};

def context:
	[inputs] as $lines
	| [$lines[] | select(startswith("{\"type\":")) | fromjson? | objects] as $records
	| (first($records[] | select(.type == "meta")) // {} | facts_of_run) as $first
	| (try ($meta | fromjson | objects) catch {} // {} | facts_of_run) as $m
	| ($m.start // ([$records[] | select(.type == "meta").time | strings] | min)) as $start
	| {
		version: ($m.version // $first.version), host: ($m.host // $first.host),
		kernel: ($m.kernel // $first.kernel), arch: ($m.arch // $first.arch),
		cpus: ($m.cpus // ([$lines[] | capture("\\((?<n>[0-9]+) CPU\\)|\"number-of-cpus\": (?<m>[0-9]+)")?
			| (.n // .m) | tonumber | number_to(CPUS_MAX)][0])),
		start_time: $start, start: ($start | if . then epoch else null end // 0),
		took_s: $m.seconds, seconds: ($m.seconds // ($records | span_s | number_to(SECONDS_MAX)) | ceil),
		own_cpu_s: $m.own_cpu_s, root: $m.root, ended_early: ($m.ended_early // null),
		uptime_s: ($m.uptime_s // ([$lines[] | up_s] | map(select(. != null))[0])),
		own: ([($own | split("\n")[] | tonumber?), ($m.own_pids // [])[] | {key: "\(.)", value: true}]
			| from_entries)
	};
