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

/* Return the part of absolute path @path below the mount, or NULL if it is not below it. */
static const char *below_mount(const char *path)
{
	const char *mount = cgroup_mount();
	size_t len = mount ? strlen(mount) : 0;

	if (!mount || strncmp(path, mount, len) != 0)
		return NULL;
	return path[len] == '\0' ? "/" : path[len] == '/' ? path + len : NULL;
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
	*id = st.st_ino;		/* in kernfs the inode number is the id */
	*level = cgroup_depth(below);
	return 0;
}

char *cgroup_absolute(const char *path)
{
	char real[PATH_MAX];

	return cgroup_mount() && !real_path(path, real) ? strdup(real) : NULL;
}

/* Return the path of the cgroup with @id (malloc'd) from the kernel, or NULL if it is gone. */
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
 * Without CAP_DAC_READ_SEARCH no handle can be opened, so search all existing cgroups.  Ids of
 * removed cgroups stay unknown.
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

/* A path component, without slashes. */
struct component {
	const char *at;
	size_t len;
};

static bool is_component(struct component c, const char *name)
{
	return c.len == strlen(name) && strncmp(c.at, name, c.len) == 0;
}

/* Remove @prefix and @suffix from @c.  Return false if it does not have both. */
static bool strip(struct component *c, const char *prefix, const char *suffix)
{
	size_t before = strlen(prefix), after = strlen(suffix);

	if (c->len <= before + after || strncmp(c->at, prefix, before) != 0 ||
	    strncmp(c->at + c->len - after, suffix, after) != 0)
		return false;
	c->at += before;
	c->len -= before + after;
	return true;
}

/* Return the number of leading characters of @c that are in @set. */
static size_t span(struct component c, const char *set)
{
	size_t n = 0;

	while (n < c.len && strchr(set, c.at[n]))
		n++;
	return n;
}

#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"

/*
 * Find exactly 64 hex digits at any position: docker, containerd, cri-o, podman, ECS on EC2.
 * Skips the monitors of podman and cri-o, whose cgroups are siblings of the container's and
 * contain the same id: libpod-conmon-ID.scope, crio-conmon-ID.scope.
 */
static bool find_hex(struct component *c)
{
	for (struct component rest = *c; rest.len; rest.at++, rest.len--) {
		size_t n = span(rest, HEX);
		size_t before = rest.at - c->at;

		if (n == CONTAINER_ID_LEN &&
		    !(before >= 7 && strncmp(rest.at - 7, "conmon-", 7) == 0)) {
			*c = (struct component){ rest.at, n };
			return true;
		}
		if (n) {
			rest.at += n - 1;
			rest.len -= n - 1;
		}
	}
	return false;
}

/* BuildKit: 25 base-36 characters, /PARENT/buildkit/ID or, in Docker, docker-ID.scope. */
static bool find_buildkit(struct component *c, struct component parent)
{
	bool stripped = strip(c, "docker-", ".scope");

	return (stripped || is_component(parent, "buildkit")) && c->len == 25 &&
	       span(*c, DIGITS "abcdefghijklmnopqrstuvwxyz") == 25;
}

/* ECS on Fargate: 32 hex digits of the task and a number, /ecs/TASK/TASK-NUMBER. */
static bool is_fargate(struct component c)
{
	struct component number = c;

	if (c.len < 34 || span(c, HEX) != 32 || c.at[32] != '-')
		return false;
	number.at += 33;
	number.len -= 33;
	return span(number, DIGITS) == number.len;
}

/*
 * systemd-nspawn, started as a service or from the command line.  Skips machines that libvirt
 * runs with QEMU, which also have such a scope (machine-qemu\x2d1\x2dNAME.scope).
 */
static bool find_nspawn(struct component *c, struct component parent)
{
	if (strip(c, "systemd-nspawn@", ".service"))
		return true;
	return is_component(parent, "machine.slice") && strip(c, "machine-", ".scope") &&
	       !(c->len > 4 && strncmp(c->at, "qemu", 4) == 0);
}

/* LXC, LXD and Incus: lxc.payload.NAME, before LXC 4.0 /lxc/NAME.  Skips lxc.monitor.NAME. */
static bool find_lxc(struct component *c, struct component parent)
{
	struct component monitor = *c;

	return strip(c, "lxc.payload.", "") ||
	       (is_component(parent, "lxc") && !strip(&monitor, "lxc.monitor", ""));
}

/* Apptainer: the cgroup contains no name, only the process ID: apptainer-PID.scope. */
static bool find_apptainer(struct component *c)
{
	struct component pid = *c;

	if (!strip(&pid, "apptainer-", ".scope") && !strip(&pid, "singularity-", ".scope"))
		return false;
	c->len -= strlen(".scope");
	return span(pid, DIGITS) == pid.len;
}

/* Reduce @c, which is below @parent, to a container's id or name.  Return false if it has none. */
static bool find_container(struct component *c, struct component parent)
{
	bool (*const finders[])(struct component *, struct component) = {
		find_buildkit, find_nspawn, find_lxc,
	};
	struct component found = *c;

	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++, found = *c)
		if (finders[i](&found, parent)) {
			*c = found;
			return true;
		}
	/* Cloud Foundry's Garden: /garden/HANDLE. */
	return is_fargate(*c) || find_apptainer(c) || is_component(parent, "garden");
}

/* Copy @c to @id.  Decode systemd's escapes ("\\x2d") for characters not allowed in unit names. */
static void copy_id(struct component c, char id[CONTAINER_ID_LEN + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < c.len && n < CONTAINER_ID_LEN; i++) {
		unsigned int byte;

		if (i + 4 <= c.len && sscanf(c.at + i, "\\x%2x", &byte) == 1 && byte) {
			id[n++] = byte;
			i += 3;
		} else {
			id[n++] = c.at[i];
		}
	}
	id[n] = '\0';
}

void cgroup_container(const char *path, char id[CONTAINER_ID_LEN + 1])
{
	struct component parent = { path, 0 }, c, found;

	id[0] = '\0';
	for (; *path; path += c.len + !!path[c.len]) {	/* nested containers: use the innermost */
		c = found = (struct component){ path, strcspn(path, "/") };
		if (find_hex(&found) || find_container(&found, parent))
			copy_id(found, id);
		if (c.len)
			parent = c;
	}
}

/* Return true if @path itself is the cgroup of a container whose id starts with @prefix. */
static bool is_container(const char *path, const char *prefix)
{
	char id[CONTAINER_ID_LEN + 1], above_id[CONTAINER_ID_LEN + 1];
	char *above = strdup(path);

	if (!above)
		return false;
	*strrchr(above, '/') = '\0';
	cgroup_container(path, id);
	cgroup_container(above, above_id);
	free(above);
	return id[0] && strcmp(id, above_id) != 0 && strncmp(id, prefix, strlen(prefix)) == 0;
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
		fts_set(fts, e, FTS_SKIP);	/* skip the container's own child cgroups */
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
