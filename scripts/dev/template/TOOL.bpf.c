// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TODO: what is measured, from which hook to which.  For now: processes that end. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "TOOL.h"

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct TOOL_event *event;

	if (load(task, pid) != load(task, tgid) || !filter_current())
		return 0;
	event = event_reserve(sizeof(*event));
	if (!event)
		return 0;
	event_head_current(&event->head);
	event_submit(event, sizeof(*event));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
