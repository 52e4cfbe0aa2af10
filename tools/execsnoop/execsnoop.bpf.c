// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Successful execs are traced at sched_process_exec, when the new image is in place.  Its memory
 * has all arguments in one piece, for every call, thread and ABI.  Failed execs are traced at the
 * return of the system call, whose arguments are still available, so no data is kept in between.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "event.bpf.h"
#include "filter.bpf.h"
#include "path.bpf.h"
#include "syscall.bpf.h"
#include "execsnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 only_ppid = 0;	/* in the tool's PID namespace; 0: any */

/*
 * Buffers in which each CPU builds an event, which is larger than the BPF stack. Each program
 * has a separate entry, because the kernel may preempt one program with the other.
 */
enum { SCRATCH_EXEC, SCRATCH_FAILED, SCRATCHES };

struct scratch {
	struct path_climb climb;
	struct exec_event event;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCHES);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

#include "path_names.bpf.h"

/*
 * Begin an event with the parts that successful and failed execs share. Return NULL if the
 * filters exclude the task.
 */
static struct scratch *begin_event(__u32 which)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *parent;
	__u32 host_ppid, ppid;
	struct exec_event *e;
	struct scratch *room;

	if (!filter_current())
		return NULL;
	parent = BPF_CORE_READ(task, real_parent);
	host_ppid = BPF_CORE_READ(parent, tgid);
	ppid = config.pidns.inum ? pidns_pid(parent) : host_ppid;
	if (only_ppid && only_ppid != ppid)
		return NULL;
	room = bpf_map_lookup_elem(&scratch, &which);
	if (!room)
		return NULL;
	e = &room->event;
	event_head_current(&e->head);
	e->ppid = host_ppid;
	e->ns_ppid = ppid;
	BPF_CORE_READ_STR_INTO(&e->parent_comm, parent, comm);
	e->ret = 0;
	e->argc = 0;
	e->interp_bytes = 0;
	e->args_bytes = 0;
	e->exe_bytes = 0;
	e->exe_marks = 0;
	e->cut = 0;
	return room;
}

static void end_event(struct exec_event *e)
{
	__u32 bytes = e->file_bytes + e->interp_bytes + e->args_bytes + e->exe_bytes;

	if (e->cut || e->exe_marks & EXE_CUT)
		loss_add(&loss.truncated);
	event_output(e, offsetof(struct exec_event, text) + bytes, sizeof(*e));
}

/* Copy a kernel string to text[@file_bytes]. Return its size with the NUL. */
static __u32 put_kernel_str(struct exec_event *e, __u32 file_bytes, const char *s)
{
	__u64 at = bounds_u64(file_bytes);
	long n;

	if (at > PATH_BYTES)			/* never: for the verifier */
		return 0;
	n = bpf_probe_read_kernel_str(e->text + at, PATH_BYTES, s);
	return n > 0 ? n : 0;
}

/* Append the arguments of the new image after the file names. */
static void put_args(struct exec_event *e, unsigned long start, unsigned long end)
{
	__u64 at = bounds_u64(e->file_bytes + e->interp_bytes);
	__u64 bytes = bounds_u64(end - start);

	if (at > 2 * PATH_BYTES)		/* never: for the verifier */
		return;
	if (bytes > ARGS_BYTES) {
		bytes = ARGS_BYTES;
		e->cut = 1;
	}
	if (bpf_probe_read_user(e->text + at, bytes, (void *)start)) {
		loss_add(&loss.unreadable);
		return;
	}
	e->args_bytes = bytes;
}

/*
 * Append the path of the executed file after the arguments.  For a script, it is the path of the
 * interpreter.
 */
