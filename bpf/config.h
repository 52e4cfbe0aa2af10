/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What every tool's BPF side is told before it is loaded.  It lies in .rodata:
 * the verifier sees constants and drops the tests that are off.
 *
 * As everywhere in this project, `pid` is what users call pid (the kernel's
 * tgid) and `tid` is the thread (the kernel's pid).
 */
#ifndef BPF_CONFIG_H
#define BPF_CONFIG_H

#include "types.h"

#define FILTER_ANY_UID ((__u32)-1)

/* Which tasks a tool looks at. */
struct filter {
	__u64 cgroup_id;	/* 0: any; else the cgroup in followed_cgroup and those below it */
	__u32 cgroup_level;	/* its depth below the root, the root's being 0 */
	__u32 pid;		/* in the tool's PID namespace; 0: any */
	__u32 tid;		/* the same */
	__u32 uid;		/* FILTER_ANY_UID: any */
	__u32 self;		/* the tool's own pid in the initial namespace: never looked at */
};

/* The PID namespace that the tool runs in. */
struct pidns {
	__u32 inum;		/* its inode number; 0: the initial one */
	__u32 level;		/* its depth, the initial one's being 0 */
};

#define CGROUP_NAME_SIZE 256	/* NAME_MAX, and a NUL */

/* The cgroup of --cgroup as it is now: if it is made again, its id is another one. */
struct followed_cgroup {
	__u64 id;
	__u64 made_ns;		/* when the kernel side saw it made; 0: it did not */
	__u64 parent_id;
	char name[CGROUP_NAME_SIZE];	/* in its parent, the rest 0 */
};

struct config {
	struct filter filter;
	struct pidns pidns;
	__u32 ring_wake_shift;	/* wake the reader each time 2^this bytes have gathered */
	bool raw_tp;		/* arguments are plain numbers: copy, do not dereference */
};

#endif /* BPF_CONFIG_H */
