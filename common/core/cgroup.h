/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for the cgroup ids that BPF programs see: the path below the cgroup2 mount, and the
 * container.  cgroup v1 has no such ids.
 */
#ifndef COMMON_CGROUP_H
#define COMMON_CGROUP_H

#include <stdbool.h>
#include <linux/types.h>

#define CONTAINER_ID_LEN 64		/* maximum: hex digits of docker, containerd, cri-o, ... */
#define CONTAINER_ID_SHORT 12		/* characters of an id shown in a column */

/*
 * Return the cgroup2 mount point of --cgroup, or NULL if there is none.  If there are several,
 * one that shows the whole hierarchy.
 */
const char *cgroup_mount(void);

/*
 * Return the mount point for names.  In a cgroup namespace it is that of process 1, below
 * /proc/1/root, if the tool shares the machine's PID namespace and may look there.
 */
const char *cgroup_names_mount(void);

/* Open that mount point.  Call it while the tool may still enter /proc/1/root. */
void cgroup_prepare(void);

/* Return false if only the cgroups of the tool's own cgroup namespace have names. */
bool cgroup_sees_all(void);

/* Return the part of absolute path @path below either mount point ("/" for itself), or NULL. */
const char *cgroup_below(const char *path);

/*
 * Store the id and the depth below the root of the cgroup at @path (below the mount, with or
 * without the mount point as a prefix).  Returns 0, -EINVAL if it is not a cgroup2 directory,
 * or the error of stat().
 */
int cgroup_find(const char *path, __u64 *id, __u32 *level);

/* Return the absolute path (malloc'd) of the cgroup that cgroup_find() finds, or NULL if none. */
char *cgroup_absolute(const char *path);

/* Return the number of names in @path; each ".." subtracts one. */
int cgroup_depth(const char *path);

/*
 * Return the path of cgroup @id ("/" is the root), or NULL if it is unknown: removed before the
 * lookup, or not visible to this process.  Cached; valid until the next call.
 */
const char *cgroup_path(__u64 id);

/*
 * Copy to @id the id or name of the container in a cgroup's path, or "" if there is none.  It
 * is an id for docker, containerd, cri-o, podman, ECS, BuildKit and Garden, a name for
 * systemd-nspawn, LXC, LXD and Incus, and program and process ID for Apptainer and Singularity.
 */
void cgroup_container(const char *path, char id[CONTAINER_ID_LEN + 1]);

#endif /* COMMON_CGROUP_H */
