// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <stdio.h>

#include "core/self.h"
#include "output/process.h"

#define OTHER "other"			/* for processes outside the tool's PID namespace */

const char *process_text(__u32 id, __u32 ns_id)
{
	static char number[16];

	if (self_in_pidns() && id && !ns_id)
		return OTHER;
	snprintf(number, sizeof(number), "%u", id ? self_user_id(id, ns_id) : 0);
	return number;
}

/* Set the IDs of the process in column @col.  Return true if it has one in the tool's namespace. */
static bool put_id(struct out *out, int col, __u32 id, __u32 ns_id)
{
	struct record *record = &out->record;

	if (!self_in_pidns()) {
		out_uint(out, col, id);
		return true;
	}
	assert(record->n_host < HOST_IDS_MAX);
	record->host[record->n_host].col = col;
	record->host[record->n_host++].id = id;
	if (ns_id || !id)
		out_uint(out, col, id ? ns_id : 0);
	else if (!out->args->json)
		out_name(out, col, OTHER);
	return ns_id || !id;
}

void out_process(struct out *out, int col, __u32 id, __u32 ns_id)
{
	if (!put_id(out, col, id, ns_id))
		out->record.other_pidns = true;
}

void out_parent(struct out *out, int col, __u32 id, __u32 ns_id)
{
	put_id(out, col, id, ns_id);
}

void out_task(struct out *out, int pid_col, int tid_col, const struct event_head *head)
{
	if (!self_in_pidns()) {			/* the usual case, for every event */
		out_uint(out, pid_col, head->pid);
		out_uint(out, tid_col, head->tid);
		return;
	}
	out_process(out, pid_col, head->pid, head->ns_pid);
	out_process(out, tid_col, head->tid, head->ns_tid);
}
