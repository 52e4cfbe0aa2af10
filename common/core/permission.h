/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this process is permitted to do, and why the kernel refused a call. */
#ifndef COMMON_PERMISSION_H
#define COMMON_PERMISSION_H

#include <stdbool.h>
#include <linux/capability.h>

enum permission_call { PERMISSION_BPF, PERMISSION_PERF };	/* bpf(), perf_event_open() */

/* Return true if the process has @capability (CAP_...), or if /proc hides its capabilities. */
bool permission_has(int capability);

/* Return true if the process has the capabilities required to load a BPF program for tracing. */
bool permission_to_trace(void);

/* Return true if lockdown prevents BPF programs from reading kernel memory. */
bool permission_locked_down(void);

/* Return true if a seccomp filter refuses @call. */
bool permission_filtered(enum permission_call call);

/* Return true if the kernel refuses this process, as it is now, every command on BPF maps. */
bool permission_denies_maps(void);

/*
 * Find out why @call failed with EPERM or EACCES: a missing capability, a user namespace,
 * lockdown, a seccomp filter, a limit or a sysctl.  Print the cause with the remedy.  Returns
 * -EPERM.
 */
int permission_denied(enum permission_call call);

#endif /* COMMON_PERMISSION_H */
