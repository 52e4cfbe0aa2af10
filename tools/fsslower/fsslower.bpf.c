// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trace slow operations on files in one of two ways:
 *
 * The functions of the file system (fentry or kprobe): read_iter, write_iter, open and fsync of its
 * struct file_operations.  User space sets the targets.
 *
 * The system calls (calls.bpf.h), where a kernel has neither, or no functions are known: store a
 * timestamp at sys_enter; at sys_exit, if the call took long, look up the file and its file system
 * by the file descriptor.  Both programs run for every system call of the machine, so a single
 * table lookup skips calls that are not traced.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "operation.bpf.h"
#include "calls.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define LLONG_MAX 0x7fffffffffffffffLL
#define EIOCBQUEUED 529		/* include/linux/errno.h: continues asynchronously */

/*
 * Return true if this is part of the operation that the thread is in: the fsync of a write
 * with O_SYNC.
 */
static __always_inline bool is_part(struct thread *thread, enum fs_op op, struct file *file)
{
	return op == FS_FSYNC && thread->start_ns && thread->op == FS_WRITE &&
	       thread->file == (__u64)file;
}

static __always_inline int enter(enum fs_op op, struct file *file, struct kiocb *iocb,
				 __s64 offset, __s64 bytes)
{
	struct thread *thread;

	if (!filter_current())
		return 0;
	thread = thread_get();
	if (!thread || is_part(thread, op, file))
		return 0;
	thread->op = op;
	thread->file = (__u64)file;
	thread->iocb = (__u64)iocb;
	thread->offset = offset;
	thread->bytes = bytes;
	thread->start_ns = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int leave(enum fs_op kind, enum room room, __s64 ret)
{
	struct thread *thread;
	struct operation *op;
	__u64 latency_ns;
	struct kiocb *iocb;
	struct file *file;

	if (!filter_current())
		return 0;
	thread = thread_find();
	if (!thread || !thread->start_ns) {
		loss_add(&loss.no_start);
		return 0;
	}
	if (thread->op != kind)
		return 0;
	latency_ns = bpf_ktime_get_ns() - thread->start_ns;
	thread->start_ns = 0;
	file = (void *)thread->file;
	if (latency_ns < min_ns || ret == -EIOCBQUEUED || !file_wanted(file))
		return 0;
	op = &thread->done;
	op->op = kind;
	op->ret = ret;
	op->latency_ns = latency_ns;
	op->offset = thread->offset;
	op->bytes = kind == FS_FSYNC ? thread->bytes : ret > 0 ? ret : 0;
	/* The offset of an O_APPEND write is known only after the write. */
	iocb = (void *)thread->iocb;
	if (iocb && ret > 0)
		op->offset = BPF_CORE_READ(iocb, ki_pos) - ret;
	return report(thread->file, room);
}

static __always_inline int enter_iocb(enum fs_op op, struct kiocb *iocb)
{
	return enter(op, BPF_CORE_READ(iocb, ki_filp), iocb, BPF_CORE_READ(iocb, ki_pos), 0);
}

static __always_inline int enter_fsync(struct file *file, loff_t first, loff_t last)
{
	return enter(FS_FSYNC, file, NULL, first, last == LLONG_MAX ? FS_WHOLE : last - first + 1);
}

static __always_inline int enter_splice(struct file *file, loff_t *ppos)
{
	loff_t offset = 0;

	bpf_probe_read_kernel(&offset, sizeof(offset), ppos);
	return enter(FS_READ, file, NULL, offset, 0);
}

SEC("?fentry")
int BPF_PROG(fentry_read, struct kiocb *iocb)
{
	return enter_iocb(FS_READ, iocb);
}

SEC("?fentry")
int BPF_PROG(fentry_write, struct kiocb *iocb)
{
	return enter_iocb(FS_WRITE, iocb);
}

SEC("?fentry")
int BPF_PROG(fentry_open, struct inode *inode, struct file *file)
{
	return enter(FS_OPEN, file, NULL, 0, 0);
}

SEC("?fentry")
int BPF_PROG(fentry_fsync, struct file *file, loff_t first, loff_t last)
{
	return enter_fsync(file, first, last);
}

/* v6.5, 2cb1e08985e3: splice and sendfile no longer read by read_iter. */
SEC("?fentry")
int BPF_PROG(fentry_splice, struct file *file, loff_t *ppos)
{
	return enter_splice(file, ppos);
}

SEC("?fexit")
int BPF_PROG(fexit_read, struct kiocb *iocb, struct iov_iter *to, long ret)
{
	return leave(FS_READ, ROOM_READ, ret);
}

SEC("?fexit")
int BPF_PROG(fexit_write, struct kiocb *iocb, struct iov_iter *from, long ret)
{
	return leave(FS_WRITE, ROOM_WRITE, ret);
}

SEC("?fexit")
int BPF_PROG(fexit_open, struct inode *inode, struct file *file, int ret)
{
	return leave(FS_OPEN, ROOM_OPEN, ret);
}

SEC("?fexit")
int BPF_PROG(fexit_fsync, struct file *file, loff_t first, loff_t last, int datasync, int ret)
{
	return leave(FS_FSYNC, ROOM_FSYNC, ret);
}

SEC("?fexit")
int BPF_PROG(fexit_splice, struct file *file, loff_t *ppos, void *pipe, size_t len,
	     unsigned int flags, long ret)
{
	return leave(FS_READ, ROOM_SPLICE, ret);
}

SEC("?kprobe")
int BPF_KPROBE(kprobe_read, struct kiocb *iocb)
{
	return enter_iocb(FS_READ, iocb);
}

SEC("?kprobe")
int BPF_KPROBE(kprobe_write, struct kiocb *iocb)
{
	return enter_iocb(FS_WRITE, iocb);
}

SEC("?kprobe")
int BPF_KPROBE(kprobe_open, struct inode *inode, struct file *file)
{
	return enter(FS_OPEN, file, NULL, 0, 0);
}

SEC("?kprobe")
int BPF_KPROBE(kprobe_fsync, struct file *file, loff_t first, loff_t last)
{
	return enter_fsync(file, first, last);
}

SEC("?kprobe")
int BPF_KPROBE(kprobe_splice, struct file *file, loff_t *ppos)
{
	return enter_splice(file, ppos);
}

SEC("?kretprobe")
int BPF_KRETPROBE(kretprobe_read, long ret)
{
	return leave(FS_READ, ROOM_READ, ret);
}

SEC("?kretprobe")
int BPF_KRETPROBE(kretprobe_write, long ret)
{
	return leave(FS_WRITE, ROOM_WRITE, ret);
}

SEC("?kretprobe")
int BPF_KRETPROBE(kretprobe_open, int ret)
{
	return leave(FS_OPEN, ROOM_OPEN, ret);
}

SEC("?kretprobe")
int BPF_KRETPROBE(kretprobe_fsync, int ret)
{
	return leave(FS_FSYNC, ROOM_FSYNC, ret);
}

SEC("?kretprobe")
int BPF_KRETPROBE(kretprobe_splice, long ret)
{
	return leave(FS_READ, ROOM_SPLICE, ret);
}
