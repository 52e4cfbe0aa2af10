/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cgroups: declarations that the cgroup*.c files share. */
#ifndef USESTAT_CGROUPS_H
#define USESTAT_CGROUPS_H

#include "usestat.h"

#define CGROUP_PATH_SIZE 4096

enum {
	CG_USAGE, CG_USER, CG_SYSTEM, CG_PERIODS, CG_THROTTLED, CG_THROTTLED_US, CG_QUOTA, CG_PERIOD,
	CG_MEMORY, CG_MEMORY_HIGH, CG_MEMORY_MAX, CG_SWAP, CG_GROWTH, CG_HIGH_EVENTS,
	CG_MAX_EVENTS, CG_OOM_EVENTS, CG_OOM_KILLS, CG_CPU_SOME, CG_CPU_FULL, CG_MEMORY_SOME,
	CG_MEMORY_FULL, CG_IO_SOME, CG_IO_FULL, CG_PIDS, CG_PIDS_MAX, CG_PIDS_EVENTS, CG_READ,
	CG_WRITTEN, CG_READS, CG_WRITES, CG_IO_LIMITED, CG_IO_MAX_READ, CG_IO_MAX_WRITE,
	CG_IO_MAX_READS, CG_IO_MAX_WRITES, CG_ANON, CG_ANON_GROWTH, CG_FILE, CG_FIELDS
};

/* The files that are read.  Those before FILE_ALWAYS are read in every look. */
enum {
	FILE_CPU_STAT, FILE_CPU_USAGE, FILE_ALWAYS,
	FILE_MEMORY = FILE_ALWAYS, FILE_CPU_STAT_V1, FILE_CPU_MAX, FILE_CPU_PERIOD, FILE_MEMORY_HIGH,
	FILE_MEMORY_MAX, FILE_SWAP, FILE_MEMORY_EVENTS, FILE_OOM_CONTROL, FILE_FAILCNT,
	FILE_CPU_PRESSURE, FILE_MEMORY_PRESSURE, FILE_IO_PRESSURE, FILE_PIDS, FILE_PIDS_MAX,
	FILE_PIDS_EVENTS, FILE_IO_STAT, FILE_IO_MAX, FILE_IO_BYTES, FILE_IO_COUNT,
	FILE_IO_MAX_READ, FILE_IO_MAX_WRITE, CG_FILES
};

struct cgroup {
	struct object object;
	struct source files[CG_FILES];
	__u32 absent;			/* files that do not exist, one bit each */
	__u32 hierarchies;		/* hierarchies with this path, one bit each */
	__u32 leaf;			/* hierarchies in which it has no children */
	unsigned int looks;		/* starts at different numbers, to spread the cost */
	bool idle;			/* nothing ran in it between the last two looks */
	bool v2;
	__u64 first_memory, first_anon;	/* values when it was first seen */
};

/* A mounted hierarchy. */
struct hierarchy {
	char *root;			/* mount point */
	int number;
	bool v2;
	bool cpu, cpuacct, memory, pids, blkio;		/* its controllers */
};

extern struct set cgroup_set;
extern void (*const cgroup_parsers[CG_FILES])(struct object *o, char *text);

void hierarchies_find(void);
const struct hierarchy *hierarchy_get(size_t i);

/* Set the paths of the files that the hierarchy has for the cgroup at @path. */
void cgroup_files(struct cgroup *cgroup, const struct hierarchy *h, const char *path);
/* Set the path of a file with the cgroup's CPU time, unless cgroup_files() has set one. */
void cgroup_usage_file(struct cgroup *cgroup);
void cgroup_file(struct cgroup *cgroup, int file, const char *root, const char *path,
		 const char *name);

/* Read what the memory of the cgroup consists of (memory.stat), which is expensive. */
void cgroup_memory_stat(struct cgroup *cgroup);

void cgroup_records(struct usestat *u);
void cgroup_rows(struct usestat *u);

#endif /* USESTAT_CGROUPS_H */
