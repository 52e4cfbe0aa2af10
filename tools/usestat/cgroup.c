// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Cgroups: the hierarchies of version 2 and version 1, or both at once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroups.h"

#define DEPTH_MAX 32
#define CGROUPS_MAX 20000		/* beyond them none is looked at */

static const struct field fields[] = {
	[CG_USAGE]	= { "cpu_us", FIELD_COUNTER, "usage_usec" },
	[CG_USER]	= { "user_us", FIELD_COUNTER, "user_usec" },
	[CG_SYSTEM]	= { "system_us", FIELD_COUNTER, "system_usec" },
	[CG_PERIODS]	= { "periods", FIELD_COUNTER, "nr_periods" },
	[CG_THROTTLED]	= { "throttled_periods", FIELD_COUNTER, "nr_throttled" },
	[CG_THROTTLED_US] = { "throttled_us", FIELD_COUNTER, "throttled_usec" },
	[CG_QUOTA]	= { "quota_us", FIELD_GAUGE },
	[CG_PERIOD]	= { "period_us", FIELD_GAUGE },
	[CG_MEMORY]	= { "memory_bytes", FIELD_GAUGE },
	[CG_MEMORY_HIGH] = { "memory_high_bytes", FIELD_GAUGE },
	[CG_MEMORY_MAX]	= { "memory_max_bytes", FIELD_GAUGE },
	[CG_SWAP]	= { "swap_bytes", FIELD_GAUGE },
	[CG_GROWTH]	= { "memory_growth_bytes", FIELD_GAUGE },
	[CG_HIGH_EVENTS] = { "memory_high_events", FIELD_COUNTER, "high" },
	[CG_MAX_EVENTS]	= { "memory_max_events", FIELD_COUNTER, "max" },
	[CG_OOM_EVENTS]	= { "oom_events", FIELD_COUNTER, "oom" },
	[CG_OOM_KILLS]	= { "oom_kills", FIELD_COUNTER, "oom_kill" },
	[CG_CPU_SOME]	= { "psi_cpu_some_us", FIELD_COUNTER },
	[CG_CPU_FULL]	= { "psi_cpu_full_us", FIELD_COUNTER },
	[CG_MEMORY_SOME] = { "psi_memory_some_us", FIELD_COUNTER },
	[CG_MEMORY_FULL] = { "psi_memory_full_us", FIELD_COUNTER },
	[CG_IO_SOME]	= { "psi_io_some_us", FIELD_COUNTER },
	[CG_IO_FULL]	= { "psi_io_full_us", FIELD_COUNTER },
	[CG_PIDS]	= { "pids", FIELD_GAUGE },
	[CG_PIDS_MAX]	= { "pids_max", FIELD_GAUGE },
	[CG_PIDS_EVENTS] = { "pids_max_events", FIELD_COUNTER },
	[CG_READ]	= { "read_bytes", FIELD_COUNTER },
	[CG_WRITTEN]	= { "written_bytes", FIELD_COUNTER },
	[CG_READS]	= { "reads", FIELD_COUNTER },
	[CG_WRITES]	= { "writes", FIELD_COUNTER },
	[CG_IO_LIMITED]	= { "io_limited", FIELD_FLAG },
};

static void release(struct object *object)
{
	struct cgroup *cgroup = (struct cgroup *)object;

	for (int i = 0; i < CG_FILES; i++) {
		source_close(&cgroup->files[i]);
		free((char *)cgroup->files[i].path);
	}
}

struct set cgroup_set = {
	.type = "cgroup", .fields = fields, .n = CG_FIELDS, .size = sizeof(struct cgroup),
	.whole = true, .release = release,
};

/* Where a file of a cgroup is: in the hierarchy of @root, below it @path. */
void cgroup_file(struct cgroup *cgroup, int file, const char *root, const char *path,
		 const char *name)
{
	char *full;

	if (asprintf(&full, "%s%s/%s", root, strcmp(path, "/") == 0 ? "" : path, name) < 0)
		abort();
	cgroup->files[file] = (struct source){ .path = full, .whole = true };
}

/* Read a file and let @parse put what it has; a controller that is off has no such file. */
static void look_file(struct cgroup *cgroup, int file, void (*parse)(struct object *o, char *text))
{
	struct source *source = &cgroup->files[file];
	char *text;

	if (!source->path || (cgroup->absent & 1U << file))
		return;
	text = source_read(source);
	if (text)
		parse(&cgroup->object, text);
	else if (errno == ENOENT || errno == EOPNOTSUPP)
		cgroup->absent |= 1U << file;
}

