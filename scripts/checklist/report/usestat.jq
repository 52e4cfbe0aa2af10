# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Make facts from the records of usestat.  The records of one object, in the order of time, are
# added up: the sum of a counter, the first, last, highest or lowest value of a gauge.  A value
# that no record has is null.

include "lib";
include "tools";
include "objects";
include "usestat_views";

# ---- who ----



def of_process: {pid, comm, command_line: .command, netns} + of_cgroup | with_entries(select(.value != null));

# ---- CPU ----

def cpu_states: ["user_us", "nice_us", "system_us", "idle_us", "iowait_us", "irq_us", "softirq_us", "steal_us"];

# own_percent: the CPU time of the checklist as a share of all CPUs. It runs at a lower priority.
def own_percent:
	$context | if .own_cpu_s and .took_s and .cpus then [100 * .own_cpu_s / (.took_s * .cpus), 50] | min else 0 end;

# states: {busy, user, ...} in percent of the time of all states. urgent: busy time without niced processes,
# in percent of the time that the checklist left.
def states:
	. as $records
	| ([cpu_states[] | . as $key | $records | sum($key) // 0] | add) as $all
	| if ($all // 0) == 0 then null else
		reduce cpu_states[] as $key ({}; .[$key | rtrimstr("_us")] = (100 * ($records | sum($key) // 0) / $all))
		| .busy = .user + .nice + .system + .irq + .softirq
		| .urgent = 100 * (.busy - .nice) / (100 - ([.nice, own_percent] | min))
	end;

def one_cpu:
	{cpu: .[0].name, softnet_dropped: sum("softnet_dropped"), softnet_squeezed: per_s("softnet_squeezed"),
		softnet_processed: per_s("softnet_processed"),
		throttles: ([sum("thermal_throttles"), sum("package_throttles")] | map(values) | add),
		khz: last_of("frequency_khz"), khz_max: last_of("frequency_max_khz")}
	+ (states // {});

def cpu_facts:
	(map(select(.name == "all")) | without_start) as $all
	| (last_of("online") // $context.cpus) as $cpus
	| ($all | map(.runnable | numbers | . - 1)) as $running	# without usestat
	| {
		cpus: $cpus, seconds: ($all | observed_s), running: ($running | average), running_max: ($running | max),
		over_share: (if $cpus == null then null else $running | map(select(. > $cpus)) | length
			| percent($running | length) end),
		pressure: ($all | stalled("psi_some_us")), forks: ($all | per_s("forks")),
		switches: ($all | per_s("context_switches")), governor: last_of("governor"),
		cpu: [map(select(.name != "all")) | objects(.name) | without_start | one_cpu]
	} + ($all | states // {});

# ---- memory, block I/O, disks, file systems ----

def memory_facts:
	{
		total: last_of("total_bytes"), available: lowest("available_bytes"),
		swap_total: last_of("swap_total_bytes"),
		swap_used: (map(select(.swap_free_bytes) | .swap_total_bytes - .swap_free_bytes) | max),
		swap_in: per_s("swap_in_pages"), swap_out: per_s("swap_out_pages"),
		stalls: per_s("alloc_stalls"), scanned: per_s("scan_direct_pages"), major_faults: per_s("major_faults"),
		refaults: (([per_s("refault_file_pages"), per_s("refault_anon_pages")] | map(values) | add)),
		compactions: per_s("compaction_stalls"), oom_kills: sum("oom_kills"),
		some: stalled("psi_some_us"), full: stalled("psi_full_us"),
		slab: highest("slab_unreclaimable_bytes"), committed: highest("committed_bytes"),
		commit_limit: last_of("commit_limit_bytes"), corrupted: highest("hardware_corrupted_bytes"),
		corrected: last_of("corrected_errors_total"), uncorrected: last_of("uncorrected_errors_total"),
		dirty: highest("dirty_bytes"), anon: highest("anon_bytes")
	};

def disk_facts:
	([sum("reads"), sum("writes"), sum("discards"), sum("flushes")] | map(values) | add) as $completed
	| ([sum("reads"), sum("writes")] | map(values) | add) as $requests
	| ([sum("read_ms"), sum("write_ms")] | map(values) | add) as $ms
	| {
		disk: .[0].name, alias: last_of("alias"), util: share("busy_ms"; 1e3),
		queue: (per_s("queue_ms") | if . then . / 1e3 else null end),
		reads: per_s("reads"), writes: per_s("writes"), read_bytes: per_s("read_bytes"),
		written_bytes: per_s("written_bytes"), completed: $completed, requests: $requests,
		wait_ms: (if ($requests // 0) > 0 then $ms / $requests else null end),
		flushes: per_s("flushes"), flush_ms: per_s("flush_ms"),
		# Requests that were in flight in every look although none completed.
		stuck: (if $completed == 0 then lowest("in_flight") else 0 end), looks: length,
		in_flight: last_of("in_flight"), errors: sum("errors"), missing: highest("raid_disks_missing"),
		raid_disks: last_of("raid_disks"), action: last_of("action"), paths: last_of("paths"),
		paths_failed: highest("paths_failed"), state: last_of("state"), seconds: observed_s
	};

def mount_facts:
	{
		path: .[0].name, fs: last_of("fs"), device: last_of("device"), size: last_of("size_bytes"),
		used: highest("used_bytes"), available: lowest("available_bytes"),
		growth: (first_of("used_bytes") as $first | last_of("used_bytes")
			| if . == null then null else . - $first end),
		inodes: last_of("inodes"), inodes_used: highest("inodes_used"), read_only: last_of("read_only"),
		became_read_only: (last_of("read_only_by_error") == true
			or (first_of("read_only") == false and last_of("read_only") == true)),
		errors: last_of("fs_errors_total"), responds: last_of("responds")
	};

# ---- network ----

def ERROR_KINDS: ["rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors",
	"tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors", "tx_heartbeat_errors", "tx_window_errors",
		"collisions"];

def DROP_KINDS: ["rx_dropped", "tx_dropped", "rx_missed", "rx_no_handler"];

# kinds(keys): "key count, ..." of the counters that are not 0.
def kinds($keys): . as $records | [$keys[] | . as $key | $records | sum($key) | select(. != null and . > 0)
	| "\($key) \(.)"] | join(", ");

def interface_facts:
	last_of("speed_mbit") as $mbit
	| [per_s("rx_bytes"), per_s("tx_bytes")] as [$rx, $tx]
	| {
		name: .[0].name, netns: .[0].netns, rx_bytes: $rx, tx_bytes: $tx,
		packets: ([per_s("rx_packets"), per_s("tx_packets")] | map(values) | add),
		speed_mbit: $mbit, physical: last_of("physical"), up: last_of("up"), carrier: last_of("carrier"),
		state: last_of("state"),
		util: (if $mbit == null or $mbit <= 0 or $rx == null then null
			else 100 * 8 * ([$rx, $tx] | max) / ($mbit * 1e6) end),
		errors: ([per_s("rx_errors"), per_s("tx_errors")] | map(values) | add),
		drops: ([per_s("rx_dropped"), per_s("tx_dropped"), per_s("rx_missed")] | map(values) | add),
		error_kinds: kinds(ERROR_KINDS), drop_kinds: kinds(DROP_KINDS),
		qdisc_drops: per_s("qdisc_drops"), overlimits: per_s("qdisc_overlimits"),
		backlog: highest("qdisc_backlog_bytes"), changes: sum("carrier_changes")
	} + (.[-1] | {pid, comm} + of_cgroup | with_entries(select(.value != null)));

def NET_SUMS: ["tcp_out_segments", "tcp_retransmits", "tcp_resets_sent", "tcp_established_resets",
	"tcp_attempt_failures", "tcp_active_opens", "tcp_passive_opens", "udp_in_datagrams", "udp_in_errors",
	"udp_receive_buffer_errors", "udp_send_buffer_errors", "udp6_receive_buffer_errors",
	"ip_reassembly_failures", "ip_out_no_routes", "tcp_listen_overflows", "tcp_listen_drops",
	"tcp_request_queue_drops", "tcp_request_queue_cookies", "tcp_syn_cookies_sent", "tcp_syn_retransmits",
	"tcp_timeouts", "tcp_aborts_on_memory", "tcp_memory_pressures", "tcp_time_wait_overflows",
	"tcp_backlog_drops", "conntrack_drops", "conntrack_insert_failures", "neighbour_table_overflows"];

def NET_HIGHEST: ["tcp_established", "tcp_sockets", "tcp_orphans", "tcp_time_wait", "tcp_memory_bytes",
	"tcp_memory_max_bytes", "tcp_orphans_max", "tcp_time_wait_max", "local_ports", "conntrack_entries",
	"conntrack_max", "neighbours", "neighbours_max"];

def net_facts:
	. as $records
	| {netns: (if .[0].name == "host" then null else .[0].name end), seconds: observed_s}
		+ (map({pid, comm} + of_cgroup)[-1] | with_entries(select(.value != null)))
		+ ([NET_SUMS[] | . as $key | {key: $key, value: ($records | sum($key))}] | from_entries)
		+ ([NET_HIGHEST[] | . as $key | {key: $key, value: ($records | highest($key))}] | from_entries);

def socket_facts:
	(.[-1] | {protocol, address, port, netns, pid, comm} + of_cgroup)
	+ {drops: sum("drops"), queue: highest("queue"), queue_max: last_of("queue_max"), looks: length,
		seconds: observed_s};

# ---- limits, cgroups, processes ----

# steady(key): the growth if the value grew in both halves of the time, otherwise 0.
def steady($key):
	map(select(.[$key] != null) | {t, value: .[$key]})
	| if length < 3 then (.[-1].value // null) else
		.[-1].value as $last | ((.[0].t + .[-1].t) / 2) as $middle
		| (map(select(.t <= $middle))[-1].value) as $before
		| (map(select(.t >= $middle))[0].value) as $after
		| if $before <= 0.85 * $last and $after >= 0.15 * $last then $last else 0 end end;

def limit_facts:
	{files: highest("files"), files_max: last_of("files_max"), tasks: highest("tasks"),
		tasks_max: ([last_of("tasks_max"), last_of("pid_max")] | map(values) | min),
		processes: last_of("processes"), zombies: last_of("zombies"), zombies_before: first_of("zombies"),
		aio: highest("aio_requests"), aio_max: last_of("aio_requests_max"),
		inotify_watches_max: last_of("inotify_watches_max"),
			inotify_instances_max: last_of("inotify_instances_max")};

def user_facts: {uid: .[0].name, user: last_of("user"), threads: highest("threads"),
	threads_max: last_of("threads_max"), pid: last_of("limited_pid"), comm: last_of("limited_comm")};

def cgroup_facts:
	{cgroup: .[0].name} + (.[-1] | {container, container_name} | with_entries(select(.value != null))) + {
		version: .[0].version, seconds: observed_s, cpu: share("cpu_us"; 1e6),
		periods: sum("periods"), throttled_periods: sum("throttled_periods"), throttled: share("throttled_us";
			1e6),
		quota: ([.[] | select(.quota_us and .period_us) | .quota_us / .period_us][-1]),
		memory: highest("memory_bytes"), memory_high: last_of("memory_high_bytes"),
		memory_max: last_of("memory_max_bytes"),
		memory_growth: (steady("anon_growth_bytes") // steady("memory_growth_bytes")),
		io_max_read: last_of("io_max_read_bytes"), io_max_written: last_of("io_max_written_bytes"),
		reads: per_s("reads"), writes: per_s("writes"), io_max_reads: last_of("io_max_reads"),
		io_max_writes: last_of("io_max_writes"), max_events: sum("memory_max_events"),
		high_events: sum("memory_high_events"), oom_events: sum("oom_events"), oom_kills: sum("oom_kills"),
		cpu_some: stalled("psi_cpu_some_us"), memory_some: stalled("psi_memory_some_us"),
		io_some: stalled("psi_io_some_us"), pids: highest("pids"), pids_max: last_of("pids_max"),
		pids_max_events: sum("pids_max_events"), read_bytes: per_s("read_bytes"),
		written_bytes: per_s("written_bytes"), io_limited: last_of("io_limited")
	};

# written_growth: bytes per second by which the position in the last written_file moved on; null if only one
# look has it.
def written_growth:
	last_of("written_file") as $file
	| map(select($file != null and .written_file == $file and .written_position_bytes))
	| if length < 2 or .[-1].t <= .[0].t then null
	else [(.[-1].written_position_bytes - .[0].written_position_bytes) / (.[-1].t - .[0].t), 0] | max end;

def process_facts:
	(.[-1] | of_process) + {
		ppid: last_of("ppid"), uid: last_of("uid"), kernel: last_of("kernel_thread"), state: last_of("state"),
		seconds: observed_s, looks: length, age_s: last_of("age_s"),
		cpu: (([per_s("user_us"), per_s("system_us")] | map(values) | add) | if . then . / 1e4 else null end),
		thread_cpu: share("busiest_thread_us"; 1e6), written_file: last_of("written_file"),
		written_growth: written_growth,
		system: share("system_us"; 1e6), run_delay: share("run_delay_ns"; 1e9),
			block_delay: share("block_delay_ns"; 1e9),
		rss: highest("rss_bytes"), rss_growth: steady("rss_growth_bytes"), swap: highest("swap_bytes"),
		major_faults: per_s("major_faults"), read_bytes: per_s("read_bytes"),
			written_bytes: per_s("written_bytes"),
		threads: highest("threads"), thread_growth: steady("thread_growth"), fds: highest("fds"),
		fds_max: last_of("fds_max"), fd_growth: steady("fd_growth"), zombies: highest("zombies"),
		blocked: highest("blocked_threads"), stopped: (map(select(.state == "stopped")) | length)
	};

def blocked_facts: (.[-1] | {pid, tid, comm, function, file, stack} + of_cgroup)
	+ {looks: highest("looks"), seconds: (.[-1].t - .[0].t)};

# exit_facts: how the processes of one name and parent ended.
def exit_facts:
	(.[-1] | {comm, ppid, parent_comm, pid} + of_cgroup) + {
		exits: (sum("count") // 0), lifetime_us: sum("lifetime_us"),
		kinds: [objects([.status, .signal]) | {status: .[0].status, signal: .[0].signal,
			exits: (sum("count") // 0)}]};

def lock_facts:
	(.[-1] | {kind, deadlock, pid, comm, owner, owner_comm, owner_state, file} + of_cgroup)
	+ {waiters: highest("waiters"), looks: highest("looks")};

def peer_facts:
	(.[-1] | {direction, address, port, netns, pid, comm} + of_cgroup)
	+ {connections: highest("connections"), established: highest("established"), time_wait: highest("time_wait"),
		close_wait: highest("close_wait"), syn_received: highest("syn_received"),
			local_ports: last_of("local_ports")};

# log_facts: a class of kernel messages.
def log_facts:
	{class: .[0].class, level: lowest("level"), count: length, text: .[-1].text, time: .[-1].time,
		comms: (map(.comm | values) | group_by(.) | sort_by(-length) | map("\(.[0])")[0:3]),
		devices: (map(.device | values) | unique)[0:3],
		memcgs: (map(.oom_memcg | values) | unique)[0:3],
		pids: (map(.pid | values) | unique | length)};

# ---- all ----

# usestat_numbers(of): the numbers from the records, grouped by type.
def usestat_numbers($of):
	def each(type; key; f): [$of[type] // [] | objects(key) | f];
	([$of.process // [] | map(select(ours | not)) | objects([.pid, .comm]) | process_facts]
		| sort_by(-(.cpu // 0), .pid)) as $processes
	| {
		cpu: ($of.cpu // [] | if length > 0 then cpu_facts else null end),
		memory: ($of.memory // [] | if length > 0 then without_start | memory_facts else null end),
		oom_kills: ($of.memory // [] | sum("oom_kills")),
		io: ($of.io // [] | without_start | if length > 0 then
			{some: stalled("psi_some_us"), full: stalled("psi_full_us")} else null end),
		disks: each("disk"; .name; disk_facts), mounts: each("mount"; .name; mount_facts),
		interfaces: each("interface"; [.netns, .name]; interface_facts), nets: each("net"; .name; net_facts),
		sockets: each("socket"; [.protocol, .address, .port, .netns]; socket_facts),
		limits: ($of.limits // [] | if length > 0 then limit_facts else null end),
		users: each("user"; .name; user_facts),
		interrupts: (each("interrupt"; .name; {name: .[0].name, description: last_of("description"),
			count: per_s("count"), top_cpu: last_of("top_cpu")}) | sort_by(-(.count // 0))),
		cgroups: each("cgroup"; [.name, .version]; cgroup_facts), processes: $processes,
		blocked: [$of.blocked_task // [] | map(select(ours | not)) | objects([.pid, .tid]) | blocked_facts],
		log: [$of.log // [] | map(select(.history | not)) | objects(.class) | log_facts],
		history: [$of.log // [] | map(select(.history)) | objects(.class) | log_facts],
		log_total: ($of.log_total // [] | if length > 0 then {messages: per_s("messages"),
			programs: per_s("program_messages")} else null end),
		exits: [$of.exit // [] | map(select(ours | not)) | objects([.comm, .parent_comm]) | exit_facts],
		locks: [$of.lock // [] | map(select(ours | not)) | objects([.kind, .file, .pid]) | lock_facts],
		inotify: each("inotify"; .name; .[-1] | del(.type, .time, .mono_ns, .t)),
		peers: [$of.peer // [] | objects([.direction, .address, .port, .netns]) | peer_facts],
		machine: ($of.machine // [] | .[-1]),
		omitted: [$of.omitted // [] | objects(.of) | {of: .[0].of, objects: highest("objects")}],
		missing: [$of.missing // [] | .[] | {what, why: .reason, remedy}]
	};

def usestat_facts:
	(map({key: .type, value: .}) | group_by(.key) | map({key: .[0].key, value: map(.value)}) | from_entries) as $of
	| usestat_numbers($of) as $numbers
	| {
		numbers: $numbers,
		series: all_series($of),
		tables: [($numbers.processes | process_table), ($numbers.cgroups | cgroup_table),
			($numbers.mounts | mount_table), ($of.log // [] | log_table)]
	};

def usestat: facts(.; usestat_facts);
