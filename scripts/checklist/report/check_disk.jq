# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Checks of disks, file systems and files.  $u: the numbers of usestat; $n: those of all
# collectors; $d: how long each collector watched.

include "lib";
include "check";

# causes(n; disk): evidence: the programs whose requests take most of the time of that disk.
def causes($n; $disk):
	[$n.biosnoop.causes[]? | select(.disk == $disk)][0:3]
	| map("\(.comm) (\(.pid // "?")) \(.count | plural("request")), \(.bytes | in_bytes)\(in_container)")
		| join("; ")
	| if . == "" then empty else from("biosnoop"; "mostly: \(.)") end;

# heavy($u): evidence: the processes that read and write most.
def heavy($u):
	$u.processes | top_by((.read_bytes // 0) + (.written_bytes // 0);
		"\(process_name) \((.read_bytes // 0) + (.written_bytes // 0) | in_bytes)/s\(in_container)")
	| if . == "" then empty else usestat("most I/O: \(.)") end;

def each_disk($id; $u; value; text; more):
	if ($u.disks | length) == 0 then unseen($id; "no disks here")
	else $u.disks[] | check($id; .disk; {disk}; value; usestat(text), more) end;

def disk_checks($n; $u):
	each_disk("disk-busy"; $u; .util; "\(.util | number) % of the time; \(.reads | number) reads/s, "
		+ "\(.writes | number) writes/s"; causes($n; .disk), heavy($u)),
	each_disk("disk-queue"; $u; .queue; "\(.queue | number) requests in flight on average"; causes($n; .disk)),
	each_disk("disk-stuck"; $u; if (.stuck // 0) > 0 then .seconds else 0 end;
		"\(.in_flight) requests in flight and none completed in \(.seconds | number) s"; empty),
	each_disk("fsync-slow"; $u; .flush_ms | if . == null then null else . / 10 end;
		"\(.flushes | number) flushes/s, \(.flush_ms / 10 | number) % of the time"; causes($n; .disk)),
	each_disk("disk-errors"; $u; .errors // 0; "\(.errors // 0 | plural("failed command"))"; empty),
	([$u.disks[] | select(.raid_disks != null)]
		| if ($u.disks | length) == 0 then empty
		elif length == 0 then fine("raid-degraded"; usestat("no md array")) else
			.[] | check("raid-degraded"; .disk; {disk}; .missing // 0;
				usestat("\(.missing // 0) of \(.raid_disks) disks missing; \(.action // "idle")")) end),
	([$u.disks[] | select(.paths != null)]
		| if ($u.disks | length) == 0 then empty
		elif length == 0 then fine("multipath-failed"; usestat("no multipath device")) else
			.[] | check("multipath-failed"; .alias // .disk; {disk}; .paths_failed;
				usestat("\(.paths_failed) of \(.paths) paths failed")) end),
	(if $u.io == null then empty else check("io-pressure"; null; {}; $u.io.some;
		usestat($u.io | pressure_text), heavy($u)) end);

# failed_requests: requests of biosnoop that ended with an error.
def failed_request_checks($n):
	$n.biosnoop.errors[]? | check("disk-errors"; .disk; {disk, comm}; .count;
		from("biosnoop"; "\(.count | plural("request")) of \(.comm | quoted) failed with \(.error)"));

def fill_share: if .used + .available > 0 then 100 * .used / (.used + .available) else null end;

# written_to: mounts that programs can write to and that are large enough to matter.
def written_to: map(select(.read_only == false and (.size // 0) >= 1048576
	and ((.fs // "") | test("^(squashfs|iso9660|erofs|overlay|devtmpfs|efivarfs)$") | not)));

# fs_state_checks(u): errors of file systems; a read-only file system counts if it was writable in this run,
# has errors, or the kernel logged its remount.
def fs_state_checks($u):
	(($u.history + $u.log) | map(select(.class == "read_only_remount" or .class == "fs_error"))) as $log
	| ($log | map(.text) | join(" ")) as $texts
	| [$u.mounts[] | select(.read_only and (.became_read_only or (.errors // 0) > 0
		or ((.device // "") | ltrimstr("/dev/") as $disk | $disk != "" and ($texts
			| contains($disk)))))] as $lost
	| (if ($lost | length) == 0 then fine("fs-read-only"; usestat("none")) else
		$lost[] | check("fs-read-only"; .path; {path, error: "EROFS"}; 1;
			usestat("\(.device // "?"), \(.fs // "?")"
			+ if (.errors // 0) > 0 then "; \(.errors | plural("error")) since the last fsck" else "" end),
			($log[-1:][] | usestat(.text | cut_to(140)))) end),
	([$u.log[] | select(.class == "fs_error")] | map(.count) | add // 0) as $now
	| [$u.mounts[] | select((.errors // 0) > 0)]
	| if length == 0 then check("fs-errors"; $u.log[] | select(.class == "fs_error")
		| .devices[0] // "A file system"; {};
		$now; usestat("\($now | plural("message")) in the kernel log"))
		, (if $now == 0 then fine("fs-errors"; usestat("none")) else empty end)
	else .[] | check("fs-errors"; .path; {path}; .errors + $now;
		usestat("\(.errors | plural("error")) since the last fsck; \($now) in the log of the run")) end;

# writers(u; path): evidence: who writes, first to files of that mount.
def writers($u; $path):
	[$u.processes[] | select((.written_bytes // 0) > 0)] as $all
	| [$all[] | select(.written_file // "" | $path != "/" and startswith($path + "/"))] as $there
	| (if ($there | length) > 0 then $there else $all | map(select(.written_bytes >= 102400)) end)
	| top_by(.written_bytes; "\(who) \(.written_bytes | in_bytes)/s"
		+ if .written_file then " to \(.written_file | quoted)" else "" end)
	| if . == "" then empty else usestat("most writes: \(.)") end;

def mount_checks($u):
	if ($u.mounts | length) == 0 then empty else
		($u.mounts | written_to) as $mounts
		| ($mounts[] | check("space-low"; .path; {path, error: "ENOSPC"}; fill_share;
			usestat("\(.used | in_bytes) of \(.size | in_bytes) used, \(.available | in_bytes) available; "
				+ "\(.fs // "?")"),
			writers($u; .path))),
		($mounts[] | select((.inodes // 0) > 0) | check("inodes-low"; .path; {path, error: "ENOSPC"};
			100 * .inodes_used / .inodes; usestat("\(.inodes_used) of \(.inodes) files"))),
		([$mounts[] | minutes_left(.available; .growth; $u.cpu.seconds) as $minutes | select($minutes != null)
			| check("space-growth"; .path; {path}; $minutes; usestat(growth_text(.growth; $u.cpu.seconds;
				$minutes)),
				writers($u; .path))]
			| if length == 0 then fine("space-growth";
				usestat("none grew by \(LEAST_GROWTH_BYTES | in_bytes)")) else .[] end),
		([$u.mounts[] | select(.responds != null)]
			| if length == 0 then fine("mount-silent"; usestat("no network file system"))
			else .[] | check("mount-silent"; .path; {path}; if .responds then 0 else 1 end;
				usestat(if .responds then "answers" else "no answer within 100 ms" end)) end),
		fs_state_checks($u)
	end;

def hist_ms($key): .unit as $unit | .[$key] | unit_ns($unit) / 1e6;

def latency_checks($n):
	$n.biolatency.hists // [] | map(select(.label != null)) as $hists
	| if $n.biolatency == null then empty
	elif ($hists | length) == 0 then ("block-latency", "block-outlier")
		| unseen(.; "no disk request in this time") else
		$hists[] | from("biolatency"; hist_text(plural("request"))) as $text
		| (if .count < 20 then unseen("block-latency"; "too few requests")
			else check("block-latency"; .label; {disk: .label}; hist_ms("p99"); $text, causes($n;
				.label)) end),
		check("block-outlier"; .label; {disk: .label}; hist_ms("max"); $text, causes($n; .label)) end;

# mount_key(u): the mount of an absolute path, by which a full one explains the failure.
def mount_key($u): if .path | startswith("/") then {file: .path} | {path: mount_of($u)} else {} end;

def open_checks($n; $u; $d):
	def paths: map("\(.path | quoted) \(.count | times)") | join(", ");
	$n.opensnoop | if . == null then empty else
		([$d.opensnoop, 1] | max) as $seconds
		| (if (.limits | length) == 0 then 
			fine("resource-limits"; from("opensnoop";
				"\(.failed | plural("failed call")), none of this kind"))
		else .limits[0:5][] | check("resource-limits"; "\(.error) in \(who)";
			{comm, pid, error} + mount_key($u) + of_cgroup; .count;
			from("opensnoop"; "\(.count | times), for example \(.syscall // "open")"
				+ if .of_file == false then "" else " of \(.path | quoted)" end)) end),
		(.unexpected | map(select(.count >= 20)) | group_by([.comm, .error]) | if length == 0 then
			fine("failing-opens"; from("opensnoop"; "no path failed 20 times"))
		else .[] | (map(.count) | add) as $count | .[0] as $o
			| check("failing-opens"; $o.path + if length > 1
				then " and \(length - 1 | plural("other path"))" else "" end;
				$o | {comm, pid} + of_cgroup; $count / $seconds;
				from("opensnoop"; "\($count | times) in \($seconds | number) s with \($o.error), by "
					+ ($o | who)), (select(length > 1) | from("opensnoop"; .[0:4]
						| paths))) end)
	end;

def file_checks($n; $d):
	def slowest: "\(.op) of \(.file | quoted) by \(.comm | quoted)\(in_container), \(.latency_ns | in_time)";
	$n | to_entries[] | select(.key | test("slower$")) | .key as $tool | .value | select(. != null)
	| ([$d[$tool], 1] | max) as $seconds
	| if .slow == 0 then fine("slow-files"; from($tool; "none took 10 ms")) else
		([.total_ns / 1e6 / $seconds, (.slowest.latency_ns / 1e6 | if . >= 1000 then . else 0 end)]
			| max) as $ms
		| check("slow-files"; .slowest | "\(.comm), \(.op) of \(.file)"; .slowest
			| {comm, pid} + of_cgroup; $ms;
			from($tool; "\(.slow | plural("operation")), together \(.total_ns | in_time); "
				+ "the slowest: \(.slowest | slowest)")) end;

def cache_checks($n; $d):
	# With few misses per second a low ratio does no harm, so it counts as a good one.
	def harmful_ratio: if .misses / ([$d.cachestat, 1] | max) >= 100 then .ratio else [.ratio, 81] | max end;
	$n.cachestat | if . == null then empty
	elif .ratio == null then fine("cache-misses"; from("cachestat"; "the page cache was not used"))
	else check("cache-misses"; null; {}; harmful_ratio;
		from("cachestat"; "\(.ratio | number) % of \(.hits + .misses) pages found in the cache")) end;
