// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parsers of the files of cgroups. */
#include <stdlib.h>
#include <string.h>

#include "cgroups.h"

#define NO_LIMIT (1ULL << 60)		/* version 1: larger numbers mean no limit */

/* "usage_usec 12": version 2; "throttled_time 12" in nanoseconds: version 1. */
static void parse_cpu_stat(struct object *o, char *text)
{
	char *line;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);
		__u64 v;

		if (!name || !number_next(&line, &v))
			continue;
		if (strcmp(name, "throttled_time") == 0)
			object_put(o, CG_THROTTLED_US, v / NS_PER_US);
		else
			object_named(&cgroup_set, o, name, v);
	}
}

/* "50000 100000" or "max 100000"; version 1 has only the quota, -1 for none. */
static void parse_cpu_max(struct object *o, char *text)
{
	__u64 quota, period;

	if (!number_next(&text, &quota))
		return;
	object_put(o, CG_QUOTA, quota);
	if (number_next(&text, &period))
		object_put(o, CG_PERIOD, period);
}

static void parse_period(struct object *o, char *text)
{
	__u64 v;

	if (object_value(o, CG_QUOTA, &v) && number_next(&text, &v))
		object_put(o, CG_PERIOD, v);
}

static void parse_usage(struct object *o, char *text)
{
	__u64 v;

	if (number_next(&text, &v))
		object_put(o, CG_USAGE, v / NS_PER_US);
}

/* Put a number; "max" means no limit and stays unknown. */
static void put_number(struct object *o, int field, char *text)
{
	__u64 v;

	if (number_next(&text, &v) && v < NO_LIMIT)
		object_put(o, field, v);
}

static void parse_memory(struct object *o, char *text) { put_number(o, CG_MEMORY, text); }
static void parse_memory_high(struct object *o, char *text) { put_number(o, CG_MEMORY_HIGH, text); }
static void parse_memory_max(struct object *o, char *text) { put_number(o, CG_MEMORY_MAX, text); }
static void parse_swap(struct object *o, char *text) { put_number(o, CG_SWAP, text); }
static void parse_failcnt(struct object *o, char *text) { put_number(o, CG_MAX_EVENTS, text); }
static void parse_pids(struct object *o, char *text) { put_number(o, CG_PIDS, text); }
static void parse_pids_max(struct object *o, char *text) { put_number(o, CG_PIDS_MAX, text); }

/* memory.events, and memory.oom_control of version 1: "oom_kill 1" (v4.13). */
static void parse_events(struct object *o, char *text)
{
	object_lines(&cgroup_set, o, text);
}

static void parse_cpu_pressure(struct object *o, char *text)
{
	pressure_parse(o, text, CG_CPU_SOME, CG_CPU_FULL);
}

static void parse_memory_pressure(struct object *o, char *text)
{
	pressure_parse(o, text, CG_MEMORY_SOME, CG_MEMORY_FULL);
}

static void parse_io_pressure(struct object *o, char *text)
{
	pressure_parse(o, text, CG_IO_SOME, CG_IO_FULL);
}

/* "max 3": times that a fork failed at the limit. */
static void parse_pids_events(struct object *o, char *text)
{
	char *line;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);
		__u64 v;

		if (name && strcmp(name, "max") == 0 && number_next(&line, &v))
			object_put(o, CG_PIDS_EVENTS, v);
	}
}

/* "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ...": sum up all devices; those without I/O have no line. */
static void parse_io_stat(struct object *o, char *text)
{
	static const struct {
		const char *name;
		int field;
	} known[] = { { "rbytes=", CG_READ }, { "wbytes=", CG_WRITTEN }, { "rios=", CG_READS },
		      { "wios=", CG_WRITES } };
	char *line, *word;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		object_put(o, known[i].field, 0);
	while ((line = line_next(&text)))
		while ((word = word_next(&line)))
			for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
				size_t len = strlen(known[i].name);
				__u64 v;

				if (strncmp(word, known[i].name, len) == 0 &&
				    word_number(word + len, 10, &v))
					object_add(o, known[i].field, v);
			}
}

static void put_lowest(struct object *o, int field, __u64 v)
{
	__u64 other;

	if (!object_value(o, field, &other) || v < other)
		object_put(o, field, v);
}

/* "8:0 rbps=1048576 wbps=max riops=max wiops=max" */
static void parse_io_max(struct object *o, char *text)
{
	char *word;

	object_put(o, CG_IO_LIMITED, strchr(text, '=') != NULL);
	while ((word = word_next(&text)))
		for (int i = CG_IO_MAX_READ; i <= CG_IO_MAX_WRITES; i++) {
			const char *name = cgroup_set.type->fields[i].name;
			__u64 v;

			if (strncmp(word, name, strlen(name)) == 0 &&
			    word_number(word + strlen(name), 10, &v))
				put_lowest(o, i, v);
		}
}