static void put_exe(struct scratch *room, struct file *file)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct path_walk from = path_of_file(file);
	struct dentry *dentry = from.dentry;
	struct exec_event *e = &room->event;
	enum path_end end = PATH_AT_ROOT;
	__u32 at = e->file_bytes + e->interp_bytes + e->args_bytes;

	room->climb.text_size = at;
	if (path_deleted(dentry))
		e->exe_marks |= EXE_DELETED;
	if (path_anonymous(from)) {
		e->exe_marks |= EXE_ANONYMOUS;
		path_put_name(room, BPF_CORE_READ(dentry, d_name.name));
	} else {
		end = path_names(room, SCRATCH_EXEC, task, from);
	}
	if (end == PATH_UNREACHABLE)
		e->exe_marks |= EXE_UNREACHABLE;
	if (end == PATH_CUT)
		e->exe_marks |= EXE_CUT;
	e->exe_bytes = room->climb.text_size - at;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct scratch *room = begin_event(SCRATCH_EXEC);
	const char *file, *interp;
	struct exec_event *e;
	struct mm_struct *mm;

	if (!room)
		return 0;
	e = &room->event;
	file = load(bprm, filename);
	interp = load(bprm, interp);		/* the same pointer unless it is a script */
	mm = load(task, mm);
	e->argc = load(bprm, argc);
	e->file_bytes = put_kernel_str(e, 0, file);
	if (interp != file)
		e->interp_bytes = put_kernel_str(e, e->file_bytes, interp);
	put_args(e, load(mm, arg_start), load(mm, arg_end));
	put_exe(room, load(bprm, file));
	end_event(e);
	return 0;
}

/* @arg: the pointer in a caller's argv at @i, in its ABI; 0 at the end. */
static bool argv_at(__u64 argv, bool compat, __u32 i, __u64 *arg)
{
	__u32 size = compat ? 4 : 8;

	*arg = 0;
	return bpf_probe_read_user(arg, size, (void *)(argv + i * size)) == 0;
}

/*
 * Unreadable arguments are reported. From v6.9 on, the kernel opens the file before it looks
 * at argv (978ffcbf00d8, "execve: open the executable file before doing anything else"). Pages
 * that the caller has not touched since fork() may then be unreadable; on arm64 without a
 * hardware access flag (Cortex-A72) all of them are.
 */
static bool unreadable(struct exec_event *e)
{
	e->cut = 1;
	loss_add(&loss.unreadable);
	return false;
}

/*
 * Append argument @i of a failed exec. Return 0 if there are no more to show. The function is
 * not static and takes numbers as arguments, so that the verifier checks it once and not for
 * each argument.
 */
__noinline int put_failed_arg(__u64 argv, __u32 compat, __u32 i)
{
	__u32 which = SCRATCH_FAILED;
	struct scratch *room = bpf_map_lookup_elem(&scratch, &which);
	struct exec_event *e;
	__u64 arg, at;
	long n;

	if (!room)
		return false;
	e = &room->event;
	if (!argv_at(argv, compat, i, &arg))
		return unreadable(e);
	if (!arg)
		return false;
	at = bounds_u64(e->file_bytes + e->args_bytes);
	if (i == FAILED_ARGS || at > sizeof(e->text) - FAILED_ARG_BYTES) {
		e->cut = 1;
		return false;
	}
	n = bpf_probe_read_user_str(e->text + at, FAILED_ARG_BYTES, (void *)arg);
	if (n <= 0)
		return unreadable(e);
	if (n == FAILED_ARG_BYTES)
		e->cut = 1;
	e->args_bytes += n;
	return true;
}

/* Append the arguments of a failed exec, as far as they are readable. */
static void put_argv(__u64 argv, bool compat)
{
	for (__u32 i = 0; i <= FAILED_ARGS; i++)
		if (!put_failed_arg(argv, compat, i))
			return;
}

static void failed(__u64 path, __u64 argv, bool compat, long ret)
{
	struct scratch *room = begin_event(SCRATCH_FAILED);
	struct exec_event *e;
	long n;

	if (!room)
		return;
	e = &room->event;
	e->ret = ret;
	n = bpf_probe_read_user_str(e->text, PATH_BYTES, (void *)path);
	if (n <= 0)
		loss_add(&loss.unreadable);
	e->file_bytes = n > 0 ? n : 0;
	put_argv(argv, compat);
	end_event(e);
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(exec_failed, struct pt_regs *regs, long ret)
{
	bool compat;
	__u32 nr;

	if (ret >= 0)
		return 0;
	nr = syscall_nr(regs);
	if (syscall_exec_path(nr, false) < 0 && syscall_exec_path(nr, true) < 0)
		return 0;
	compat = syscall_compat(regs);
	switch (syscall_exec_path(nr, compat)) {
	case 0:
		failed(syscall_arg(regs, compat, 0), syscall_arg(regs, compat, 1), compat, ret);
		break;
	case 1:
		failed(syscall_arg(regs, compat, 1), syscall_arg(regs, compat, 2), compat, ret);
		break;
	}
	return 0;
}
