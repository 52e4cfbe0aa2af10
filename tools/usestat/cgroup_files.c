// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The files of cgroups, of both versions: which there are, and what is in them. */
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroups.h"

#define HIERARCHIES_MAX 16

static struct hierarchy hierarchies[HIERARCHIES_MAX];
static size_t n_hierarchies;

static void add_hierarchy(const struct mntent *mount)
{
	struct hierarchy *h = &hierarchies[n_hierarchies];

	*h = (struct hierarchy){
		.number = n_hierarchies, .v2 = strcmp(mount->mnt_type, "cgroup2") == 0,
		.cpu = hasmntopt(mount, "cpu"), .cpuacct = hasmntopt(mount, "cpuacct"),
		.memory = hasmntopt(mount, "memory"), .pids = hasmntopt(mount, "pids"),
		.blkio = hasmntopt(mount, "blkio"),
	};
	if (!h->v2 && !h->cpu && !h->cpuacct && !h->memory && !h->pids && !h->blkio)
		return;			/* nothing that is read here */
	for (size_t i = 0; i < n_hierarchies; i++)	/* mounted twice */
		if (h->v2 == hierarchies[i].v2 && (h->v2 || (h->cpu && hierarchies[i].cpu) ||
		    (h->memory && hierarchies[i].memory)))
			return;
	h->root = strdup(mount->mnt_dir);
	n_hierarchies += h->root != NULL;
}

void hierarchies_find(void)
{
	int fd = source_open("/proc/self/mounts", 0);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct mntent *mount;

	while (f && n_hierarchies < HIERARCHIES_MAX && (mount = getmntent(f)))
		if (strcmp(mount->mnt_type, "cgroup2") == 0 ||
		    strcmp(mount->mnt_type, "cgroup") == 0)
			add_hierarchy(mount);
	if (f)
		endmntent(f);
}

const struct hierarchy *hierarchy_get(size_t i)
{
	return i < n_hierarchies ? &hierarchies[i] : NULL;
}

struct name {
	int file;
	const char *name;
};

static void add_names(struct cgroup *cgroup, const struct hierarchy *h, const char *path,
		      const struct name *names)
{
	for (; names->name; names++)
		if (!cgroup->files[names->file].path)
			cgroup_file(cgroup, names->file, h->root, path, names->name);
}

void cgroup_files(struct cgroup *cgroup, const struct hierarchy *h, const char *path)
{
	static const struct name v2[] = {
		{ FILE_CPU_STAT, "cpu.stat" }, { FILE_CPU_MAX, "cpu.max" },
		{ FILE_MEMORY, "memory.current" }, { FILE_MEMORY_HIGH, "memory.high" },
		{ FILE_MEMORY_MAX, "memory.max" }, { FILE_SWAP, "memory.swap.current" },
		{ FILE_MEMORY_EVENTS, "memory.events" }, { FILE_CPU_PRESSURE, "cpu.pressure" },
		{ FILE_MEMORY_PRESSURE, "memory.pressure" }, { FILE_IO_PRESSURE, "io.pressure" },
		{ FILE_PIDS, "pids.current" }, { FILE_PIDS_MAX, "pids.max" },
		{ FILE_PIDS_EVENTS, "pids.events" }, { FILE_IO_STAT, "io.stat" },
		{ FILE_IO_MAX, "io.max" }, {}
	}, cpu[] = {
		{ FILE_CPU_STAT_V1, "cpu.stat" }, { FILE_CPU_MAX, "cpu.cfs_quota_us" },
		{ FILE_CPU_PERIOD, "cpu.cfs_period_us" }, {}
	}, cpuacct[] = {
		{ FILE_CPU_USAGE, "cpuacct.usage" }, {}
	}, memory[] = {
		{ FILE_MEMORY, "memory.usage_in_bytes" },
		{ FILE_MEMORY_MAX, "memory.limit_in_bytes" },
		{ FILE_OOM_CONTROL, "memory.oom_control" }, { FILE_FAILCNT, "memory.failcnt" }, {}
	}, pids[] = {
		{ FILE_PIDS, "pids.current" }, { FILE_PIDS_MAX, "pids.max" },
		{ FILE_PIDS_EVENTS, "pids.events" }, {}
	}, blkio[] = {
		{ FILE_IO_BYTES, "blkio.throttle.io_service_bytes_recursive" },
		{ FILE_IO_COUNT, "blkio.throttle.io_serviced_recursive" }, {}
	};

	if (h->v2)
		add_names(cgroup, h, path, v2);
	if (h->cpu)
		add_names(cgroup, h, path, cpu);
	if (h->cpuacct)
		add_names(cgroup, h, path, cpuacct);
	if (h->memory)
		add_names(cgroup, h, path, memory);
	if (h->pids)
		add_names(cgroup, h, path, pids);
	if (h->blkio)
		add_names(cgroup, h, path, blkio);
}
