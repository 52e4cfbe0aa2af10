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

#include "core/xalloc.h"
#include "cgroups.h"

#define DEPTH_MAX 32
#define CGROUPS_MAX 20000		/* read at most */

static const struct field fields[] = {
	[CG_USAGE]	= { "cpu_us", FIELD_COUNTER, "usage_usec",
			    .about = "CPU time in microseconds" },
	[CG_USER]	= { "user_us", FIELD_COUNTER, "user_usec",
			    .about = "CPU time in programs, in microseconds" },
	[CG_SYSTEM]	= { "system_us", FIELD_COUNTER, "system_usec",
			    .about = "CPU time in the kernel, in microseconds" },
	[CG_PERIODS]	= { "periods", FIELD_COUNTER, "nr_periods",
			    .about = "Quota periods in which it had work" },
	[CG_THROTTLED]	= { "throttled_periods", FIELD_COUNTER, "nr_throttled",
			    .about = "Periods in which the quota was used up" },
	[CG_THROTTLED_US] = { "throttled_us", FIELD_COUNTER, "throttled_usec",
			      .about = "Microseconds that its CPUs were throttled, summed" },
	[CG_QUOTA]	= { "quota_us", FIELD_GAUGE,
			    .about = "CPU time that it may use per period; absent if unlimited" },
	[CG_PERIOD]	= { "period_us", FIELD_GAUGE, .about = "Length of a quota period" },
	[CG_MEMORY]	= { "memory_bytes", FIELD_GAUGE,
			    .about = "Memory in use, including page cache" },
	[CG_MEMORY_HIGH] = { "memory_high_bytes", FIELD_GAUGE,
			     .about = "memory.high, above which it is slowed down; absent if "
				      "unlimited" },
	[CG_MEMORY_MAX]	= { "memory_max_bytes", FIELD_GAUGE,
			    .about = "Memory limit; absent if unlimited" },
	[CG_SWAP]	= { "swap_bytes", FIELD_GAUGE, .about = "Swap in use" },
	[CG_GROWTH]	= { "memory_growth_bytes", FIELD_GAUGE,
			    .about = "Growth of memory_bytes since its first sample" },
	[CG_HIGH_EVENTS] = { "memory_high_events", FIELD_COUNTER, "high",
			     .about = "Times that it was slowed down at memory.high" },
	[CG_MAX_EVENTS]	= { "memory_max_events", FIELD_COUNTER, "max",
			    .about = "Times that it was at its memory limit" },
	[CG_OOM_EVENTS]	= { "oom_events", FIELD_COUNTER, "oom",
			    .about = "Times that it ran out of memory" },
	[CG_OOM_KILLS]	= { "oom_kills", FIELD_COUNTER, "oom_kill",
			    .about = "Its processes that the OOM killer ended" },
	[CG_CPU_SOME]	= { "psi_cpu_some_us", FIELD_COUNTER,
			    .about = "Microseconds in which some of its tasks waited for a CPU "
				     "or were throttled" },
	[CG_CPU_FULL]	= { "psi_cpu_full_us", FIELD_COUNTER,
			    .about = "Microseconds in which all of its tasks waited for a CPU "
				     "or were throttled (v5.13)" },
	[CG_MEMORY_SOME] = { "psi_memory_some_us", FIELD_COUNTER,
			     .about = "Microseconds in which some of its tasks waited for "
				      "memory" },
	[CG_MEMORY_FULL] = { "psi_memory_full_us", FIELD_COUNTER,
			     .about = "Microseconds in which all of its tasks waited for memory" },
	[CG_IO_SOME]	= { "psi_io_some_us", FIELD_COUNTER,
			    .about = "Microseconds in which some of its tasks waited for I/O" },
	[CG_IO_FULL]	= { "psi_io_full_us", FIELD_COUNTER,
			    .about = "Microseconds in which all of its tasks waited for I/O" },
	[CG_PIDS]	= { "pids", FIELD_GAUGE, .about = "Its threads" },
	[CG_PIDS_MAX]	= { "pids_max", FIELD_GAUGE,
			    .about = "Limit of pids; absent if unlimited" },
	[CG_PIDS_EVENTS] = { "pids_max_events", FIELD_COUNTER,
			     .about = "Forks that failed at the limit" },
	[CG_READ]	= { "read_bytes", FIELD_COUNTER, .about = "Bytes read from disks" },
	[CG_WRITTEN]	= { "written_bytes", FIELD_COUNTER, .about = "Bytes written to disks" },
	[CG_READS]	= { "reads", FIELD_COUNTER, .about = "Reads from disks" },
	[CG_WRITES]	= { "writes", FIELD_COUNTER, .about = "Writes to disks" },
	[CG_IO_LIMITED]	= { "io_limited", FIELD_FLAG,
			    .about = "Whether io.max limits it on some disk" },
	[CG_IO_MAX_READ] = { "io_max_read_bytes", FIELD_GAUGE, "rbps=",
			     .about = "Bytes that it may read per second, the lowest limit of "
				      "any disk; like the next keys, absent if unlimited" },
	[CG_IO_MAX_WRITE] = { "io_max_written_bytes", FIELD_GAUGE, "wbps=",
			      .about = "Bytes that it may write per second" },
	[CG_IO_MAX_READS] = { "io_max_reads", FIELD_GAUGE, "riops=",
			      .about = "Reads per second; version 2 only" },
	[CG_IO_MAX_WRITES] = { "io_max_writes", FIELD_GAUGE, "wiops=",
			       .about = "Writes per second; version 2 only" },
	[CG_ANON]	= { "anon_bytes", FIELD_GAUGE,
			    .about = "Part of memory_bytes that is anonymous memory; only of "
				     "cgroups that grow or are near their limit" },
	[CG_ANON_GROWTH] = { "anon_growth_bytes", FIELD_GAUGE,
			     .about = "Growth of anon_bytes since it was first read" },
	[CG_FILE]	= { "file_bytes", FIELD_GAUGE,
			    .about = "Part of memory_bytes that is page cache; absent like "
				     "anon_bytes" },
};

