/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * May functions be probed where they return, without harm to the probed processes?
 *
 * On x86-64 a probed function returns by a system call, uretprobe, since v6.11
 * (190fec72df4a).  Until v6.14 (cf6cb56ef244; stable v6.12.14 and v6.13.3) seccomp filters
 * see that call: CVE-2025-21834.  A filter that does not know it kills the process, or fails
 * the call, after which the process crashes.  See docs/kernel-faults.md.
 */
#ifndef GETHOSTLATENCY_URETPROBE_H
#define GETHOSTLATENCY_URETPROBE_H

#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

/*
 * Attach to the return of the function at @offset in the file of this program, for process
 * @pid. Returns a descriptor that detaches it when closed, or a negative errno.
 */
typedef int (*uretprobe_attach_fn)(pid_t pid, __u64 offset);

/*
 * Let a child under a seccomp filter call a function whose return @attach probes (NULL: it is
 * not probed). For tests, @harmful lets the function make a system call that the filter
 * refuses, as on a kernel with the fault. Returns 0 if there was no harm, -EOPNOTSUPP if the
 * child was harmed, or another negative errno if the test failed.
 */
int uretprobe_try(uretprobe_attach_fn attach, bool harmful);

#endif /* GETHOSTLATENCY_URETPROBE_H */
