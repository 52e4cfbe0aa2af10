// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Mounted hierarchies, and the names of the files of a cgroup in both versions. */
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroups.h"

#define HIERARCHIES_MAX 16

static struct hierarchy hierarchies[HIERARCHIES_MAX];
static size_t n_hierarchies;

/* Read the controllers of version 2.  The file does not list those used by version 1. */
static void v2_controllers(struct hierarchy *h, const char *root)
{
	char *text = source_text("%s/cgroup.controllers", root), *name;

	while ((name = word_next(&text))) {
		h->cpu |= strcmp(name, "cpu") == 0;
		h->memory |= strcmp(name, "memory") == 0;
		h->pids |= strcmp(name, "pids") == 0;
		h->blkio |= strcmp(name, "io") == 0;
	}
}

/* Return true if a hierarchy with the same controllers, or version 2, is known already. */
static bool is_second(const struct hierarchy *h)
{
	for (size_t i = 0; i < n_hierarchies; i++) {
		const struct hierarchy *other = &hierarchies[i];

		if (h->v2 ? other->v2 : !other->v2 &&
		    ((h->cpu && other->cpu) || (h->memory && other->memory) ||
		     (h->pids && other->pids) || (h->blkio && other->blkio)))
			return true;
	}
	return false;
}

static void add_hierarchy(const struct mntent *mount)
{
	struct hierarchy *h = &hierarchies[n_hierarchies];

	*h = (struct hierarchy){
		.number = n_hierarchies, .v2 = strcmp(mount->mnt_type, "cgroup2") == 0,
		.cpu = hasmntopt(mount, "cpu"), .cpuacct = hasmntopt(mount, "cpuacct"),
		.memory = hasmntopt(mount, "memory"), .pids = hasmntopt(mount, "pids"),
		.blkio = hasmntopt(mount, "blkio"),
	};
	if (h->v2)
		v2_controllers(h, mount->mnt_dir);
	else if (!h->cpu && !h->cpuacct && !h->memory && !h->pids && !h->blkio)
		return;			/* usestat reads none of its controllers */
	if (is_second(h))
		return;
	h->root = strdup(mount->mnt_dir);
	n_hierarchies += h->root != NULL;
}

void hierarchies_find(void)
{
	int fd = source_open("/proc/self/mounts", 0);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct mntent *mount;

	while (n_hierarchies)
		free(hierarchies[--n_hierarchies].root);
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
	static const struct name v2_all[] = {
		{ FILE_CPU_PRESSURE, "cpu.pressure" },
		{ FILE_MEMORY_PRESSURE, "memory.pressure" }, { FILE_IO_PRESSURE, "io.pressure" }, {}
	}, v2_cpu[] = {
		{ FILE_CPU_MAX, "cpu.max" }, {}
	}, v2_memory[] = {
		{ FILE_MEMORY, "memory.current" }, { FILE_MEMORY_HIGH, "memory.high" },
		{ FILE_MEMORY_MAX, "memory.max" }, { FILE_SWAP, "memory.swap.current" },
		{ FILE_MEMORY_EVENTS, "memory.events" }, {}
	}, v2_io[] = {
		{ FILE_IO_STAT, "io.stat" }, { FILE_IO_MAX, "io.max" }, {}
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
		{ FILE_IO_COUNT, "blkio.throttle.io_serviced_recursive" },
		{ FILE_IO_MAX_READ, "blkio.throttle.read_bps_device" },
		{ FILE_IO_MAX_WRITE, "blkio.throttle.write_bps_device" }, {}
	};

	if (h->v2)
		add_names(cgroup, h, path, v2_all);
	if (h->cpu)
		add_names(cgroup, h, path, h->v2 ? v2_cpu : cpu);
	if (h->cpuacct && !cgroup->files[FILE_CPU_STAT].path)
		add_names(cgroup, h, path, cpuacct);
	if (h->memory)
		add_names(cgroup, h, path, h->v2 ? v2_memory : memory);
	if (h->pids)
		add_names(cgroup, h, path, pids);
	if (h->blkio)
		add_names(cgroup, h, path, h->v2 ? v2_io : blkio);
}

/* cpuacct of version 1 is preferred: it is cheaper to read than cpu.stat of version 2. */
void cgroup_usage_file(struct cgroup *cgroup)
{
	if (cgroup->files[FILE_CPU_USAGE].path || cgroup->files[FILE_CPU_STAT].path)
		return;
	for (size_t i = 0; i < n_hierarchies; i++)
		if (hierarchies[i].v2 && (cgroup->hierarchies & 1U << hierarchies[i].number))
			cgroup_file(cgroup, FILE_CPU_STAT, hierarchies[i].root,
				    cgroup->object.name, "cpu.stat");
}
