/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tool's own process, as the kernel sees it, and its namespaces.
 *
 * Inside a PID namespace a process has two relevant IDs: the kernel's, which BPF programs see,
 * and the one in the tool's namespace, which the user sees and passes to -p.  event_head has
 * both (pid and ns_pid).
 */
#ifndef COMMON_SELF_H
#define COMMON_SELF_H

#include <stdbool.h>
#include "config.h"
#include "own_task.h"

/*
 * Look up the process.  In the initial namespaces this takes two calls of stat(2); otherwise it
 * runs a BPF program once.  Returns 0 or a negative errno, without a message.
 */
int self_look(void);

/* Return the result of self_look().  All fields except .pid are 0 in the initial namespaces. */
const struct self *self_get(void);

/* Return true if the tool runs outside the initial PID namespace. */
bool self_in_pidns(void);

/* Return the ID that the user sees, of the two IDs of a process or thread, or 0 if it has none. */
__u32 self_user_id(__u32 id, __u32 ns_id);

/*
 * Return the ID that /proc uses, of the two IDs, or 0 if it has none. /proc may be mounted for
 * a PID namespace other than the tool's.
 */
__u32 self_proc_id(__u32 id, __u32 ns_id);

/* Return true if /proc uses the IDs that the user sees. */
bool self_proc_is_ours(void);

#endif /* COMMON_SELF_H */