static const struct field keys[] = {
	{ "version", FIELD_GAUGE, .always = true,
	  .about = "2 if it is in the hierarchy of version 2, otherwise 1" },
	CONTAINER_KEYS,
};

static const struct record_type type = {
	.name = "cgroup",
	.about = "One of the highest cgroups by some measure, or one with trouble, in detailed "
		 "samples; keys of controllers that it does not have are absent.  From the "
		 "cgroup file systems, version 1 and 2",
	.object = "Path below the mount",
	.interval = true,
	.fields = fields, .n = CG_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
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
	.type = &type, .size = sizeof(struct cgroup),
	.whole = true, .release = release,
};

/* Set the path of a cgroup's file: @name of the cgroup @path in the hierarchy mounted at @root. */
void cgroup_file(struct cgroup *cgroup, int file, const char *root, const char *path,
		 const char *name)
{
	char *full;

	if (asprintf(&full, "%s%s/%s", root, strcmp(path, "/") == 0 ? "" : path, name) < 0)
		out_of_memory();
	cgroup->files[file] = (struct source){ .path = full, .whole = true };
}

/* Read a file and pass it to @parse.  A disabled controller has no such file. */
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

/*
 * Return true if nothing ran in the cgroup since the last look.  The kernel can still reclaim its
 * memory, and a process outside can change its limits.
 */
static bool is_idle(const struct object *o)
{
	__u64 usage;

	return object_delta(o, CG_USAGE, &usage) && !usage;
}

/*
 * Return true if it is time to read an idle cgroup again: its memory, and whether it has new
 * children.
 */
static bool is_due(const struct usestat *u, const struct cgroup *cgroup)
{
	return u->last || cgroup->looks % IDLE_LOOKS == 0;
}

static void look_at_files(struct cgroup *cgroup, int from, int to)
{
	for (int i = from; i < to; i++)
		look_file(cgroup, i, cgroup_parsers[i]);
}

