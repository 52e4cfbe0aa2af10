/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel knows of the process that the tool is. */
#ifndef BPF_OWN_TASK_H
#define BPF_OWN_TASK_H

#include "types.h"

struct self {
	__u32 pid;		/* in the initial PID namespace */
	__u32 pidns_inum;	/* inode number of its PID namespace */
	__u32 pidns_level;	/* depth of that namespace, the initial one's being 0 */
	__u32 cgroup_inum;	/* of its cgroup namespace */
	__u32 cgroup_level;	/* depth of its cgroup below the real root, the root's being 0 */
};

#endif /* BPF_OWN_TASK_H */
