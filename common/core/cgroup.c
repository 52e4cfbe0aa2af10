// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "core/cgroup.h"

#define CACHE_SLOTS 1024
#define RETRY_S 1			/* time before an unknown id is looked up again */

/* File handles of kernfs contain its 64-bit id: FILEID_KERNFS, include/linux/exportfs.h. */
#define FILEID_KERNFS 0xfe

struct entry {
	__u64 id;			/* 0: free */
	char *path;			/* NULL: unknown at the last lookup */
	time_t asked;
};

static struct entry cache[CACHE_SLOTS];

#define ROOT_INODE 1			/* inode number of a hierarchy's root: KERNFS_ROOT_INO */

/* A mount point of cgroup2. */
struct mount {
	char path[PATH_MAX];		/* "" if there is none */
	bool whole;			/* shows all cgroups, not only those of a namespace */
};

/* Return true if the root of the hierarchy is mounted at @path. */
static bool is_whole(const char *path)
{
	struct statfs fs;
	struct stat st;

	return !stat(path, &st) && st.st_ino == ROOT_INODE && !statfs(path, &fs) &&
	       fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Find in the table @mounts the mount that shows the most cgroups.  @prefix leads to its root. */
static void find_mount(struct mount *mount, const char *mounts, const char *prefix)
{
	char path[sizeof(mount->path)];
	struct mntent *entry;
	FILE *f = setmntent(mounts, "re");

	while (f && !mount->whole && (entry = getmntent(f))) {
		if (strcmp(entry->mnt_type, "cgroup2") != 0 ||
		    snprintf(path, sizeof(path), "%s%s", prefix, entry->mnt_dir) >= PATH_MAX)
			continue;
		mount->whole = is_whole(path);
		if (mount->whole || !mount->path[0])
			memcpy(mount->path, path, sizeof(path));
	}
	if (f)
		endmntent(f);
}

static const struct mount *own_mount(void)
{
	static struct mount mount;
	static bool looked;

	if (!looked)
		find_mount(&mount, "/proc/self/mounts", "");
	looked = true;
	return &mount;
}

/* Return the mount for names: the one that process 1 sees if it shows more than the tool's own. */
static const struct mount *names_mount(void)
{
	static struct mount init;
	static bool looked;

	if (own_mount()->whole)
		return own_mount();
	if (!looked)
		find_mount(&init, "/proc/1/mounts", "/proc/1/root");
	looked = true;
	return init.whole ? &init : own_mount();
}

const char *cgroup_mount(void)
{
	return own_mount()->path[0] ? own_mount()->path : NULL;
}

const char *cgroup_names_mount(void)
{
	return names_mount()->path[0] ? names_mount()->path : NULL;
}

bool cgroup_sees_all(void)
{
	return names_mount()->whole || !names_mount()->path[0];
}

/* Return the part of absolute path @path below @mount, or NULL if it is not below it. */
static const char *below(const char *path, const char *mount)
{
	size_t len = mount ? strlen(mount) : 0;

	if (!mount || strncmp(path, mount, len) != 0)
		return NULL;
	return path[len] == '\0' ? "/" : path[len] == '/' ? path + len : NULL;
}

const char *cgroup_below(const char *path)
{
	return below(path, cgroup_mount()) ?: below(path, cgroup_names_mount());
}

int cgroup_depth(const char *path)
{
	int n = 0;

	for (; *path; path++)
		if (path[0] == '/' && path[1] && path[1] != '/')
			n += strncmp(path + 1, "..", 2) == 0 && strchr("/", path[3]) ? -1 : 1;
	return n;
}

/* Store in @real the resolved @path, or that of @path below the mount if it leads elsewhere. */
static int real_path(const char *path, char real[PATH_MAX])
{
	char joined[PATH_MAX];

	/* realpath() does not follow /proc/1/root. */
	if (names_mount() != own_mount() && below(path, cgroup_names_mount())) {
		snprintf(real, PATH_MAX, "%s", path);
		return 0;
	}
	if (path[0] == '/' && realpath(path, real) && below(real, cgroup_mount()))
		return 0;
	if (snprintf(joined, sizeof(joined), "%s/%s", cgroup_mount(), path) >= (int)sizeof(joined))
		return -ENAMETOOLONG;
	return realpath(joined, real) ? 0 : -errno;
}

int cgroup_find(const char *path, __u64 *id, __u32 *level)
{
	char real[PATH_MAX];
	struct statfs fs;
	struct stat st;
	int err;

	if (!cgroup_mount() || !*path)
		return -EINVAL;
	err = real_path(path, real);
	if (err)
		return path[0] == '/' && !access(path, F_OK) ? -EINVAL : err;
	if (stat(real, &st) || statfs(real, &fs))
		return -errno;
	if (!cgroup_below(real) || fs.f_type != CGROUP2_SUPER_MAGIC || !S_ISDIR(st.st_mode))
		return -EINVAL;
	*id = st.st_ino;		/* in kernfs the inode number is the id */
	*level = cgroup_depth(cgroup_below(real));
	return 0;
}

char *cgroup_absolute(const char *path)
{
	char real[PATH_MAX];

	return cgroup_mount() && !real_path(path, real) ? strdup(real) : NULL;
}

/* Store the path of the open file @fd, as the kernel prints it.  Returns false on error. */
static bool path_of_fd(int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	path[len > 0 ? len : 0] = '\0';
	return len > 0;
}

static struct {
	int fd;				/* -1: not opened */
	char path[PATH_MAX];		/* in its own mount namespace */
} handles = { .fd = -1 };

void cgroup_prepare(void)
{
	if (handles.fd >= 0 || !cgroup_names_mount())
		return;
	handles.fd = open(cgroup_names_mount(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (handles.fd >= 0 && !path_of_fd(handles.fd, handles.path))
		handles.path[0] = '\0';
}

/*
 * Return the path of the cgroup with @id (malloc'd) from the kernel, or NULL if it is gone.  In
 * a mount of another namespace the kernel prints paths as they are there.
 */
static char *path_of_id(__u64 id)
{
	struct {
		struct file_handle handle;
		__u64 id;
	} fh = { { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char path[PATH_MAX];
	const char *name = NULL;
	int fd;

	cgroup_prepare();
	memcpy(fh.handle.f_handle, &id, sizeof(id));
	fd = handles.fd < 0 ? -1 : open_by_handle_at(handles.fd, &fh.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (path_of_fd(fd, path))
		name = below(path, handles.path);
	close(fd);
	return name ? strdup(name) : NULL;
}

/*
 * Without CAP_DAC_READ_SEARCH no handle can be opened, so search all existing cgroups.  Ids of
 * removed cgroups stay unknown.
 */
static char *path_by_walk(__u64 id)
{
	char *roots[] = { (char *)cgroup_names_mount(), NULL }, *path = NULL;
	FTSENT *e;
	FTS *fts;

	fts = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL) : NULL;
	while (fts && !path && (e = fts_read(fts)))
		if (e->fts_info == FTS_D && e->fts_statp->st_ino == id)
			path = strdup(below(e->fts_path, roots[0]));
	if (fts)
		fts_close(fts);
	return path;
}

const char *cgroup_path(__u64 id)
{
	struct entry *e = &cache[id % CACHE_SLOTS];
	struct timespec now;

	if (!id)
		return NULL;
	if (e->id == id && e->path)
		return e->path;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (e->id == id && now.tv_sec - e->asked < RETRY_S)
		return NULL;
	free(e->path);
	errno = 0;
	e->id = id;
	e->asked = now.tv_sec;
	e->path = path_of_id(id);
	if (!e->path && errno == EPERM)
		e->path = path_by_walk(id);
	return e->path;
}
