/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tool's own process: who it is to the kernel, and in which namespaces.
 *
 * Inside a PID namespace a process has two numbers of interest: the kernel's,
 * which BPF programs see, and the one in the tool's namespace, which the user
 * sees and gives to -p.  event_head has both (pid and ns_pid).
 */
#ifndef COMMON_SELF_H
#define COMMON_SELF_H

#include <stdbool.h>
#include "config.h"
#include "own_task.h"

/*
 * Ask the kernel.  In the initial namespaces that takes two calls of stat(2);
 * otherwise a BPF program runs once, whose types come from @btf (NULL: the
 * kernel's).  0 or a negative errno, without a message.
 */
int self_look(const char *btf);

/* The answer; all but .pid is 0 in the initial namespaces. */
const struct self *self_get(void);

/* True if the tool does not run in the initial PID namespace. */
bool self_in_pidns(void);

/* Of the two numbers of a process or thread, the user's; 0: it has none. */
__u32 self_user_id(__u32 id, __u32 ns_id);

/*
 * Of the two numbers, the one that /proc has; 0: none.  /proc may be mounted
 * for another PID namespace than the tool's.
 */
__u32 self_proc_id(__u32 id, __u32 ns_id);

/* True if the user's numbers are those of /proc. */
bool self_proc_is_ours(void);

#endif /* COMMON_SELF_H */
