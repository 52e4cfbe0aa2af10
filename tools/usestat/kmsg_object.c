// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a kernel message is about: a process, a cgroup, a disk, an interface or a server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmsg.h"

/* Copy the text between @before and one of the characters in @end. */
static bool copy_between(char *to, size_t size, const char *text, const char *before,
			 const char *end)
{
	const char *at = strstr(text, before);

	if (!at)
		return false;
	at += strlen(before);
	snprintf(to, size, "%.*s", (int)strcspn(at, end), at);
	return to[0] != '\0';
}

/* "name[123]: segfault at ...", also with "traps: " before it */
static void parse_program(struct kmsg *record)
{
	const char *name = record->text, *bracket;

	if (strncmp(name, "traps: ", 7) == 0)
		name += 7;
	bracket = strchr(name, '[');
	if (!bracket)
		return;
	record->pid = strtoull(bracket + 1, NULL, 10);
	snprintf(record->comm, sizeof(record->comm), "%.*s", (int)(bracket - name), name);
}

/* "NAME:PID" from @name up to @end: the name can contain colons. */
static void parse_task(struct kmsg *record, const char *name, const char *end)
{
	const char *colon = end;

	while (colon > name && *colon != ':')
		colon--;
	if (colon == name)
		return;
	record->pid = strtoull(colon + 1, NULL, 10);
	snprintf(record->comm, sizeof(record->comm), "%.*s", (int)(colon - name), name);
}

/* "INFO: task NAME:PID blocked for more than 120 seconds." */
static void parse_hung(struct kmsg *record)
{
	const char *name = strstr(record->text, "task "), *end = strstr(record->text, " blocked for");

	if (name && end && end > name)
		parse_task(record, name + strlen("task "), end);
}

/* "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [NAME:PID]" */
static void parse_lockup(struct kmsg *record)
{
	const char *name = strstr(record->text, "! ["), *end = strrchr(record->text, ']');

	if (name && end && end > name)
		parse_task(record, name + strlen("! ["), end);
}

/* "cgroup: fork rejected by pids controller in /a" */
static void parse_pids(struct kmsg *record)
{
	copy_between(record->task_memcg, sizeof(record->task_memcg), record->text, " controller in ",
		     "\n");
}

static const struct {
	const char *class;
	void (*parse)(struct kmsg *record);
} parsers[] = {
	{ "segfault", parse_program }, { "hung_task", parse_hung }, { "soft_lockup", parse_lockup },
	{ "pids_limit", parse_pids },
};

/* The first entry that matches the class and the text is used. */
static const struct {
	const char *class, *before, *end;
} names[] = {
	{ "io_error", "dev ", " ,\n" },
	{ "io_error", "nvme ", ":" },
	{ "io_error", "swap-device (", ")" },
	{ "fs_error", "(device ", ")" },
	{ "fs_error", "-fs (", ")" },
	{ "fs_error", "XFS (", ")" },
	{ "read_only_remount", "(device ", ")" },
	{ "read_only_remount", "-fs (", ")" },
	{ "raid", ":", ":" },
	{ "multipath", "Failing path ", " ." },
	{ "nfs", "server ", " " },
	{ "nfs_recovered", "server ", " " },
	{ "nic_reset", "WATCHDOG: ", " (:" },
	{ "unregister_netdevice", "waiting for ", " " },
	{ "syn_flood", "on port ", " " },
	{ "clock_unstable", "clocksource '", "'" },
};

void kmsg_object(struct kmsg *record)
{
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++)
		if (strcmp(parsers[i].class, record->class) == 0)
			parsers[i].parse(record);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len;

		if (strcmp(names[i].class, record->class) != 0 ||
		    !copy_between(record->object, sizeof(record->object), record->text,
				  names[i].before, names[i].end))
			continue;
		len = strlen(record->object);
		if (record->object[len - 1] == '.')	/* "on port 80." */
			record->object[len - 1] = '\0';
		return;
	}
}
