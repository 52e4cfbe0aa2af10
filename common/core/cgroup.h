/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for the cgroup ids that BPF programs see: the path below the cgroup2
 * mount and the container it belongs to.  cgroup version 1 has no such ids.
 */
#ifndef COMMON_CGROUP_H
#define COMMON_CGROUP_H

#include <linux/types.h>

#define CONTAINER_ID_LEN 64		/* at most: hex digits, as docker, containerd, cri-o, podman use */
#define CONTAINER_ID_SHORT 12		/* of them, in a column */

/* The first cgroup2 mount point, NULL if there is none. */
const char *cgroup_mount(void);

/*
 * The id of the cgroup at @path (below the mount, with or without the mount in
 * front) and its depth below the root.  0, -EINVAL if it is no cgroup2 directory, or what stat says.
 */
int cgroup_find(const char *path, __u64 *id, __u32 *level);

/* The absolute path of what cgroup_find() finds (malloc'd), NULL if there is none. */
char *cgroup_absolute(const char *path);

/* How many names deep @path is; ".." leads up. */
int cgroup_depth(const char *path);

/*
 * The path of cgroup @id ("/" is the root), NULL if unknown: gone before it
 * was asked for, or not visible from here.  Cached; valid until the next call.
 */
const char *cgroup_path(__u64 id);

/*
 * The id or name of the container in a cgroup's path, copied to @id; "" if there is none.  An
 * id: docker, containerd, cri-o, podman, ECS, BuildKit, Garden; a name: systemd-nspawn, LXC,
 * LXD, Incus; a program and the number of its process: Apptainer, Singularity.
 */
void cgroup_container(const char *path, char id[CONTAINER_ID_LEN + 1]);

/*
 * The path (absolute, malloc'd) of the one cgroup of the container whose id
 * begins with @prefix; NULL and errno ENOENT, or ENOTUNIQ for more than one.
 */
char *cgroup_of_container(const char *prefix);

#endif /* COMMON_CGROUP_H */