/* "8:0 1048576": version 1 */
static void parse_device_limit(struct object *o, char *text, int field)
{
	__u64 limited, v;
	char *line;

	if (!object_value(o, CG_IO_LIMITED, &limited))
		limited = 0;
	while ((line = line_next(&text))) {
		word_next(&line);
		if (!number_next(&line, &v))
			continue;
		put_lowest(o, field, v);
		limited = 1;
	}
	object_put(o, CG_IO_LIMITED, limited);
}

static void parse_max_read(struct object *o, char *text)
{
	parse_device_limit(o, text, CG_IO_MAX_READ);
}

static void parse_max_write(struct object *o, char *text)
{
	parse_device_limit(o, text, CG_IO_MAX_WRITE);
}

/* memory.stat has other names in version 1, where those of the subtree begin with "total_". */
static void parse_memory_stat(struct object *o, char *text)
{
	static const struct {
		const char *name;
		int field;
	} known[] = { { "anon", CG_ANON }, { "file", CG_FILE }, { "total_rss", CG_ANON },
		      { "total_cache", CG_FILE } };
	char *line;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);
		__u64 v;

		for (size_t i = 0; name && i < ARRAY_SIZE(known); i++)
			if (strcmp(name, known[i].name) == 0 && number_next(&line, &v))
				object_put(o, known[i].field, v);
	}
}

void cgroup_memory_stat(struct cgroup *cgroup)
{
	const char *path = cgroup->files[FILE_MEMORY].path, *slash = path ? strrchr(path, '/') : NULL;
	char *text = slash ? source_text("%.*s/memory.stat", (int)(slash - path), path) : NULL;
	struct object *o = &cgroup->object;
	__u64 anon;

	if (!text)
		return;
	parse_memory_stat(o, text);
	if (!object_value(o, CG_ANON, &anon))
		return;
	if (!cgroup->first_anon)
		cgroup->first_anon = anon;
	object_put(o, CG_ANON_GROWTH, anon > cgroup->first_anon ? anon - cgroup->first_anon : 0);
}

/* "8:0 Read 12", "8:0 Write 3" ... and "Total 15": version 1. */
static void parse_directions(struct object *o, char *text, int reads, int writes)
{
	char *line;

	object_put(o, reads, 0);
	object_put(o, writes, 0);
	while ((line = line_next(&text))) {
		char *device = word_next(&line), *direction = word_next(&line);
		__u64 v;

		if (!device || !direction || !number_next(&line, &v))
			continue;
		if (strcmp(direction, "Read") == 0)
			object_add(o, reads, v);
		else if (strcmp(direction, "Write") == 0)
			object_add(o, writes, v);
	}
}

static void parse_io_bytes(struct object *o, char *text)
{
	parse_directions(o, text, CG_READ, CG_WRITTEN);
}

static void parse_io_count(struct object *o, char *text)
{
	parse_directions(o, text, CG_READS, CG_WRITES);
}

void (*const cgroup_parsers[CG_FILES])(struct object *o, char *text) = {
	[FILE_CPU_STAT] = parse_cpu_stat, [FILE_CPU_STAT_V1] = parse_cpu_stat,
	[FILE_CPU_MAX] = parse_cpu_max,
	[FILE_CPU_USAGE] = parse_usage, [FILE_CPU_PERIOD] = parse_period,
	[FILE_MEMORY] = parse_memory, [FILE_MEMORY_HIGH] = parse_memory_high,
	[FILE_MEMORY_MAX] = parse_memory_max, [FILE_SWAP] = parse_swap,
	[FILE_MEMORY_EVENTS] = parse_events, [FILE_OOM_CONTROL] = parse_events,
	[FILE_FAILCNT] = parse_failcnt, [FILE_CPU_PRESSURE] = parse_cpu_pressure,
	[FILE_MEMORY_PRESSURE] = parse_memory_pressure, [FILE_IO_PRESSURE] = parse_io_pressure,
	[FILE_PIDS] = parse_pids, [FILE_PIDS_MAX] = parse_pids_max,
	[FILE_PIDS_EVENTS] = parse_pids_events, [FILE_IO_STAT] = parse_io_stat,
	[FILE_IO_MAX] = parse_io_max, [FILE_IO_BYTES] = parse_io_bytes,
	[FILE_IO_COUNT] = parse_io_count, [FILE_IO_MAX_READ] = parse_max_read,
	[FILE_IO_MAX_WRITE] = parse_max_write,
};
