/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tool's process, as the kernel sees it. */
#ifndef BPF_OWN_TASK_H
#define BPF_OWN_TASK_H

#include "types.h"

struct self {
	__u32 pid;		/* in the initial PID namespace */
	__u32 pidns_inum;	/* inode number of its PID namespace */
	__u32 pidns_level;	/* depth of that namespace; the initial one has depth 0 */
	__u32 cgroup_inum;	/* inode number of its cgroup namespace */
	__u32 cgroup_level;	/* depth of its cgroup below the real root, which has depth 0 */
};

#endif /* BPF_OWN_TASK_H */
