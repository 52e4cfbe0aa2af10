// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Facts about the machine that explain numbers. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "usestat.h"

#define HOUR 3600

/* A value of /etc/os-release without its quotes. */
static void os_name(char *name, size_t size)
{
	char *text = source_text("/etc/os-release"), *line;
	static const char key[] = "PRETTY_NAME=";

	name[0] = '\0';
	while ((line = line_next(&text))) {
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		line += strlen(key);
		line += *line == '"';
		snprintf(name, size, "%.*s", (int)strcspn(line, "\""), line);
	}
}

/* The value after "name : " in /proc/cpuinfo, of the first processor. */
static bool cpuinfo(const char *name, char *value, size_t size)
{
	char *text = source_text("/proc/cpuinfo"), *line;

	value[0] = '\0';
	while ((line = line_next(&text))) {
		char *colon = strstr(line, ": ");

		if (colon && strncmp(line, name, strlen(name)) == 0) {
			snprintf(value, size, "%s", colon + 2);
			return true;
		}
	}
	return false;
}

/* Of the firmware, or of the processor's flags; and of what this process runs in. */
static void virtualisation(struct usestat *u)
{
	char line[128], flags[4096];

	if (source_line(line, sizeof(line), "/sys/hypervisor/type"))
		record_str(u, "hypervisor", line);
	else if (cpuinfo("flags", flags, sizeof(flags)) && strstr(flags, " hypervisor"))
		record_str(u, "hypervisor", "yes");
	if (source_line(line, sizeof(line), "/sys/class/dmi/id/sys_vendor"))
		record_str(u, "vendor", line);
	if (source_line(line, sizeof(line), "/sys/class/dmi/id/product_name"))
		record_str(u, "product", line);
	if (source_line(line, sizeof(line), "/run/systemd/container"))
		record_str(u, "inside_container", line);
	else if (!access("/.dockerenv", F_OK) || !access("/run/.containerenv", F_OK))
		record_str(u, "inside_container", "yes");
}

/* adjtimex(2) only reads here. */
static void clock_keys(struct usestat *u, struct json *json)
{
	struct timex timex = {};
	char line[128];
	int state = adjtimex(&timex);

	if (source_line(line, sizeof(line),
			"/sys/devices/system/clocksource/clocksource0/current_clocksource"))
		record_str(u, "clock_source", line);
	if (source_line(line, sizeof(line),
			"/sys/devices/system/clocksource/clocksource0/available_clocksource"))
		record_str(u, "clock_sources", line);
	if (state < 0) {
		missing("whether the clock is synchronised", missing_why(errno),
			"allow adjtimex in the container's seccomp profile");
		return;
	}
	record_flag(u, "clock_synchronised", state != TIME_ERROR && !(timex.status & STA_UNSYNC));
	record_uint(u, "clock_error_max_us", timex.maxerror);
	json_int(json, "clock_offset_ns",
		 timex.status & STA_NANO ? timex.offset : timex.offset * 1000);
}

/* "always [madvise] never": the one in brackets. */
static void choice_key(struct usestat *u, const char *key, const char *path)
{
	char *text = source_text("%s", path), *from = text ? strchr(text, '[') : NULL;
	char *end = from ? strchr(from, ']') : NULL;

	if (!end)
		return;
	*end = '\0';
	record_str(u, key, from + 1);
}

static void sysctl_keys(struct usestat *u)
{
	static const struct {
		const char *key, *name;
	} sysctls[] = {
		{ "taint", "kernel/tainted" }, { "swappiness", "vm/swappiness" },
		{ "overcommit_memory", "vm/overcommit_memory" },
		{ "dirty_ratio", "vm/dirty_ratio" }, { "panic_on_oom", "vm/panic_on_oom" },
		{ "numa_balancing", "kernel/numa_balancing" },
		{ "sched_autogroup", "kernel/sched_autogroup_enabled" },
		{ "somaxconn", "net/core/somaxconn" }, { "tcp_syncookies", "net/ipv4/tcp_syncookies" },
		{ "tcp_max_syn_backlog", "net/ipv4/tcp_max_syn_backlog" },
		{ "netdev_budget", "net/core/netdev_budget" },
	};
	__u64 v;

	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++)
		if (source_number(&v, 10, "/proc/sys/%s", sysctls[i].name))
			record_uint(u, sysctls[i].key, v);
	choice_key(u, "transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled");
	choice_key(u, "transparent_hugepages_defrag", "/sys/kernel/mm/transparent_hugepage/defrag");
}

/* What the kernel does about each weakness of the processor. */
static void mitigation_keys(struct json *json)
{
	static const char path[] = "/sys/devices/system/cpu/vulnerabilities";
	int fd = source_open(path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	char line[256];

	if (!dir)
		return;
	json_object(json, "mitigations");
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.' && source_line(line, sizeof(line), "%s/%s", path, e->d_name))
			json_name(json, e->d_name, line);
	json_end(json);
	closedir(dir);
}

/* Seconds since the database of the package manager last changed. */
static void package_key(struct usestat *u)
{
	static const char *const databases[] = {
		"/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/pacman/local", "/lib/apk/db/installed",
	};
	time_t now = time(NULL);
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
		if (!stat(databases[i], &st) && st.st_mtime <= now) {
			record_uint(u, "packages_changed_s", now - st.st_mtime);
			return;
		}
}

/* Processes that began in the last hour, but those of the kernel. */
static void started_keys(struct usestat *u)
{
	__u64 n = 0, age;

	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o))
		n += !((struct process *)o)->kernel && object_value(o, PROC_AGE, &age) && age < HOUR;
	record_uint(u, "processes_started_last_hour", n);
}

static void look(struct usestat *u)
{
}

/* At the start, and at the end: a clock may have lost its synchronisation meanwhile. */
static void records(struct usestat *u)
{
	char line[1024], *text;
	struct json *json;

	if (u->before_ns && !u->last)
		return;
	json = record_begin(u, "machine");
	os_name(line, sizeof(line));
	record_str(u, "os", line);
	if (source_line(line, sizeof(line), "/proc/version"))
		record_str(u, "kernel_version", line);
	if (source_line(line, sizeof(line), "/proc/cmdline"))
		record_str(u, "command_line", line);
	cpuinfo("model name", line, sizeof(line));
	record_str(u, "cpu_model", line);
	record_uint(u, "cpus", sysconf(_SC_NPROCESSORS_CONF));
	record_uint(u, "cpus_online", sysconf(_SC_NPROCESSORS_ONLN));
	record_uint(u, "page_bytes", sysconf(_SC_PAGESIZE));
	text = source_text("/proc/uptime");
	if (text)
		record_uint(u, "uptime_s", strtoull(text, NULL, 10));
	virtualisation(u);
	clock_keys(u, json);
	sysctl_keys(u);
	mitigation_keys(json);
	package_key(u);
	started_keys(u);
	record_end(u);
}

static void rows(struct usestat *u)
{
	struct timex timex = {};
	int state = adjtimex(&timex);

	if (state < 0 || (state != TIME_ERROR && !(timex.status & STA_UNSYNC)))
		return;
	row_begin(u, "clock", "time of day");
	row_add(COL_ERRORS, "not synchronised");
	row_end(u);
}

const struct subject machine_subject = { "machine", false, look, records, rows };
