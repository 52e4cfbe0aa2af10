// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* CPUs: /proc/stat, /proc/net/softnet_stat, PSI, thermal throttling, frequency. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usestat.h"

enum {
	/* In the order of /proc/stat */
	CPU_USER, CPU_NICE, CPU_SYSTEM, CPU_IDLE, CPU_IOWAIT, CPU_IRQ, CPU_SOFTIRQ, CPU_STEAL,
	CPU_GUEST, CPU_GUEST_NICE, CPU_TIMES,
	CPU_RUNNABLE = CPU_TIMES, CPU_BLOCKED, CPU_SWITCHES, CPU_FORKS, CPU_LOAD1, CPU_LOAD5,
	CPU_LOAD15, CPU_PSI_SOME, CPU_PSI_FULL, CPU_PROCESSED, CPU_DROPPED, CPU_SQUEEZED,
	CPU_THROTTLED, CPU_PACKAGE_THROTTLED, CPU_KHZ, CPU_MAX_KHZ, CPU_ONLINE, CPU_FIELDS
};

static const struct field fields[] = {
	[CPU_USER]	= { "user_us", FIELD_COUNTER,
			    .about = "Microseconds in programs, without nice_us; includes "
				     "guest_us" },
	[CPU_NICE]	= { "nice_us", FIELD_COUNTER,
			    .about = "Microseconds in programs with a positive nice value; "
				     "includes guest_nice_us" },
	[CPU_SYSTEM]	= { "system_us", FIELD_COUNTER, .about = "Microseconds in the kernel" },
	[CPU_IDLE]	= { "idle_us", FIELD_COUNTER, .about = "Microseconds without work" },
	[CPU_IOWAIT]	= { "iowait_us", FIELD_COUNTER,
			    .about = "Microseconds without work while a task that last ran "
				     "there waited for a disk" },
	[CPU_IRQ]	= { "irq_us", FIELD_COUNTER,
			    .about = "Microseconds in interrupt handlers" },
	[CPU_SOFTIRQ]	= { "softirq_us", FIELD_COUNTER, .about = "Microseconds in softirqs" },
	[CPU_STEAL]	= { "steal_us", FIELD_COUNTER,
			    .about = "Microseconds that the hypervisor ran something else while "
				     "there was work" },
	[CPU_GUEST]	= { "guest_us", FIELD_COUNTER,
			    .about = "Microseconds in virtual machines" },
	[CPU_GUEST_NICE] = { "guest_nice_us", FIELD_COUNTER,
			     .about = "Microseconds in virtual machines with a positive nice "
				      "value" },
	[CPU_RUNNABLE]	= { "runnable", FIELD_GAUGE, "procs_running",
			    .about = "Tasks that run or wait for a CPU; only in the record "
				     "named all" },
	[CPU_BLOCKED]	= { "blocked", FIELD_GAUGE, "procs_blocked",
			    .about = "Tasks that wait for a disk; only in the record named all" },
	[CPU_SWITCHES]	= { "context_switches", FIELD_COUNTER, "ctxt",
			    .about = "Context switches; only in the record named all" },
	[CPU_FORKS]	= { "forks", FIELD_COUNTER, "processes",
			    .about = "Processes and threads created; only in the record named "
				     "all" },
	[CPU_LOAD1]	= { "load_1m", FIELD_HUNDREDTHS,
			    .about = "Tasks that run, wait for a CPU or sleep uninterruptibly, "
				     "averaged over one minute; only in the record named all" },
	[CPU_LOAD5]	= { "load_5m", FIELD_HUNDREDTHS, .about = "The same over five minutes" },
	[CPU_LOAD15]	= { "load_15m", FIELD_HUNDREDTHS, .about = "The same over 15 minutes" },
	[CPU_PSI_SOME]	= { "psi_some_us", FIELD_COUNTER,
			    .about = "Microseconds in which some task waited for a CPU (v4.20); "
				     "only in the record named all" },
	[CPU_PSI_FULL]	= { "psi_full_us", FIELD_COUNTER,
			    .about = "Microseconds in which all non-idle tasks waited for a CPU "
				     "at once (v5.13); recent kernels always report 0 here; "
				     "only in the record named all" },
	[CPU_PROCESSED]	= { "softnet_processed", FIELD_COUNTER,
			    .about = "Packets taken from its receive queues" },
	[CPU_DROPPED]	= { "softnet_dropped", FIELD_COUNTER,
			    .about = "Packets dropped because its backlog was full" },
	[CPU_SQUEEZED]	= { "softnet_squeezed", FIELD_COUNTER,
			    .about = "Times that it stopped with packets left because its "
				     "budget or time was used up" },
	[CPU_THROTTLED]	= { "thermal_throttles", FIELD_COUNTER,
			    .about = "Times that it was slowed down because it was too hot" },
	[CPU_PACKAGE_THROTTLED] = { "package_throttles", FIELD_COUNTER,
				    .about = "The same for its package" },
	[CPU_KHZ]	= { "frequency_khz", FIELD_GAUGE,
			    .about = "Its frequency; in detailed samples" },
	[CPU_MAX_KHZ]	= { "frequency_max_khz", FIELD_GAUGE,
			    .about = "Its highest possible frequency" },
	[CPU_ONLINE]	= { "online", FIELD_GAUGE,
			    .about = "CPUs that are online; only in the record named all" },
};

