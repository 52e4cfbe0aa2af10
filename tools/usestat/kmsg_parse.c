// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Classes of kernel messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmsg.h"
#include "source.h"

/* The first pattern found in the message decides; "*" matches anything. */
static const struct {
	const char *class, *pattern;
} classes[] = {
	{ "oom_kill", "Killed process " },
	{ "oom_panic", "Kernel panic*out of memory" },
	{ "panic", "Kernel panic" },
	{ "hung_task", "blocked for more than*seconds" },
	{ "soft_lockup", "soft lockup" },
	{ "hard_lockup", "hard LOCKUP" },
	{ "rcu_stall", "rcu*detected*stall" },
	{ "workqueue_stall", "workqueue lockup" },
	{ "kernel_bug", "kernel BUG at" },
	{ "kernel_bug", "BUG: unable to handle" },
	{ "kernel_bug", "BUG: kernel NULL pointer" },
	{ "kernel_bug", "Oops: " },
	{ "kernel_warning", "WARNING: * at " },
	{ "allocation_failure", "page allocation failure" },
	{ "allocation_failure", "SLUB: Unable to allocate memory" },
	{ "segfault", "segfault at" },
	{ "segfault", "traps: *general protection" },
	{ "segfault", "traps: *trap invalid opcode" },
	{ "segfault", "traps: *trap divide error" },
	{ "segfault", "trap int3" },
	{ "read_only_remount", "Remounting filesystem read-only" },
	{ "read_only_remount", "forced readonly" },
	{ "fs_error", "EXT4-fs error" },
	{ "fs_error", "EXT4-fs (*I/O error" },
	{ "fs_error", "EXT4-fs (*previous I/O error to superblock" },
	{ "fs_error", "Aborting journal" },
	{ "fs_error", "JBD2: *error" },
	{ "fs_error", "XFS (*orruption" },
	{ "fs_error", "XFS (*I/O error" },
	{ "fs_error", "XFS (*hut*own*ilesystem" },
	{ "fs_error", "XFS (*ilesystem has been shut down" },
	{ "fs_error", "BTRFS error" },
	{ "fs_error", "BTRFS critical" },
	{ "fs_error", "BTRFS: error" },
	{ "fs_error", "BTRFS warning*csum failed" },
	{ "fs_error", "EXT4-fs warning" },
	{ "fs_error", "FAT-fs (*error" },
	{ "fs_error", "SQUASHFS error" },
	{ "raid", "md/raid*Disk failure" },
	{ "raid", "md/raid*not enough operational" },
	{ "raid", "md/raid*Not enough operational" },
	{ "raid", "md: *kicking non-fresh" },
	{ "multipath", "multipath: *Failing path" },
	{ "io_error", "I/O error, dev" },
	{ "io_error", "Buffer I/O error" },
	{ "io_error", "lost async page write" },
	{ "io_error", "critical medium error" },
	{ "io_error", "critical target error" },
	{ "io_error", "critical space allocation error" },
	{ "io_error", "rejecting I/O to offline device" },
	{ "io_error", "rejecting I/O to dead device" },
	{ "io_error", "nvme*timeout" },
	{ "io_error", "nvme*controller is down" },
	{ "io_error", "ata*failed command" },
	{ "io_error", "ata*exception Emask" },
	{ "io_error", "Unrecovered read error" },
	{ "io_error", "hard resetting link" },
	{ "io_error", "error on swap-device" },
	{ "nfs", "nfs: server*not responding" },
	{ "nfs", "NFS: *error" },
	{ "nfs", "NFS: *lease recovery failed" },
	{ "nfs", "CIFS: *has not responded" },
	{ "nfs", "ceph: *hung" },
	{ "nfs", "libceph: *socket closed" },
	{ "nfs_recovered", "nfs: server*OK" },
	{ "memory_error", "EDAC *CE" },
	{ "memory_error", "EDAC MC*rror" },
	{ "memory_error", "Memory failure:" },
	{ "hardware_error", "[Hardware Error]" },
	{ "hardware_error", "mce: *achine check" },
	{ "hardware_error", "Uhhuh. NMI received" },
	{ "pcie_error", "PCIe Bus Error" },
	{ "pcie_error", "AER: *error" },
	{ "thermal", "temperature above threshold" },
	{ "thermal", "critical temperature reached" },
	{ "nic_reset", "NETDEV WATCHDOG" },
	{ "nic_reset", "transmit queue*timed out" },
	{ "nic_reset", "Reset adapter" },
	{ "nic_reset", "Detected *Unit Hang" },
	{ "nic_reset", "adapter reset" },
	{ "link_down", "Link is Down" },
	{ "link_down", "link is not ready" },
	{ "link_down", "carrier lost" },
	{ "conntrack_full", "nf_conntrack*table full" },
	{ "neighbour_full", "neighbour*table overflow" },
	{ "neighbour_full", "Neighbour table overflow" },
	{ "tcp_memory", "TCP: out of memory" },
	{ "tcp_orphans", "too many orphaned sockets" },
	{ "tcp_time_wait", "time wait bucket table overflow" },
	{ "syn_flood", "ossible SYN flooding" },
	{ "unregister_netdevice", "unregister_netdevice: waiting for" },
	{ "pids_limit", "fork rejected by pids controller" },
	{ "files_limit", "file-max limit" },
	{ "suppressed", "callbacks suppressed" },
	{ "suppressed", "messages suppressed" },
	{ "clock_unstable", "arking clocksource*unstable" },
	{ "clock_unstable", "as unstable because the skew" },
};

