/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Trace operations as system calls, if the kernel has neither fentry nor kprobes, or if the
 * functions of the file system are not known.
 */
#ifndef FSSLOWER_CALLS_BPF_H
#define FSSLOWER_CALLS_BPF_H

#include <bpf/bpf_tracing.h>
#include "syscall.bpf.h"
#include "operation.bpf.h"

enum call {
	CALL_NONE,
	CALL_READ,			/* and readv: from the current offset of the file */
	CALL_WRITE,
	CALL_PREAD,			/* and preadv: from an offset */
	CALL_PWRITE,
	CALL_OPEN,
	CALL_FSYNC,
	CALL_SENDFILE,
	CALL_SPLICE,			/* and copy_file_range, with the same arguments */
};

/*
 * The traced system calls by number. A preadv2 with offset -1 reads from the current offset of
 * the file. Of the 32-bit ABI only the common calls are traced.
 */
#define CALLS_MAX 512

static const struct {
	__u8 native, compat;		/* enum call */
} calls[CALLS_MAX] = {
	[SYSCALL_READ].native = CALL_READ,
	[SYSCALL_READV].native = CALL_READ,
	[SYSCALL_WRITE].native = CALL_WRITE,
	[SYSCALL_WRITEV].native = CALL_WRITE,
	[SYSCALL_PREAD64].native = CALL_PREAD,
	[SYSCALL_PREADV].native = CALL_PREAD,
	[SYSCALL_PREADV2].native = CALL_PREAD,
	[SYSCALL_PWRITE64].native = CALL_PWRITE,
	[SYSCALL_PWRITEV].native = CALL_PWRITE,
	[SYSCALL_PWRITEV2].native = CALL_PWRITE,
	[SYSCALL_OPENAT].native = CALL_OPEN,
	[SYSCALL_OPENAT2].native = CALL_OPEN,
	[SYSCALL_OPEN_BY_HANDLE_AT].native = CALL_OPEN,
#if defined(__TARGET_ARCH_x86)
	[SYSCALL_OPEN].native = CALL_OPEN,
	[SYSCALL_CREAT].native = CALL_OPEN,
#endif
	[SYSCALL_FSYNC].native = CALL_FSYNC,
	[SYSCALL_FDATASYNC].native = CALL_FSYNC,
	[SYSCALL_SENDFILE].native = CALL_SENDFILE,
	[SYSCALL_SPLICE].native = CALL_SPLICE,
	[SYSCALL_COPY_FILE_RANGE].native = CALL_SPLICE,
	[SYSCALL_COMPAT_READ].compat = CALL_READ,
	[SYSCALL_COMPAT_READV].compat = CALL_READ,
	[SYSCALL_COMPAT_WRITE].compat = CALL_WRITE,
	[SYSCALL_COMPAT_WRITEV].compat = CALL_WRITE,
	[SYSCALL_COMPAT_OPEN].compat = CALL_OPEN,
	[SYSCALL_COMPAT_CREAT].compat = CALL_OPEN,
	[SYSCALL_COMPAT_OPENAT].compat = CALL_OPEN,
	[SYSCALL_COMPAT_OPENAT2].compat = CALL_OPEN,
#if defined(__TARGET_ARCH_x86)
	[SYSCALL_COMPAT_PREAD64].compat = CALL_PREAD,
	[SYSCALL_COMPAT_PWRITE64].compat = CALL_PWRITE,
#endif
	[SYSCALL_COMPAT_FSYNC].compat = CALL_FSYNC,
	[SYSCALL_COMPAT_FDATASYNC].compat = CALL_FSYNC,
};

/* Compute where the operation began from the current offset of @file or of its caller. */
static __always_inline __s64 offset_before(struct file *file, struct operation *op)
{
	__s64 after = 0;

	if (!op->offset_at)
		after = BPF_CORE_READ(file, f_pos);
	else if (bpf_probe_read_user(&after, sizeof(after), op->offset_at))
		loss_add(&loss.unreadable);
	return after - op->bytes;
}

/* Handle the end of operation @op on the file of a descriptor. */
static __noinline int fd_done(struct operation *op)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file *file;

	if (!op)
		return 0;
	file = path_fd_file(task, op->fd);
	if (!file || !file_wanted(file))
		return 0;
	if (op->latency_ns == UNKNOWN) {
		loss_add(&loss.no_start);
		return 0;
	}
	if (!op->offset_given)
		op->offset = offset_before(file, op);
	return report((__u64)file, ROOM_READ);
}

/* A call with two files reads one and writes the other: emit both. */
static __always_inline void both_done(struct operation *op, int from, __u64 from_at, int to,
				      __u64 to_at)
{
	op->op = FS_READ;
	op->fd = from;
	op->offset_at = (void *)from_at;
	fd_done(op);
	op->op = FS_WRITE;
	op->fd = to;
	op->offset_at = (void *)to_at;
	fd_done(op);
}

static __always_inline void call_done(enum call call, struct pt_regs *regs, bool compat,
				      struct operation *op)
{
	__u64 arg0 = syscall_arg(regs, compat, 0), arg1 = syscall_arg(regs, compat, 1);
	__u64 arg2 = syscall_arg(regs, compat, 2), arg3 = syscall_arg(regs, compat, 3);

	if (call == CALL_SENDFILE) {
		both_done(op, arg1, arg2, arg0, 0);
		return;
	}
	if (call == CALL_SPLICE) {
		both_done(op, arg0, arg1, arg2, arg3);
		return;
	}
	op->fd = call == CALL_OPEN ? op->ret : arg0;
	op->op = call == CALL_READ || call == CALL_PREAD ? FS_READ :
		 call == CALL_OPEN ? FS_OPEN : call == CALL_FSYNC ? FS_FSYNC : FS_WRITE;
	op->offset_given = call == CALL_OPEN || call == CALL_FSYNC;
	if (call == CALL_OPEN)
		op->bytes = 0;
	else if (call == CALL_FSYNC)
		op->bytes = FS_WHOLE;
	if (call == CALL_PREAD || call == CALL_PWRITE) {
		op->offset = compat ? arg3 | syscall_arg(regs, compat, 4) << 32 : arg3;
		op->offset_given = op->offset != -1;
	}
	fd_done(op);
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(call_enter, struct pt_regs *regs)
{
	__u64 nr = bounds_u64(syscall_nr(regs));
	struct thread *thread;

	if (nr >= CALLS_MAX)
		return 0;
	if (!calls[nr].native && !(calls[nr].compat && syscall_compat(regs)))
		return 0;
	if (!filter_current())
		return 0;
	thread = thread_get();
	if (thread)
		thread->start_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(call_exit, struct pt_regs *regs, long ret)
{
	__u64 nr = bounds_u64(syscall_nr(regs)), latency_ns = UNKNOWN;
	struct thread *thread;
	enum call call;
	bool compat;

	if (nr >= CALLS_MAX || (!calls[nr].native && !calls[nr].compat))
		return 0;
	thread = thread_find();
	if (thread && thread->start_ns) {
		latency_ns = bpf_ktime_get_ns() - thread->start_ns;
		thread->start_ns = 0;
		if (latency_ns < min_ns)
			return 0;
	}
	compat = syscall_compat(regs);
	call = compat ? calls[nr].compat : calls[nr].native;
	if (!call || !filter_current())
		return 0;
	thread = thread_get();
	if (!thread)
		return 0;
	thread->done = (struct operation){
		.latency_ns = latency_ns, .ret = ret, .bytes = ret > 0 ? ret : 0,
	};
	call_done(call, regs, compat, &thread->done);
	return 0;
}

#endif /* FSSLOWER_CALLS_BPF_H */
