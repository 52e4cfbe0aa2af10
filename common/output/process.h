/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Process and thread IDs in columns, as in the PID namespace that the tool runs in.  Unless
 * that is the initial one, JSON also has the host's IDs, under the keys "host_pid", "host_tid"
 * and so on.
 *
 * A process or thread outside the tool's namespace has no ID there.  It is "other" in the
 * table; in JSON it has only the host's ID and "other_pidns": true.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include "event.h"
#include "output/out.h"

/* Return the ID or "other", for output outside of columns.  Valid until the next call. */
const char *process_text(__u32 id, __u32 ns_id);

/* Set column @col to the ID of the record's process or thread. */
void out_process(struct out *out, int col, __u32 id, __u32 ns_id);

/*
 * Set column @col to the parent's ID.  A parent in another namespace has only "host_..." in
 * JSON.
 */
void out_parent(struct out *out, int col, __u32 id, __u32 ns_id);

/* Set the two columns of @head's task, @pid_col and @tid_col. */
void out_task(struct out *out, int pid_col, int tid_col, const struct event_head *head);

#endif /* COMMON_PROCESS_H */