static bool fits(const char *pattern, const char *text)
{
	while (text) {
		size_t len = strcspn(pattern, "*");
		char part[64];

		if (!len)
			return true;
		snprintf(part, sizeof(part), "%.*s", (int)len, pattern);
		text = strstr(text, part);
		if (text)
			text += len;
		if (!pattern[len])
			return text != NULL;
		pattern += len + 1;
	}
	return false;
}

const char *kmsg_class(const char *text)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (fits(classes[i].pattern, text))
			return classes[i].class;
	return NULL;
}

const char *kmsg_class_name(size_t i)
{
	return i < sizeof(classes) / sizeof(classes[0]) ? classes[i].class : NULL;
}

/* The value of ",name=value," in a message of the OOM killer. */
static void copy_value(char *to, size_t size, const char *text, const char *name)
{
	const char *at = strstr(text, name);

	to[0] = '\0';
	if (at)
		snprintf(to, size, "%.*s", (int)strcspn(at + strlen(name), ","), at + strlen(name));
}

/* The cgroups of the last message "oom-kill:constraint=..." (v5.0), which comes before the kill. */
static struct {
	__u64 pid;
	char oom_memcg[256], task_memcg[256];
} constraint;

static void keep_constraint(const char *text)
{
	char pid[24];

	copy_value(constraint.oom_memcg, sizeof(constraint.oom_memcg), text, ",oom_memcg=");
	copy_value(constraint.task_memcg, sizeof(constraint.task_memcg), text, ",task_memcg=");
	copy_value(pid, sizeof(pid), text, ",pid=");
	constraint.pid = strtoull(pid, NULL, 10);
}

/* "Memory cgroup out of memory: Killed process 123 (name) total-vm:..." */
static void parse_victim(struct kmsg *record)
{
	const char *at = strstr(record->text, "Killed process "), *name, *end;
	char *rest;

	if (!at)
		return;
	record->pid = strtoull(at + strlen("Killed process "), &rest, 10);
	name = strchr(rest, '(');
	end = name ? strstr(name, ") ") : NULL;
	if (end)
		snprintf(record->comm, sizeof(record->comm), "%.*s", (int)(end - name - 1), name + 1);
	if (record->pid != constraint.pid)
		return;
	memcpy(record->oom_memcg, constraint.oom_memcg, sizeof(record->oom_memcg));
	memcpy(record->task_memcg, constraint.task_memcg, sizeof(record->task_memcg));
}

/* Lines after the text: " DEVICE=b8:0". */
static void parse_device(struct kmsg *record, char *rest)
{
	char *line;

	while ((line = line_next(&rest)))
		if (strncmp(line, " DEVICE=", 8) == 0)
			snprintf(record->device, sizeof(record->device), "%s", line + 8);
}

/* "6,1234,5678901,-;text": priority, sequence number, microseconds, flags. */
bool kmsg_parse(char *text, struct kmsg *record)
{
	char *body = strchr(text, ';'), *line;
	unsigned long long priority, sequence, us;

	if (!body || sscanf(text, "%llu,%llu,%llu,", &priority, &sequence, &us) != 3)
		return false;
	body++;
	line = line_next(&body);
	record->level = priority & 7;
	record->sequence = sequence;
	record->ns = us * 1000;
	snprintf(record->text, sizeof(record->text), "%s", line ? line : "");
	record->program = priority >> 3;
	if (record->program)
		return true;
	if (strncmp(record->text, "oom-kill:", strlen("oom-kill:")) == 0 && line)
		keep_constraint(line);
	record->class = kmsg_class(record->text);
	if (!record->class)
		record->class = record->level <= 3 ? "other_error" : NULL;
	if (record->class && strcmp(record->class, "oom_kill") == 0)
		parse_victim(record);
	if (record->class)
		kmsg_object(record);
	parse_device(record, body);
	return true;
}
