/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Give up, once the programs are attached, the privileges that the rest of the run does not need:
 * capabilities, and the system calls that sandbox.h does not allow.  An attacker who exploits a bug
 * in the code that reads events, paths or symbols then gains little.
 */
#ifndef COMMON_PRIVILEGE_H
#define COMMON_PRIVILEGE_H

#include <linux/capability.h>
#include "core/args.h"

/* Keep @capability (CAP_...) in privilege_drop().  For tools that need it during the run. */
void privilege_keep(int capability);

/* Keep what cgroup_path() needs: open_by_handle_at(2), or without that a walk through directories. */
void privilege_keep_cgroup_paths(void);

/*
 * Drop all capabilities that are not kept, also from the bounding set, and prevent new ones through
 * execve(2) (no_new_privs).  Forbid core dumps, and ptrace(2) by processes without CAP_SYS_PTRACE.
 * Keeps what the options in @args need:
 *  - CAP_DAC_READ_SEARCH for output with cgroups: open_by_handle_at(2) finds their paths
 *  - CAP_DAC_OVERRIDE and CAP_FOWNER for --metrics, whose directory may be another user's
 *  - CAP_BPF where the kernel requires it for access to maps (before v5.19, c8644cd0efe7
 *    "bpf: refine kernel.unprivileged_bpf_disabled behaviour")
 * Then install the sandbox.  If the kernel refuses, prints a warning and continues.  Does nothing
 * with --no-sandbox.
 */
void privilege_drop(const struct common_args *args);

/*
 * Like privilege_drop(), but keep exactly the capabilities in @keep (bit N: capability N).
 * Returns 0 or a negative errno, without a message.
 */
int privilege_reduce(__u64 keep);

#endif /* COMMON_PRIVILEGE_H */
