// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Operations on files that take long, in one of two ways:
 *
 * The functions of the file system (fentry or kprobe): read_iter, write_iter,
 * open and fsync of its struct file_operations, aimed at by user space.
 *
 * The system calls, where a kernel has neither or none is known: a stamp at
 * sys_enter; at sys_exit, if it took long, from the file descriptor to the file
 * and its file system.  Both run for every system call of the machine: what is
 * not of interest is passed over by one look into a table.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "path.bpf.h"
#include "syscall.bpf.h"
#include "fsslower.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define S_IFMT 0170000
#define S_IFREG 0100000
#define FMODE_PATH 0x4000	/* include/linux/fs.h: opened with O_PATH */
#define LLONG_MAX 0x7fffffffffffffffLL
#define EIOCBQUEUED 529		/* include/linux/errno.h: it goes on without the caller */
#define UNKNOWN (~0ULL)		/* for a latency */

const volatile __u64 min_ns;
const volatile __u32 magic;	/* of the file system; 0: any */

/* An operation that has ended. */
struct operation {
	__u64 latency_ns;	/* UNKNOWN: its beginning was not seen */
	__s64 offset;
	__s64 bytes;		/* as in struct fs_event */
	__s64 ret;
	__u32 op;		/* enum fs_op */
	int fd;
	const void *offset_at;	/* where the caller keeps the offset; NULL: the file does */
	bool offset_given;	/* it is known already */
};

/* The operation that the thread is in. */
struct thread {
	__u64 start_ns;		/* CLOCK_MONOTONIC; 0: none */
	__u64 file, iocb;	/* addresses, where a function is hooked; or 0 */
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
 * An event is larger than the BPF stack: each CPU builds its own here.  One entry for
 * each program that is attached by fexit: the kernel may preempt one with another.
 */
enum room { ROOM_READ, ROOM_WRITE, ROOM_OPEN, ROOM_FSYNC, ROOM_SPLICE, ROOMS };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ROOMS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

#include "path_names.bpf.h"

/* A regular file of the file system asked for. */
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
 * What the thread has done to the file at @address.  Not static, and with numbers
 * for arguments: only so does the verifier follow it once and not for each caller.
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

/* --- System calls */

enum call {
	CALL_NONE,
	CALL_READ,			/* and readv: from where the file stands */
	CALL_WRITE,
	CALL_PREAD,			/* and preadv: from an offset */
	CALL_PWRITE,
	CALL_OPEN,
	CALL_FSYNC,
	CALL_SENDFILE,
	CALL_SPLICE,			/* and copy_file_range, with the same arguments */
};

/*
 * The calls of interest, by number.  A preadv2 whose offset is -1 reads from
 * where the file stands.  Of the 32-bit ABI only those of every day.
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

/* Where the operation began, from where @file or its caller stands now. */
static __always_inline __s64 offset_before(struct file *file, struct operation *op)
{
	__s64 after = 0;

	if (!op->offset_at)
		after = BPF_CORE_READ(file, f_pos);
	else if (bpf_probe_read_user(&after, sizeof(after), op->offset_at))
		loss_add(&loss.unreadable);
	return after - op->bytes;
}

/* Operation @op on the file behind a descriptor has ended. */
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

/* A call that has a file on both sides is a read of one and a write of the other. */
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

/* --- Functions of the file system */

/* True if this is a part of what the thread is in: the fsync of a write with O_SYNC. */
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
	/* Where an O_APPEND write begins is only known now. */
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
