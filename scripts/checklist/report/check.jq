# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the checks share.  A check emits, for each subject, {id, subject, about, value, evidence};
# or fine(), if nothing on this machine concerns the rule; or unseen(), if there is no data to decide.
# about: the keys of the subject, which join findings and fill in commands.

include "lib";

def from($collector; $text): {collector: $collector, text: $text};

def usestat($text): from("usestat"; $text);

# check(id; subject; about; value; evidence): nothing if the value is null.
def check($id; $subject; $about; $value; evidence):
	if $value == null then empty else
		{id: $id, subject: $subject, about: ($about | with_entries(select(.value != null))), value: $value,
			evidence: [evidence]}
	end;

def fine($id; evidence): {id: $id, fine: true, subject: null, about: {}, evidence: [evidence]};

def unseen($id; $reason): {id: $id, unseen: $reason};

# ---- who ----

def of_cgroup: {cgroup, container, container_name};

# unit: the unit of systemd that the cgroup belongs to, with one of these endings, or null.
def unit($endings): .cgroup // "" | [capture("^.*/(?<unit>[^/]+\\.(\($endings)))(/|$)")][0].unit;

def cgroup_name:
	if .container_name then "container \(.container_name)"
	elif .container then "container \(.container[0:12])"
	else unit("service|scope|socket|mount") // "cgroup \(.cgroup)" end;

# in_container: the container or service that a process belongs to, for a title.
def in_container: if .container_name or .container then " in \(cgroup_name)"
	else unit("service") | if . then " in \(.)" else "" end end;

def process_name: "\(.comm // "?")\(if .pid then " (\(.pid))" else "" end)";

# who: a process and where it runs, for a title.
def who: process_name + in_container;

def command: if .command_line then ": \(.command_line | cut_to(70))" else "" end;

def about_process: {pid, comm, netns} + of_cgroup;

# endpoint: address and port, "[::1]:80" for IPv6.
def endpoint: (if (.address // "") | contains(":") then "[\(.address)]" else .address end) + ":\(.port)";

# hist_text(noun): the percentiles of a histogram as evidence; `noun` adds a noun to its count.
def hist_text(noun):
	.unit as $unit
	| def latency: unit_ns($unit) | in_time;
	"p50 \(.p50 | latency), p99 \(.p99 | latency), max \(.max | latency) of \(.count | noun)";

# top_by(f; text): the first three with a value, as text.
def top_by(f; text): map(select((f // 0) > 0)) | sort_by(-f)[0:3] | map(text) | join(", ");

def pressure_text: "somebody waited in \(.some | number) % of the time, everybody in \(.full | number) %";

def cgroup_dirs($u):
	any($u.cgroups[]; .version == 1) as $hybrid
	| if .version == 1 then {cgroup_dir: "/sys/fs/cgroup/cpu\(.cgroup)",
		memory_dir: "/sys/fs/cgroup/memory\(.cgroup)",
		pids_dir: "/sys/fs/cgroup/pids\(.cgroup)"}
	else (if $hybrid then "/sys/fs/cgroup/unified" else "/sys/fs/cgroup" end + .cgroup)
		| {cgroup_dir: ., memory_dir: ., pids_dir: .} end;

# members(u): evidence: the busiest processes of this cgroup.
def members($u):
	.cgroup as $cgroup
	| $u.processes | map(select(.cgroup // "" | . == $cgroup or startswith($cgroup + "/")))
	| top_by(.cpu; "\(process_name) \(.cpu | number) %")
	| if . == "" then empty else usestat("in it: \(.)") end;

# mount_of(u): the mount of a file.
def mount_of($u): .file as $file | if $file == null then null else
	[$u.mounts[].path | . as $path | select($path == "/" or $file == $path or ($file | startswith($path + "/")))]
	| max_by(length) end;

# ---- growth ----

def LEAST_GROWTH_BYTES: 16 * 1048576;

# minutes_left(room; growth; seconds): minutes until the room is used up at this rate; null without growth.
def minutes_left($room; $growth; $seconds):
	if ($growth // 0) < LEAST_GROWTH_BYTES or $room == null or ($seconds // 0) <= 0 then null
	else [$room, 0] | max / ($growth / $seconds) / 60 end;

def growth_text($growth; $seconds; $minutes):
	"grew by \($growth | in_bytes) in \($seconds | number) s; at this rate \($minutes * 60e9 | in_time) are left";