static void look_files(struct usestat *u, struct cgroup *cgroup)
{
	struct object *o = &cgroup->object;
	__u64 memory;

	if (is_due(u, cgroup))
		cgroup->absent = 0;	/* a controller may have been enabled */
	look_at_files(cgroup, 0, FILE_ALWAYS);
	cgroup->idle = is_idle(o);
	if (cgroup->idle && !u->last) {
		object_keep(&cgroup_set, o);
		if (is_due(u, cgroup))
			look_file(cgroup, FILE_MEMORY, cgroup_parsers[FILE_MEMORY]);
	} else {
		look_at_files(cgroup, FILE_ALWAYS, CG_FILES);
	}
	cgroup->looks++;
	if (!object_value(o, CG_MEMORY, &memory))
		return;
	if (object_is_new(o))
		cgroup->first_memory = memory;
	object_put(o, CG_GROWTH, memory > cgroup->first_memory ? memory - cgroup->first_memory : 0);
}

static unsigned int next_looks;		/* initial value of @looks for the next new cgroup */

/* Look at the directory @path of the hierarchy @h. */
static void look_directory(struct usestat *u, const struct hierarchy *h, const char *path,
			   __u64 inode, bool leaf)
{
	struct object *known = set_find(&cgroup_set, path), *o;
	bool first = !known || known->ns != u->ns;	/* not yet found in another hierarchy */
	struct cgroup *cgroup;

	if (!known && cgroup_set.n_objects >= CGROUPS_MAX) {
		missing("cgroups beyond 20000", "there are too many to look into",
			"look at one with --cgroup");
		return;
	}
	/* With version 1 a path has several directories: the first one provides the id. */
	o = set_look(&cgroup_set, path, first ? inode : known->id, u->ns);
	cgroup = (struct cgroup *)o;
	if (!cgroup->hierarchies)	/* it is new */
		cgroup->looks = next_looks++;
	if (!(cgroup->hierarchies & 1U << h->number)) {
		cgroup_files(cgroup, h, path);
		cgroup->hierarchies |= 1U << h->number;
		cgroup->absent = 0;
	}
	cgroup->leaf = leaf ? cgroup->leaf | 1U << h->number : cgroup->leaf & ~(1U << h->number);
	cgroup->v2 |= h->v2;
}

static void walk_below(struct usestat *u, const struct hierarchy *h, int dir,
		       const struct dirent *e, char *path, int depth);

/* Walk all directories below @fd and close it; @path is restored at the end. */
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
		look_directory(u, h, path, st.st_ino, false);
	while (depth < DEPTH_MAX && (e = readdir(dir))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.' ||
		    len + strlen(e->d_name) + 2 > CGROUP_PATH_SIZE)
			continue;
		snprintf(path + len, CGROUP_PATH_SIZE - len, "%s%s", len > 1 ? "/" : "", e->d_name);
		walk_below(u, h, fd, e, path, depth + 1);
		path[len] = '\0';
	}
	closedir(dir);
}

/* Return true for an idle cgroup without children in the last look: it needs no stat(). */
static bool is_known_leaf(struct usestat *u, const struct hierarchy *h, const char *path, __u64 inode)
{
	const struct cgroup *cgroup = (const struct cgroup *)set_find(&cgroup_set, path);

	return cgroup && cgroup->idle && (cgroup->leaf & 1U << h->number) && !is_due(u, cgroup) &&
		(cgroup->object.id == inode || cgroup->object.ns == u->ns);
}

/* A kernfs directory with two links has no subdirectories. */
static void walk_below(struct usestat *u, const struct hierarchy *h, int dir,
		       const struct dirent *e, char *path, int depth)
{
	struct stat st;
	int fd;

	if (is_known_leaf(u, h, path, e->d_ino)) {
		look_directory(u, h, path, e->d_ino, true);
		return;
	}
	if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
		return;
	if (st.st_nlink == 2) {
		if (cgroup_wanted(u, path))
			look_directory(u, h, path, st.st_ino, true);
		return;
	}
	fd = openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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
	for (struct object *o = set_next(&cgroup_set, NULL); o; o = set_next(&cgroup_set, o)) {
		cgroup_usage_file((struct cgroup *)o);
		look_files(u, (struct cgroup *)o);
	}
}

const struct subject cgroup_subject = {
	"cgroup", true, look, cgroup_records, cgroup_rows, { &type },
};
