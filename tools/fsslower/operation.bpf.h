/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A completed operation on a file, and its event. */
#ifndef FSSLOWER_OPERATION_BPF_H
#define FSSLOWER_OPERATION_BPF_H

#include "event.bpf.h"
#include "filter.bpf.h"
#include "path.bpf.h"
#include "fsslower.h"

#define S_IFMT 0170000
#define S_IFREG 0100000
#define FMODE_PATH 0x4000	/* include/linux/fs.h: opened with O_PATH */
#define UNKNOWN (~0ULL)		/* for a latency */

const volatile __u64 min_ns;
const volatile __u32 magic;	/* of the file system; 0: any */

/* An operation that has ended. */
struct operation {
	__u64 latency_ns;	/* UNKNOWN: its start was not seen */
	__s64 offset;
	__s64 bytes;		/* as in struct fs_event */
	__s64 ret;
	__u32 op;		/* enum fs_op */
	int fd;
	const void *offset_at;	/* pointer to the caller's offset; NULL: that of the file */
	bool offset_given;	/* it is known already */
};

/* The current operation of the thread. */
struct thread {
	__u64 start_ns;		/* CLOCK_MONOTONIC; 0: none */
	__u64 file, iocb;	/* addresses if functions are hooked, otherwise 0 */
	__s64 offset, bytes;
	__u32 op;		/* enum fs_op */
	struct operation done;
};

#include "thread.bpf.h"

struct scratch {
	struct path_climb climb;
	struct fs_event event;
};

/*
 * Buffers in which each CPU builds an event, which is larger than the BPF stack. Each program
 * attached by fexit has a separate entry, because the kernel may preempt one program with
 * another.
 */
enum room { ROOM_READ, ROOM_WRITE, ROOM_OPEN, ROOM_FSYNC, ROOM_SPLICE, ROOMS };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ROOMS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

#include "path_names.bpf.h"

/* Return true for a regular file of the requested file system. */
static __always_inline bool file_wanted(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG)
		return false;
	if (BPF_CORE_READ(file, f_mode) & FMODE_PATH)
		return false;
	return !magic || (__u32)BPF_CORE_READ(inode, i_sb, s_magic) == magic;
}

static __always_inline void read_path(struct scratch *room, __u32 which, struct file *file)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_event *event = &room->event;
	struct path_walk from = path_of_file(file);
	enum path_end end;

	room->climb.text_size = 0;
	end = path_names(room, which, task, from);
	if (path_deleted(from.dentry))
		event->marks |= FS_DELETED;
	if (end == PATH_UNREACHABLE)
		event->marks |= FS_UNREACHABLE;
	if (end == PATH_CUT) {
		event->marks |= FS_PATH_CUT;
		loss_add(&loss.truncated);
	}
}

/*
 * Emit what the thread did with the file at @address. The function is not static and takes
 * numbers as arguments, so that the verifier checks it once and not for every caller.
 */
__noinline int report(__u64 address, __u32 which)
{
	struct scratch *room = bpf_map_lookup_elem(&scratch, &which);
	struct thread *thread = thread_find();
	struct file *file = (void *)address;
	struct operation *op;
	struct fs_event *event;

	if (!room || !thread)
		return 0;
	event = &room->event;
	op = &thread->done;
	event_head_current(&event->head);
	event->latency_ns = op->latency_ns;
	event->offset = op->offset;
	event->bytes = op->bytes;
	event->error = op->ret < 0 ? -op->ret : 0;
	event->op = op->op;
	event->marks = 0;
	bpf_probe_read_kernel_str(event->fs, sizeof(event->fs),
				  BPF_CORE_READ(file, f_inode, i_sb, s_type, name));
	read_path(room, which, file);
	event_output(event, offsetof(struct fs_event, text) + room->climb.text_size,
		     sizeof(*event));
	return 0;
}

#endif /* FSSLOWER_OPERATION_BPF_H */
