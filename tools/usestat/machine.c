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
#include "units.h"
#include "usestat.h"

#define HOUR 3600

/* Read the name of the distribution from /etc/os-release. */
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

/* Read the value after "name : " of the first CPU in /proc/cpuinfo. */
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

/* The hypervisor, by the firmware or the CPU's flags, and the container of this process. */
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

/* With modes 0 adjtimex(2) only reads. */
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

/* "always [madvise] never": print the one in brackets. */
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

/* The kernel's mitigation of each CPU vulnerability. */
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

/* Seconds since the package manager's database changed. */
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

/* Processes that started in the last hour, without kernel threads. */
static void started_keys(struct usestat *u)
{
	__u64 n = 0, age;

	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o))
		n += !((struct process *)o)->kernel && object_value(o, PROC_AGE, &age) && age < HOUR;
	record_uint(u, "processes_started_last_hour", n);
}

static const struct field keys[] = {
	{ "os", FIELD_STRING, .about = "Distribution" },
	{ "kernel_version", FIELD_STRING, .about = "Release and build of the kernel" },
	{ "command_line", FIELD_STRING, .about = "Command line of the kernel" },
	{ "cpu_model", FIELD_STRING, .about = "Model of the CPUs" },
	{ "cpus", FIELD_GAUGE, .always = true, .about = "CPUs that are configured" },
	{ "cpus_online", FIELD_GAUGE, .always = true, .about = "CPUs that are online" },
	{ "page_bytes", FIELD_GAUGE, .about = "Size of a memory page" },
	{ "uptime_s", FIELD_GAUGE, .about = "Seconds since the machine started" },
	{ "hypervisor", FIELD_STRING,
	  .about = "Kind of hypervisor, or yes if unknown; absent on bare metal" },
	{ "vendor", FIELD_STRING, .about = "Vendor of the machine" },
	{ "product", FIELD_STRING, .about = "Product name of the machine" },
	{ "inside_container", FIELD_STRING,
	  .about = "Kind of container that usestat runs in, or yes if unknown; absent if none" },
	{ "clock_source", FIELD_STRING, .about = "Clock source in use" },
	{ "clock_sources", FIELD_STRING, .about = "Clock sources available" },
	{ "clock_synchronised", FIELD_FLAG,
	  .about = "Whether the clock is synchronised by a time server" },
	{ "clock_error_max_us", FIELD_GAUGE, .about = "Largest possible error of the clock" },
	{ "clock_offset_ns", FIELD_INTEGER,
	  .about = "Offset of the clock that is still to be corrected" },
	{ "taint", FIELD_GAUGE,
	  .about = "Bits that state why the kernel is tainted "
		   "(Documentation/admin-guide/tainted-kernels)" },
	{ "swappiness", FIELD_GAUGE, .about = "vm.swappiness" },
	{ "overcommit_memory", FIELD_GAUGE, .about = "vm.overcommit_memory" },
	{ "dirty_ratio", FIELD_GAUGE, .about = "vm.dirty_ratio, in percent of memory" },
	{ "panic_on_oom", FIELD_GAUGE, .about = "vm.panic_on_oom" },
	{ "numa_balancing", FIELD_GAUGE, .about = "kernel.numa_balancing" },
	{ "sched_autogroup", FIELD_GAUGE, .about = "kernel.sched_autogroup_enabled" },
	{ "somaxconn", FIELD_GAUGE, .about = "net.core.somaxconn, the largest accept queue" },
	{ "tcp_syncookies", FIELD_GAUGE, .about = "net.ipv4.tcp_syncookies" },
	{ "tcp_max_syn_backlog", FIELD_GAUGE, .about = "net.ipv4.tcp_max_syn_backlog" },
	{ "netdev_budget", FIELD_GAUGE,
	  .about = "net.core.netdev_budget, packets that a CPU takes in one go" },
	{ "transparent_hugepages", FIELD_STRING,
	  .about = "Transparent huge pages: always, madvise or never" },
	{ "transparent_hugepages_defrag", FIELD_STRING,
	  .about = "Setting that determines when a program waits for a huge page" },
	{ "mitigations", FIELD_STRING_MAP,
	  .about = "The kernel's mitigation of each CPU vulnerability, by its name" },
	{ "packages_changed_s", FIELD_GAUGE,
	  .about = "Seconds since packages were last installed or removed; absent if no known "
		   "package manager is found" },
	{ "failed_units", FIELD_GAUGE,
	  .about = "Units of systemd that failed; absent without systemd, and if usestat does "
		   "not run as root" },
	{ "failed_unit_names", FIELD_STRINGS, .about = "Their names, 20 at most" },
	{ "processes_started_last_hour", FIELD_GAUGE,
	  .about = "Processes that started in the last hour and still run" },
};

static const struct record_type type = {
	.name = "machine",
	.about = "Facts that explain numbers, at the start and at the end.  From /proc, /sys, "
		 "adjtimex(2) and systemd",
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

static void look(struct usestat *u)
{
}

/* Print them at the start, and at the end: the clock may have lost its synchronisation. */
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
	units_keys(u, json);
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

const struct subject machine_subject = {
	"machine", false, look, records, rows, { &type },
};
