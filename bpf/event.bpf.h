/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events: a ring buffer to user space, and a count of the events lost in it.
 *
 * Waking the reader costs far more than the event (about 1 us against 0.04).  Therefore only
 * the first event after a pause and each filled eighth of the ring wake it.  Otherwise the
 * reader polls every few tens of milliseconds until some time after the last event
 * (common/core/run.c).
 */
#ifndef BPF_EVENT_BPF_H
#define BPF_EVENT_BPF_H

#include <bpf/bpf_helpers.h>
#include "bounds.bpf.h"
#include "core.bpf.h"
#include "event.h"
#include "loss.bpf.h"
#include "pidns.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);		/* bytes; --ring-size changes it */
} events SEC(".maps");

/* Fill the ids and the name in @head for the running task. */
static __always_inline void event_head_ids(struct event_head *head)
{
	struct task_struct *task;
	__u64 ids;

	if (core_current_typed()) {
		task = core_current();
		head->pid = task->tgid;
		head->tid = task->pid;
		core_load_comm(head->comm, task);
		return;
	}
	ids = bpf_get_current_pid_tgid();
	head->pid = ids >> 32;
	head->tid = ids;
	bpf_get_current_comm(head->comm, sizeof(head->comm));
}

/* Fill @head for the running task. */
static __always_inline void event_head_current(struct event_head *head)
{
	__u64 ids;

	head->ns = bpf_ktime_get_ns();
	head->cgroup_id = bpf_get_current_cgroup_id();
	event_head_ids(head);
	if (config.pidns.inum) {
		ids = pidns_current_ids();
		head->ns_pid = ids >> 32;
		head->ns_tid = ids;
	}
	head->uid = bpf_get_current_uid_gid();
	head->cpu = bpf_get_smp_processor_id();
}

__u64 woken_ns;		/* time of the last wakeup by an event after a pause */

/*
 * Return the flags to submit @size bytes with at @now_ns: wake the reader or not.  0: read the
 * clock if it is needed.
 */
static __always_inline __u64 event_flags_at(__u64 size, __u64 now_ns)
{
	__u64 waiting = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);
	__u64 shift = config.ring_wake_shift;

	/* Once an eighth of the ring has filled, the reader has been woken already. */
	if (waiting >> shift == 0) {
		if (!now_ns)
			now_ns = bpf_ktime_get_ns();
		/* Signed: another CPU may have set it since @now_ns was read. */
		if ((__s64)(now_ns - woken_ns) > EVENT_PAUSE_NS) {
			woken_ns = now_ns;
			return BPF_RB_FORCE_WAKEUP;
		}
	}

	return waiting >> shift == (waiting + size) >> shift ? BPF_RB_NO_WAKEUP :
							       BPF_RB_FORCE_WAKEUP;
}

static __always_inline __u64 event_flags(__u64 size)
{
	return event_flags_at(size, 0);
}

/*
 * Reserve @size bytes (a constant) in the ring.  If it is full, count one event as lost and
 * return NULL.  Submit or discard the event on every path.
 */
static __always_inline void *event_reserve(__u64 size)
{
	void *event = bpf_ringbuf_reserve(&events, size, 0);

	if (!event)
		loss_add(&loss.ring_full);
	return event;
}

static __always_inline void event_submit(void *event, __u64 size)
{
	bpf_ringbuf_submit(event, event_flags(size));
}

/*
 * Send the first @size bytes of @event, a map value of @max bytes (a constant) that begins with
 * a head filled just now.  The caller keeps @event.  The event takes only the bytes it needs in
 * the ring; a reservation would need a constant size.
 */
static __always_inline void event_output(void *event, __u64 size, __u64 max)
{
	__u64 now_ns = ((struct event_head *)event)->ns;
	__u64 flags = event_flags_at(size, now_ns), bytes = bounds_u64(size);

	if (bytes > max)			/* never true; the verifier needs the check */
		return;
	if (bpf_ringbuf_output(&events, event, bytes, flags))
		loss_add(&loss.ring_full);
}

#endif /* BPF_EVENT_BPF_H */
