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
#define RETRY_S 1			/* how long an unknown id is not asked for again */

/* File handles of kernfs hold its 64-bit id: FILEID_KERNFS, include/linux/exportfs.h. */
#define FILEID_KERNFS 0xfe

struct entry {
	__u64 id;			/* 0: free */
	char *path;			/* NULL: unknown at the time of asking */
	time_t asked;
};

static struct entry cache[CACHE_SLOTS];

const char *cgroup_mount(void)
{
	static char mount[PATH_MAX];
	struct mntent *entry;
	FILE *f;

	if (mount[0])
		return mount;
	f = setmntent("/proc/self/mounts", "re");
	if (!f)
		return NULL;
	while (!mount[0] && (entry = getmntent(f)))
		if (strcmp(entry->mnt_type, "cgroup2") == 0)
			snprintf(mount, sizeof(mount), "%s", entry->mnt_dir);
	endmntent(f);
	return mount[0] ? mount : NULL;
}

/* The part of an absolute path that is below the mount, or NULL. */
static const char *below_mount(const char *path)
{
	const char *mount = cgroup_mount();
	size_t len = mount ? strlen(mount) : 0;

	if (!mount || strncmp(path, mount, len) != 0)
		return NULL;
	return path[len] == '\0' ? "/" : path[len] == '/' ? path + len : NULL;
}

static __u32 depth(const char *path)
{
	__u32 n = 0;

	for (; *path; path++)
		n += path[0] == '/' && path[1] && path[1] != '/';
	return n;
}

/* @path itself if it leads below the mount, else taken as below it; in @real. */
static int real_path(const char *path, char real[PATH_MAX])
{
	char joined[PATH_MAX];

	if (path[0] == '/' && realpath(path, real) && below_mount(real))
		return 0;
	if (snprintf(joined, sizeof(joined), "%s/%s", cgroup_mount(), path) >= (int)sizeof(joined))
		return -ENAMETOOLONG;
	return realpath(joined, real) ? 0 : -errno;
}

int cgroup_find(const char *path, __u64 *id, __u32 *level)
{
	const char *below;
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
	below = below_mount(real);
	if (!below || fs.f_type != CGROUP2_SUPER_MAGIC || !S_ISDIR(st.st_mode))
		return -EINVAL;
	*id = st.st_ino;		/* kernfs: the inode number is the id */
	*level = depth(below);
	return 0;
}

/* Ask the kernel for the directory behind a cgroup id; malloc'd, NULL if it has gone. */
static char *path_of_id(__u64 id)
{
	struct {
		struct file_handle handle;
		__u64 id;
	} fh = { { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char link[64], path[PATH_MAX];
	const char *below = NULL;
	static int mount_fd = -1;
	ssize_t len;
	int fd;

	if (mount_fd < 0 && cgroup_mount())
		mount_fd = open(cgroup_mount(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memcpy(fh.handle.f_handle, &id, sizeof(id));
	fd = mount_fd < 0 ? -1 : open_by_handle_at(mount_fd, &fh.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (len > 0) {
		path[len] = '\0';
		below = below_mount(path);
	}
	return below ? strdup(below) : NULL;
}

/*
 * Without CAP_DAC_READ_SEARCH no handle can be opened: look at every cgroup
 * there is.  Ids of cgroups that have gone stay unknown.
 */
static char *path_by_walk(__u64 id)
{
	char *roots[] = { (char *)cgroup_mount(), NULL }, *path = NULL;
	FTSENT *e;
	FTS *fts;

	fts = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL) : NULL;
	while (fts && !path && (e = fts_read(fts)))
		if (e->fts_info == FTS_D && e->fts_statp->st_ino == id)
			path = strdup(below_mount(e->fts_path));
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

/*
 * The monitor of podman and cri-o lies beside its container, with the same id:
 * libpod-conmon-ID.scope, crio-conmon-ID.scope.
 */
static bool is_monitor(const char *path, const char *id)
{
	return id - path >= 7 && strncmp(id - 7, "conmon-", 7) == 0;
}

void cgroup_container(const char *path, char id[CONTAINER_ID_LEN + 1])
{
	size_t run = 0;

	id[0] = '\0';
	for (const char *p = path; ; p++) {	/* the deepest run of exactly 64 hex digits */
		if (isxdigit((unsigned char)*p)) {
			run++;
			continue;
		}
		if (run == CONTAINER_ID_LEN && !is_monitor(path, p - run)) {
			memcpy(id, p - run, run);
			id[run] = '\0';
		}
		run = 0;
		if (!*p)
			return;
	}
}

/* True if @path itself is a container's cgroup with an id that begins with @prefix. */
static bool is_container(const char *path, const char *prefix)
{
	char id[CONTAINER_ID_LEN + 1];

	cgroup_container(strrchr(path, '/'), id);
	return id[0] && strncmp(id, prefix, strlen(prefix)) == 0;
}

char *cgroup_of_container(const char *prefix)
{
	char *roots[] = { (char *)cgroup_mount(), NULL }, *found = NULL;
	FTSENT *e;
	FTS *fts;

	fts = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL) : NULL;
	errno = ENOENT;
	while (fts && (e = fts_read(fts))) {
		if (e->fts_info != FTS_D || !is_container(e->fts_path, prefix))
			continue;
		fts_set(fts, e, FTS_SKIP);	/* its own cgroups are below it */
		if (found) {
			free(found);
			found = NULL;
			errno = ENOTUNIQ;
			break;
		}
		found = strdup(e->fts_path);
	}
	if (fts) {
		int saved = errno == ENOTUNIQ ? ENOTUNIQ : ENOENT;

		fts_close(fts);
		errno = saved;
	}
	return found;
}
