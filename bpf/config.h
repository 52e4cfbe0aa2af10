/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The configuration of every tool's BPF side, set before it is loaded.  It is in .rodata, so
 * the verifier treats it as constants and removes disabled code.
 *
 * As everywhere in this project, `pid` is the process ID that users see (the kernel's tgid) and
 * `tid` is the thread ID (the kernel's pid).
 */
#ifndef BPF_CONFIG_H
#define BPF_CONFIG_H

#include "types.h"

#define FILTER_ANY_UID ((__u32)-1)

/* The tasks that a tool observes. */
struct filter {
	__u64 cgroup_id;	/* 0: any; otherwise followed_cgroup and its descendants match */
	__u32 cgroup_level;	/* depth of the cgroup; the root has depth 0 */
	__u32 pid;		/* in the tool's PID namespace; 0: any */
	__u32 tid;		/* in the tool's PID namespace; 0: any */
	__u32 uid;		/* FILTER_ANY_UID: any */
	__u32 self;		/* the tool's pid in the initial namespace: never matches */
};

/* The PID namespace that the tool runs in. */
struct pidns {
	__u32 inum;		/* inode number; 0: the initial namespace */
	__u32 level;		/* depth; the initial namespace has depth 0 */
};

#define CGROUP_NAME_SIZE 256	/* NAME_MAX, and a NUL */

/* The current cgroup of --cgroup.  It gets a new id each time it is created again. */
struct followed_cgroup {
	__u64 id;
	__u64 made_ns;		/* when the BPF side saw its creation; 0: it did not */
	__u64 parent_id;
	char name[CGROUP_NAME_SIZE];	/* name in its parent, padded with zeros */
};

struct config {
	struct filter filter;
	struct pidns pidns;
	__u32 ring_wake_shift;	/* wake the reader each time 2^this more bytes are in the ring */
	bool raw_tp;		/* arguments are plain numbers: copy fields, do not dereference */
};

#endif /* BPF_CONFIG_H */
