/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Process and thread numbers as columns: those of the PID namespace that the
 * tool runs in.  Unless that is the initial one, JSON has the machine's
 * numbers too, under the keys "host_pid", "host_tid" and so on.
 *
 * What has no number in the tool's namespace, because it is of another one, is
 * "other" in the table; in JSON it has only the machine's number, and
 * "other_pidns": true.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include "event.h"
#include "output/out.h"

/* "other", or the number, to print outside of columns; valid until the next call. */
const char *process_text(__u32 id, __u32 ns_id);

/* Column @col: the number of the process or thread that the record is about. */
void out_process(struct out *out, int col, __u32 id, __u32 ns_id);

/* Column @col: that of its parent.  In another namespace it has no key but "host_...". */
void out_parent(struct out *out, int col, __u32 id, __u32 ns_id);

/* The two columns of @head's task, @pid_col followed by @tid_col. */
void out_task(struct out *out, int pid_col, int tid_col, const struct event_head *head);

#endif /* COMMON_PROCESS_H */
