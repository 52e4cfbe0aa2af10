/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Data kept per thread: the tool's `struct thread`, which it must define before it includes
 * this file.  It starts as all zeros.
 *
 * The data is in task storage if the kernel has that and the tool may use it (set by user
 * space: hooks_task_storage(), common/core/hooks.h), otherwise in a hash by tid.  The hash
 * evicts the least recently used threads, which then start again from zeros.
 */
#ifndef BPF_THREAD_BPF_H
#define BPF_THREAD_BPF_H

#include <bpf/bpf_helpers.h>
#include "loss.bpf.h"

const volatile bool task_storage;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} thread_storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct thread);
} thread_hash SEC(".maps");

static const struct thread thread_new;

static __always_inline struct thread *thread_hash_get(void)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct thread *thread = bpf_map_lookup_elem(&thread_hash, &tid);

	if (thread)
		return thread;
	bpf_map_update_elem(&thread_hash, &tid, &thread_new, BPF_NOEXIST);
	return bpf_map_lookup_elem(&thread_hash, &tid);
}

/* Return the data of the running thread; if there is no room, count a loss and return NULL. */
static __always_inline struct thread *thread_get(void)
{
	struct thread *thread;

	if (task_storage)
		thread = bpf_task_storage_get(&thread_storage, bpf_get_current_task_btf(), NULL,
					      BPF_LOCAL_STORAGE_GET_F_CREATE);
	else
		thread = thread_hash_get();
	if (!thread)
		loss_add(&loss.map_full);
	return thread;
}

/* Return the data of the running thread, or NULL if there is none. */
static __always_inline struct thread *thread_find(void)
{
	__u32 tid;

	if (task_storage)
		return bpf_task_storage_get(&thread_storage, bpf_get_current_task_btf(), NULL, 0);
	tid = bpf_get_current_pid_tgid();
	return bpf_map_lookup_elem(&thread_hash, &tid);
}

#endif /* BPF_THREAD_BPF_H */
