# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Series and tables of what usestat counted.

include "lib";
include "tools";
include "objects";

# has_interval: true if the interval of the record is one that a run can have. A run of an hour looks every 12
# s.
def has_interval:
	([.t, .interval_ns] | all(type == "number")) and .t < 1e9 and .interval_ns > 0 and .interval_ns < 60e9;

# per_interval(f; scale): for each second, the rate of the counter in the interval that covers it.
def per_interval(f; scale):
	reduce (.[] | select(has_interval)) as $r ([range($context.seconds) | null];
		($r | f) as $value
		| if $value == null then . else
			reduce range([($r.t - $r.interval_ns / 1e9 + 0.5 | floor), 0] | max;
				[($r.t + 0.5 | floor), $context.seconds] | min) as $i (.;
				.[$i] = (($value / ($r.interval_ns / 1e9) * scale) | round_to(2)))
		end);

def gauge(f): per_interval(.interval_ns as $ns | f | if . == null then null else . * $ns / 1e9 end; 1);

def a_series($id; $resource; $title; $unit; $of; values):
	{id: $id, resource: $resource, title: $title, unit: $unit, values: values}
	+ if $of then {label: $of} else {} end
	| select(any(.values[]; . != null));

def cpu_series($cpus):
	def of($key): per_interval(.[$key]; 1e-4 / $cpus);
	a_series("cpu.user"; "cpu"; "user"; "%"; null; per_interval(.user_us + .nice_us; 1e-4 / $cpus)),
	a_series("cpu.system"; "cpu"; "system"; "%"; null;
		per_interval(.system_us + .irq_us + .softirq_us; 1e-4 / $cpus)),
	a_series("cpu.iowait"; "cpu"; "idle with I/O pending"; "%"; null; of("iowait_us")),
	a_series("cpu.steal"; "cpu"; "stolen by the hypervisor"; "%"; null; of("steal_us")),
	a_series("cpu.running"; "cpu"; "threads that run or wait for a CPU"; ""; null; gauge(.runnable)),
	a_series("disk.blocked"; "disk"; "threads blocked on I/O"; ""; null; gauge(.blocked)),
	a_series("psi.cpu.some"; "cpu"; "some wait for a CPU"; "%"; null; per_interval(.psi_some_us; 1e-4));

def pressure_series($resource; $word; $noun):
	a_series("psi.\($word).some"; $resource; "some wait for \($noun)"; "%"; null; per_interval(.psi_some_us; 1e-4)),
	a_series("psi.\($word).full"; $resource; "all wait for \($noun)"; "%"; null; per_interval(.psi_full_us; 1e-4));

def MOST_SERIES: 8;	# disks or interfaces: the busiest

def busiest(f): sort_by(-(map(f // 0) | add // 0))[0:MOST_SERIES] | sort_by(.[0].name)[];

def disk_series:
	.[0].name as $name
	| a_series("disk.util"; "disk"; "disk busy"; "%"; $name; per_interval(.busy_ms; 0.1)),
	a_series("disk.wait"; "disk"; "disk wait"; "ns"; $name; gauge((.reads + .writes) as $n
		| if ($n // 0) == 0 then null else 1e6 * (.read_ms + .write_ms) / $n end)),
	a_series("disk.queue"; "disk"; "requests at the disk"; ""; $name; per_interval(.queue_ms; 1e-3));

def interface_series:
	.[0].name as $name
	| a_series("net.received"; "network"; "received"; "KiB/s"; $name; per_interval(.rx_bytes; 1 / 1024)),
	a_series("net.sent"; "network"; "sent"; "KiB/s"; $name; per_interval(.tx_bytes; 1 / 1024));

def all_series($of):
	($of.cpu // [] | map(select(.name == "all"))) as $cpu
	| [($cpu | cpu_series($cpu | last_of("online") // 1)),
		($of.memory // [] | pressure_series("memory"; "memory"; "memory"),
			a_series("memory.available"; "memory"; "memory available"; "MiB"; null;
				gauge(.available_bytes | if . == null then null else . / 1048576 end)),
			a_series("memory.swap"; "memory"; "swapped in and out"; "pages/s"; null;
				per_interval(.swap_in_pages + .swap_out_pages; 1))),
		($of.io // [] | pressure_series("disk"; "io"; "I/O")),
		([$of.disk // [] | objects(.name)] | busiest(.busy_ms) | disk_series),
		([$of.interface // [] | map(select(.netns == null)) | objects(.name)] | busiest(.rx_bytes + .tx_bytes)
			| select(any(.[]; (.rx_bytes // 0) + (.tx_bytes // 0) > 0)) | interface_series),
		($of.net // [] | map(select(.name == "host"))
			| a_series("tcp.retransmits"; "network"; "TCP retransmits"; "/s"; null;
				per_interval(.tcp_retransmits; 1)))];

def process_table:
	map(select((.cpu // 0) > 0 or (.rss // 0) > 0)) | sort_by(-(.cpu // 0), -(.rss // 0), .pid)
	| map(.cpu |= round_to(2) | .run_delay |= round_to(2))
	| table("processes"; "Processes, by CPU time"; [
		column("pid"; "PID"; "id"), column("comm"; "Program"; "comm"),
		column("cpu"; "CPU"; "number"; "%"), column("run_delay"; "Waiting for a CPU"; "number"; "%"),
		column("rss"; "Memory"; "number"; "bytes"), column("threads"; "Threads"; "number"),
		column("fds"; "Descriptors"; "number"), column("read_bytes"; "Read/s"; "number"; "bytes"),
		column("written_bytes"; "Written/s"; "number"; "bytes"),
		column("command_line"; "Command"; "free")]);

def cgroup_table:
	map(select(.cgroup != "/" and ((.cpu // 0) > 0 or (.memory // 0) > 0)))
	| sort_by(-(.cpu // 0), -(.memory // 0), .cgroup)
	| map(.cpu |= round_to(2) | .cpu_some |= round_to(2))
	| table("cgroups"; "Containers, services and other cgroups"; [
		column("cgroup"; "Cgroup"; "path"), column("container_name"; "Container"; "container"),
		column("cpu"; "CPU"; "number"; "%"), column("cpu_some"; "Waiting for a CPU"; "number"; "%"),
		column("throttled"; "Throttled"; "number"; "%"), column("memory"; "Memory"; "number"; "bytes"),
		column("memory_max"; "Limit"; "number"; "bytes"), column("pids"; "Threads"; "number")]);

def mount_table:
	map(select((.size // 0) > 0)
		| . as $m | .full = ($m.used | percent($m.used + $m.available) | round_to(2)))
	| sort_by(-(.full // 0), .path)
	| table("mounts"; "File systems, the fullest first"; [
		column("path"; "Mounted on"; "path"), column("fs"; "Type"; "text"),
		column("full"; "Used"; "number"; "%"), column("available"; "Available"; "number"; "bytes"),
		column("inodes_used"; "Inodes used"; "number"), column("inodes"; "Inodes"; "number")]);

def log_table:
	sort_by(.t) | reverse | map({ago_s: (-(.t) | round | if . < 0 then 0 else . end), class, text})
	| table("kernel"; "Kernel messages, the latest first"; [
		column("ago_s"; "Before the run"; "number"; "s"), column("class"; "Class"; "text"),
		column("text"; "Message"; "free")]);
