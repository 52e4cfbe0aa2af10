// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Record which task runs on a CPU each time its sampling event fires, and its
 * kernel and user stacks.
 *
 * Stacks are sent to user space unchanged and counted there.  The alternative,
 * a stack map and a table of counts, loses stacks whose hashes collide, and
 * user space would learn of a process only after its end.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "helper.bpf.h"
#include "user_stack.bpf.h"
#include "wanted.bpf.h"
#include "profile.h"

const volatile bool with_idle;		/* count the idle tasks too */
const volatile bool with_kernel = true;
const volatile bool with_user = true;
const volatile bool copy_stacks = true;	/* copy user stacks; false: walk frame pointers */

/*
 * Processes, with their numbers of mappings, for which user space was woken to look at their files.
 * Nothing else may change this map: the program can run in an NMI, which would wait forever for a
 * lock of the map that its own CPU holds.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u8);
} known SEC(".maps");

/*
 * One entry per CPU; user space sets the size before loading.  An entry of a PERCPU_ARRAY can have
 * at most 32 KB.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct profile_sample);
} scratch SEC(".maps");

/* Number of times that the event fired on a CPU that was not idle, for any task. */
__u64 fired;

/* Return true if the running task, thread @tid, matches the filters. */
static __always_inline bool wanted(__u32 tid)
{
	__u64 ids = by_pid || by_tid ? pidns_current_ids() : 0;

	return wanted_ids(ids >> 32, ids) && (tid || with_idle) && filter_current();
}

/* Convert @bytes, the result of a stack helper, to a number of frames. */
static __always_inline __u32 frames(long bytes)
{
	return bytes > 0 && bytes <= PROFILE_FRAMES * 8 ? (__u64)bytes / 8 : 0;
}

static __always_inline void kernel_stack(void *ctx, struct profile_sample *sample)
{
	bool user_mode = in_user_mode(ctx);
	long bytes = 0;

	if (with_kernel && !user_mode)
		bytes = bpf_get_stack(ctx, sample->frames, PROFILE_FRAMES * 8, 0);
	sample->kernel_frames = frames(bytes);
	sample->kernel_missed = with_kernel && !user_mode && bytes <= 0;
}

/* Copy the user's stack, or walk it by frame pointers, after the kernel's frames. */
static __always_inline void user_stack(void *ctx, struct profile_sample *sample,
				       struct task_struct *task)
{
	bool has_one = with_user && sample->map_count &&
		       !(BPF_CORE_READ(task, flags) & (PF_KTHREAD | PF_IO_WORKER));
	__u64 at = bounds_u64(sample->kernel_frames);
	long bytes = 0;

	sample->user.bytes = 0;
	sample->user.copied = false;
	if (!has_one || at > PROFILE_FRAMES) {
		bytes = 0;
	} else if (copy_stacks && copy_registers(ctx, &sample->user)) {
		sample->user.copied = true;
		copy_stack(&sample->user, &sample->frames[at], USER_STACK_PAGES);
	} else {
		bytes = bpf_get_stack(ctx, &sample->frames[at], PROFILE_FRAMES * 8,
				      BPF_F_USER_STACK);
	}
	sample->user_frames = frames(bytes);
	sample->user_missed = has_one && !sample->user.copied && bytes <= 0;
}

/*
 * Return true if this program of a process is sampled for the first time, or for the first time
 * with this number of mappings.
 */
static __always_inline bool is_new(const struct profile_sample *sample)
{
	__u64 life = sample->start_boottime_ns ^ sample->exec_id << 48 ^ sample->head.pid ^
		     (__u64)sample->map_count << 24;
	__u8 yes = 1;

	return !bpf_map_lookup_elem(&known, &life) &&
	       !bpf_map_update_elem(&known, &life, &yes, BPF_ANY);
}

SEC("perf_event")
int sample_cpu(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 ids = bpf_get_current_pid_tgid(), size, flags;
	__u32 cpu = bpf_get_smp_processor_id();
	struct profile_sample *sample;

	if ((__u32)ids)			/* not the idle task */
		__sync_fetch_and_add(&fired, 1);
	if (!wanted(ids) || is_helper(task))
		return 0;
	sample = bpf_map_lookup_elem(&scratch, &cpu);
	if (!sample)
		return 0;
	event_head_current(&sample->head);
	sample->start_boottime_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	sample->exec_id = BPF_CORE_READ(task, self_exec_id);
	sample->map_count = BPF_CORE_READ(task, mm, map_count);
	kernel_stack(ctx, sample);
	user_stack(ctx, sample, task);

	size = offsetof(struct profile_sample, frames) + sample->user.bytes +
	       (sample->kernel_frames + sample->user_frames) * 8;
	flags = is_new(sample) ? BPF_RB_FORCE_WAKEUP : event_flags(size);
	size = bounds_u64(size);
	if (size > sizeof(*sample))	/* never true; the verifier needs the check */
		return 0;
	if (bpf_ringbuf_output(&events, sample, size, flags))
		loss_add(&loss.ring_full);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
