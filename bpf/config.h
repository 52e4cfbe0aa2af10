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
	__u64 cgroup_id;	/* 0: any; else that cgroup and those below it */
	__u32 cgroup_level;	/* depth of cgroup_id below the root, the root's being 0 */
	__u32 pid;		/* 0: any */
	__u32 tid;		/* 0: any */
	__u32 uid;		/* FILTER_ANY_UID: any */
	__u32 self;		/* the tool's own pid: never looked at */
};

struct config {
	struct filter filter;
	__u32 ring_wake_shift;	/* wake the reader each time 2^this bytes have gathered */
	bool raw_tp;		/* arguments are plain numbers: copy, do not dereference */
};

#endif /* BPF_CONFIG_H */
