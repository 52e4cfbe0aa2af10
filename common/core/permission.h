/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this process may do, and why the kernel refused it something.
 */
#ifndef COMMON_PERMISSION_H
#define COMMON_PERMISSION_H

#include <stdbool.h>
#include <linux/capability.h>

enum permission_call { PERMISSION_BPF, PERMISSION_PERF };	/* bpf(), perf_event_open() */

/* True if the process has @capability (CAP_...), or if /proc does not show what it has. */
bool permission_has(int capability);

/* True if the process has the capabilities that load a BPF program for tracing. */
bool permission_to_trace(void);

/* True if the kernel is locked down so far that no BPF program reads its memory. */
bool permission_locked_down(void);

/* True if a seccomp filter refuses @call. */
bool permission_filtered(enum permission_call call);

/*
 * Find out why @call failed with EPERM or EACCES: a missing capability, a user
 * namespace, lockdown, a seccomp filter, a limit or a sysctl.  Print it with the remedy.
 * Returns -EPERM.
 */
int permission_denied(enum permission_call call);

#endif /* COMMON_PERMISSION_H */