static const struct field keys[] = {
	{ "governor", FIELD_STRING, .about = "Its frequency governor" },
};

static const struct record_type type = {
	.name = "cpu",
	.about = "A CPU, or all of them summed up.  From /proc/stat, /proc/loadavg, "
		 "/proc/pressure/cpu, /proc/net/softnet_stat and /sys/devices/system/cpu",
	.object = "Number of the CPU, or all for their sum",
	.interval = true,
	.fields = fields, .n = CPU_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct cpu {
	struct object object;
	char governor[32];
};

static struct set set = {
	.type = &type, .size = sizeof(struct cpu),
};

static struct source stat_file = { "/proc/stat" }, softnet_file = { "/proc/net/softnet_stat" },
	pressure_file = { "/proc/pressure/cpu", true }, load_file = { "/proc/loadavg", true };

/* "cpu3 1 2 3 ...": old kernels have fewer numbers. */
static void parse_times(struct usestat *u, const char *name, char *rest)
{
	struct object *o = set_look(&set, name, 0, u->ns);
	__u64 hz = sysconf(_SC_CLK_TCK), ticks;

	for (int i = 0; i < CPU_TIMES && number_next(&rest, &ticks); i++)
		object_put(o, i, ticks * (1000000 / hz));
}

static void parse_stat(struct usestat *u, char *text)
{
	struct object *all = set_look(&set, "all", 0, u->ns);
	char *line;
	__u64 v;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);

		if (!name)
			continue;
		if (strcmp(name, "cpu") == 0)
			parse_times(u, "all", line);
		else if (strncmp(name, "cpu", 3) == 0) {
			parse_times(u, name + 3, line);
			object_add(all, CPU_ONLINE, 1);
		} else if (strcmp(name, "intr") != 0 && number_next(&line, &v))
			object_named(&set, all, name, v);
	}
}

/*
 * Each line is a CPU, in hexadecimal: packets, drops, squeezes.  The 13th column, if there is
 * one, is the CPU's number; without it the lines are taken as CPUs 0, 1, 2 ...
 */
static void parse_softnet(struct usestat *u, char *text)
{
	enum { COLUMNS_READ = 13, CPU_COLUMN = 12 };
	struct object *all = set_find(&set, "all");
	char *line;

	for (unsigned int row = 0; (line = line_next(&text)); row++) {
		__u64 v[COLUMNS_READ] = {};
		char name[16];
		int n = 0;
		struct object *o;

		while (n < COLUMNS_READ && word_number(word_next(&line), 16, &v[n]))
			n++;
		if (n < 3)
			continue;
		snprintf(name, sizeof(name), "%llu", n > CPU_COLUMN ? v[CPU_COLUMN] : row);
		o = set_find(&set, name);
		for (int i = 0; i < 3; i++) {
			if (o)
				object_put(o, CPU_PROCESSED + i, v[i]);
			if (all)
				object_add(all, CPU_PROCESSED + i, v[i]);
		}
	}
}

static void parse_load(struct object *all, char *text)
{
	for (int i = 0; i < 3; i++) {
		char *word = word_next(&text);
		double load = word ? atof(word) : -1;

		if (load >= 0)
			object_put(all, CPU_LOAD1 + i, load * 100 + 0.5);
	}
}

void pressure_parse(struct object *object, char *text, int some, int full)
{
	char *line;

	while ((line = line_next(&text))) {
		const char *total = strstr(line, " total=");
		__u64 v;

		if (!total || !word_number(total + strlen(" total="), 10, &v))
			continue;
		if (strncmp(line, "some ", 5) == 0)
			object_put(object, some, v);
		else if (strncmp(line, "full ", 5) == 0)
			object_put(object, full, v);
	}
}