/* Does anything run in it?  If not, nothing but its memory can have changed. */
static bool is_active(const struct object *o)
{
	__u64 usage;

	return !object_delta(o, CG_USAGE, &usage) || usage;
}

static void look_files(struct usestat *u, struct cgroup *cgroup)
{
	struct object *o = &cgroup->object;
	bool active = true;
	__u64 memory;

	if (u->last || ++cgroup->looks % 6 == 0)
		cgroup->absent = 0;	/* a controller may have been switched on */
	for (int i = 0; i < CG_FILES && (i < FILE_ALWAYS || active); i++) {
		look_file(cgroup, i, cgroup_parsers[i]);
		if (i == FILE_ALWAYS - 1)
			active = u->last || is_active(o);
	}
	if (!object_value(o, CG_MEMORY, &memory))
		return;
	if (object_is_new(o))
		cgroup->first_memory = memory;
	object_put(o, CG_GROWTH, memory > cgroup->first_memory ? memory - cgroup->first_memory : 0);
}

/* A directory of one of the hierarchies. */
static void look_directory(struct usestat *u, const struct hierarchy *h, const char *path,
			   __u64 inode)
{
	struct object *known = set_find(&cgroup_set, path), *o;
	bool first = !known || known->ns != u->ns;	/* no other hierarchy had it yet */
	struct cgroup *cgroup;

	if (!known && cgroup_set.n_objects >= CGROUPS_MAX) {
		missing("cgroups beyond 20000", "there are too many to look into",
			"look at one with --cgroup");
		return;
	}
	/* Version 1 has several directories for one path, so the id is that of the first. */
	o = set_look(&cgroup_set, path, first ? inode : known->id, u->ns);
	cgroup = (struct cgroup *)o;
	if (!(cgroup->hierarchies & 1U << h->number)) {
		cgroup_files(cgroup, h, path);
		cgroup->hierarchies |= 1U << h->number;
		cgroup->absent = 0;
	}
	cgroup->v2 |= h->v2;
}

static void walk_below(struct usestat *u, const struct hierarchy *h, int dir, const char *name,
		       char *path, int depth);

/* All directories below @fd, which it closes; @path is changed and restored. */
static void walk(struct usestat *u, const struct hierarchy *h, int fd, char *path, int depth)
{
	size_t len = strlen(path);
	struct dirent *e;
	struct stat st;
	DIR *dir = fdopendir(fd);

	if (!dir) {
		close(fd);
		return;
	}
	if (!fstat(fd, &st) && cgroup_wanted(u, path))
		look_directory(u, h, path, st.st_ino);
	while (depth < DEPTH_MAX && (e = readdir(dir))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.' ||
		    len + strlen(e->d_name) + 2 > CGROUP_PATH_SIZE)
			continue;
		snprintf(path + len, CGROUP_PATH_SIZE - len, "%s%s", len > 1 ? "/" : "", e->d_name);
		walk_below(u, h, fd, e->d_name, path, depth + 1);
		path[len] = '\0';
	}
	closedir(dir);
}

/* Kernfs counts a directory's links right: one with two has no directories in it. */
static void walk_below(struct usestat *u, const struct hierarchy *h, int dir, const char *name,
		       char *path, int depth)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
		return;
	if (st.st_nlink == 2) {
		if (cgroup_wanted(u, path))
			look_directory(u, h, path, st.st_ino);
		return;
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		walk(u, h, fd, path, depth);
}

static void look(struct usestat *u)
{
	const struct hierarchy *h;
	char path[CGROUP_PATH_SIZE];

	if (!u->before_ns)
		hierarchies_find();
	for (size_t i = 0; (h = hierarchy_get(i)); i++) {
		int fd = source_open(h->root, O_RDONLY | O_DIRECTORY);

		strcpy(path, "/");
		if (fd >= 0)
			walk(u, h, fd, path, 0);
	}
	set_sweep(&cgroup_set, u->ns);
	if (!cgroup_set.n_objects)
		missing("cgroups", "no cgroup file system is mounted",
			"mount -t cgroup2 none /sys/fs/cgroup");
	for (struct object *o = set_next(&cgroup_set, NULL); o; o = set_next(&cgroup_set, o))
		look_files(u, (struct cgroup *)o);
}

const struct subject cgroup_subject = { "cgroup", true, look, cgroup_records, cgroup_rows };