/* Files of sysfs, one set per CPU, that not every machine has; in detailed samples. */
static void look_sysfs(struct cpu *cpu)
{
	static const char dir[] = "/sys/devices/system/cpu/cpu";
	static const struct {
		int field;
		const char *file;
	} files[] = {
		{ CPU_THROTTLED, "thermal_throttle/core_throttle_count" },
		{ CPU_PACKAGE_THROTTLED, "thermal_throttle/package_throttle_count" },
		{ CPU_KHZ, "cpufreq/scaling_cur_freq" },
		{ CPU_MAX_KHZ, "cpufreq/cpuinfo_max_freq" },
	};
	__u64 v;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (source_number(&v, 10, "%s%s/%s", dir, cpu->object.name, files[i].file))
			object_put(&cpu->object, files[i].field, v);
	if (!source_line(cpu->governor, sizeof(cpu->governor), "%s%s/cpufreq/scaling_governor",
			 dir, cpu->object.name))
		cpu->governor[0] = '\0';
}

static void look(struct usestat *u)
{
	struct object *all;
	char *text = source_read(&stat_file);

	if (text)
		parse_stat(u, text);
	set_sweep(&set, u->ns);
	all = set_find(&set, "all");
	if (!all) {
		missing("use of the CPUs", missing_why(errno), "mount /proc");
		return;
	}
	text = source_read(&softnet_file);
	if (text)
		parse_softnet(u, text);
	text = source_read(&load_file);
	if (text)
		parse_load(all, text);
	text = source_read(&pressure_file);
	if (text)
		pressure_parse(all, text, CPU_PSI_SOME, CPU_PSI_FULL);
	else
		missing("pressure stall information (PSI)", missing_why(errno),
			"boot with psi=1; needs Linux 4.20 and CONFIG_PSI");
	if (!u->detail)
		return;
	for (struct object *o = set_next(&set, NULL); o; o = set_next(&set, o))
		if (o != all)
			look_sysfs((struct cpu *)o);
}

static __u64 busy(const struct object *o)
{
	__u64 sum = 0;

	for (int i = CPU_USER; i <= CPU_STEAL; i++)
		if (i != CPU_IDLE && i != CPU_IOWAIT)
			sum += object_delta0(o, i);
	return sum;
}

static __u64 capacity(const struct object *o)
{
	return busy(o) + object_delta0(o, CPU_IDLE) + object_delta0(o, CPU_IOWAIT);
}

/* "all" comes first, then CPUs with trouble, then the busiest. */
static __u64 weight(const struct object *o)
{
	__u64 trouble = object_delta0(o, CPU_DROPPED) + object_delta0(o, CPU_THROTTLED);

	return o->name[0] == 'a' ? ~0ULL : trouble ? ~0ULL >> 1 : busy(o);
}

static void more(struct usestat *u, const struct object *o)
{
	record_str(u, "governor", ((const struct cpu *)o)->governor);
}

static void records(struct usestat *u)
{
	top_records(u, &set, RECORDS_MAX, weight, more);
}

static void row_of(struct usestat *u, const struct object *o, const char *name)
{
	__u64 v;

	row_begin(u, "cpu", name);
	row_utilisation(busy(o), capacity(o));
	if (object_value(o, CPU_RUNNABLE, &v))
		row_add(COL_SATURATION, "%llu runnable", v);
	if (object_value(o, CPU_BLOCKED, &v) && v)
		row_add(COL_SATURATION, "%llu blocked", v);
	if (object_delta(o, CPU_PSI_SOME, &v))
		row_add(COL_SATURATION, "PSI %.1f%%", v * 1e5 / interval_ns(o));
	else if (o->name[0] == 'a')
		row_mark(COL_SATURATION, missing("pressure stall information (PSI)",
						 "this kernel has no such file", "boot with psi=1"));
	if (object_delta(o, CPU_STEAL, &v) && v)
		row_add(COL_SATURATION, "steal %.1f%%", v * 100.0 / (capacity(o) + 1));
	if (object_delta(o, CPU_SQUEEZED, &v) && v)
		row_add(COL_SATURATION, "%llu softnet squeeze%s", v, plural(v));
	row_errors(object_delta0(o, CPU_DROPPED), "softnet drop(s)");
	row_errors(object_delta0(o, CPU_THROTTLED), "thermal throttle(s)");
	row_end(u);
}

static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	char name[32];

	if (set.n_objects > 1 && !list[0]->before_ns)
		goto out;
	if (set.n_objects > 1) {
		snprintf(name, sizeof(name), "%llu CPU%s", object_value0(list[0], CPU_ONLINE),
			 plural(object_value0(list[0], CPU_ONLINE)));
		row_of(u, list[0], name);
	}
	if (set.n_objects > 2) {
		snprintf(name, sizeof(name), "CPU %s (busiest)", list[1]->name);
		row_of(u, list[1], name);
	}
out:
	free(list);
}

const struct subject cpu_subject = {
	"cpu", false, look, records, rows, { &type },
};
