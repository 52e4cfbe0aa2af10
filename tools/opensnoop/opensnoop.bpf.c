/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "path.bpf.h"
#include "syscall.bpf.h"
#include "limits.bpf.h"
#include "opensnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AT_FDCWD (-100)
#define EFAULT 14
#define O_ACCMODE 3
#define CREAT_FLAGS 01101		/* O_CREAT | O_WRONLY | O_TRUNC, everywhere */
#define RESOLVE_IN_ROOT 0x10		/* openat2: "/" is the directory of dirfd */

const volatile bool failed_only;
const volatile bool full_path;
const volatile bool limits;
const volatile bool followed_only;
const volatile bool flags_chosen;
const volatile __u32 any_flags;		/* one of these bits, */
const volatile __u32 access_modes;	/* or match one of these: bit 1 << (flags & O_ACCMODE) */

/*
 * Processes of --exec, by pid in the tool's PID namespace.  All of them are in this namespace or
 * below it.  User space gives it OPEN_FOLLOW_MAX entries when it is used.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, bool);
} followed SEC(".maps");

struct scratch {
	struct path_climb climb;
	struct open_event event;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

#include "path_names.bpf.h"

/* openat2's third argument, linux/openat2.h */
struct open_how {
	__u64 flags, mode, resolve;
};

/* The parts of the returned call that are not in the event. */
struct call {
	int dirfd;		/* OPEN_OTHER: the file that it used, or -1 */
	const char *name;
	bool in_root;		/* a name that begins with "/" is relative to dirfd too */
};

static __always_inline enum open_call native_call(__u32 nr)
{
	switch (nr) {
#if defined(__TARGET_ARCH_x86)
	case SYSCALL_OPEN:
		return OPEN_OPEN;
	case SYSCALL_CREAT:
		return OPEN_CREAT;
#endif
	case SYSCALL_OPENAT:
		return OPEN_OPENAT;
	case SYSCALL_OPENAT2:
		return OPEN_OPENAT2;
	case SYSCALL_OPEN_BY_HANDLE_AT:
		return OPEN_BY_HANDLE;
	}
	return OPEN_NONE;
}

static __always_inline enum open_call compat_call(__u32 nr)
{
	switch (nr) {
	case SYSCALL_COMPAT_OPEN:
		return OPEN_OPEN;
	case SYSCALL_COMPAT_CREAT:
		return OPEN_CREAT;
	case SYSCALL_COMPAT_OPENAT:
		return OPEN_OPENAT;
	case SYSCALL_COMPAT_OPENAT2:
		return OPEN_OPENAT2;
	case SYSCALL_COMPAT_OPEN_BY_HANDLE_AT:
		return OPEN_BY_HANDLE;
	}
	return OPEN_NONE;
}

static __always_inline bool task_wanted(void)
{
	__u32 pid;

	if (!filter_current())
		return false;
	pid = followed_only ? pidns_current_ids() >> 32 : 0;
	return !followed_only || bpf_map_lookup_elem(&followed, &pid);
}

static __always_inline bool flags_wanted(__u32 flags)
{
	return !flags_chosen || flags & any_flags || access_modes >> (flags & O_ACCMODE) & 1;
}

static __always_inline void read_how(struct open_event *event, struct call *call, const void *from)
{
	struct open_how how = {};

	if (bpf_probe_read_user(&how, sizeof(how), from) && event->ret != -EFAULT)
		loss_add(&loss.unreadable);
	event->flags = how.flags;
	event->mode = how.mode;
	call->in_root = how.resolve & RESOLVE_IN_ROOT;
}

static __always_inline bool is_other(const struct open_event *event)
{
	return limits && event->call == OPEN_OTHER;
}

/* Read the arguments of a call, whose kind is in @event. */
static __always_inline void read_args(struct open_event *event, struct call *call,
				      struct pt_regs *regs, bool compat)
{
	__u64 arg0 = syscall_arg(regs, compat, 0), arg1 = syscall_arg(regs, compat, 1);
	__u64 arg2 = syscall_arg(regs, compat, 2), arg3 = syscall_arg(regs, compat, 3);

	call->dirfd = AT_FDCWD;
	call->name = (void *)arg0;
	call->in_root = false;
	if (is_other(event)) {
		event->number = syscall_nr(regs);
		call->dirfd = limit_fd(regs, event->number);
	} else if (event->call == OPEN_OPEN) {
		event->flags = arg1;
		event->mode = arg2;
	} else if (event->call == OPEN_CREAT) {
		event->flags = CREAT_FLAGS;
		event->mode = arg1;
	} else {
		call->dirfd = arg0;
		call->name = (void *)arg1;
		event->flags = arg2;
		event->mode = arg3;
	}
	if (event->call == OPEN_OPENAT2)
		read_how(event, call, (void *)arg2);
}

/* Read the name that the process passed. */
static __always_inline void read_name(struct scratch *scratch, const char *name)
{
	struct open_event *event = &scratch->event;
	long len;

	event->text[0] = '\0';
	scratch->climb.text_size = 1;
	if (event->call == OPEN_BY_HANDLE || is_other(event))
		return;
	len = bpf_probe_read_user_str(event->text, OPEN_NAME_SIZE, name);
	if (len <= 0) {
		event->marks |= OPEN_NO_NAME;
		if (event->ret != -EFAULT)
			loss_add(&loss.unreadable);
		return;
	}
	scratch->climb.text_size = len;
	if (len == OPEN_NAME_SIZE) {
		event->marks |= OPEN_NAME_CUT;
		loss_add(&loss.truncated);
	}
}

static __always_inline void read_dirs(struct scratch *scratch, struct path_walk from)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct open_event *event = &scratch->event;
	enum path_end end;

	end = path_names(scratch, 0, task, from);
	event->marks |= OPEN_DIRS;
	if (path_deleted(from.dentry))
		event->marks |= OPEN_DELETED;
	if (end == PATH_UNREACHABLE)
		event->marks |= OPEN_UNREACHABLE;
	if (end == PATH_CUT) {
		event->marks |= OPEN_DIRS_CUT;
		loss_add(&loss.truncated);
	}
}

/* Take the name of the file that was opened: the call had a handle and no name. */
static __always_inline void read_opened_name(struct scratch *scratch, struct dentry *dentry)
{
	long len = bpf_probe_read_kernel_str(scratch->event.text + 1, PATH_NAME_SIZE,
					     BPF_CORE_READ(dentry, d_name.name));

	if (len > 0)
		scratch->climb.text_size = 1 + len;
}

/* Return the file or directory that @fd refers to; .dentry is NULL if there is none. */
static __always_inline struct path_walk path_of_fd(int fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (fd == AT_FDCWD)
		return path_of_cwd(task);
	return path_of_file(path_fd_file(task, fd));
}

static __always_inline bool is_relative(const struct open_event *event, const struct call *call)
{
	return !(event->marks & OPEN_NO_NAME) && (event->text[0] != '/' || call->in_root);
}

/*
 * Complete the path if -F asks for it: append the directories above the directory that the
 * name is relative to, or for a call with a handle those above the file. A call with a handle
 * always needs at least the name of the file, and a call of OPEN_OTHER the path of the file.
 * Return false if the call is of no interest because of its file.
 */
static __always_inline bool read_path(struct scratch *room, struct call *call)
{
	struct open_event *event = &room->event;
	bool by_handle = event->call == OPEN_BY_HANDLE, other = is_other(event);
	struct path_walk from;

	if (by_handle ? event->ret < 0 : !other && (!full_path || !is_relative(event, call)))
		return true;
	from = path_of_fd(by_handle ? event->ret : call->dirfd);
	if (other && !limit_of_file(from.dentry, event->ret))
		return false;
	if (!from.dentry)		/* EBADF, or closed again by another thread */
		return true;
	if (full_path || other)
		read_dirs(room, from);
	else
		read_opened_name(room, from.dentry);
	return true;
}

static __always_inline void report(struct pt_regs *regs, long ret, enum open_call kind, bool compat)
{
	__u32 zero = 0;
	struct scratch *room = bpf_map_lookup_elem(&scratch, &zero);
	struct open_event *event;
	struct call call;

	if (!room)
		return;
	event = &room->event;
	event->ret = ret;
	event->call = kind;
	event->marks = compat ? OPEN_COMPAT : 0;
	barrier();		/* otherwise the verifier checks the rest once per call */
	read_args(event, &call, regs, event->marks);
	if (!is_other(event) && !flags_wanted(event->flags))
		return;
	event_head_current(&event->head);
	read_name(room, call.name);
	if (!read_path(room, &call))
		return;
	event_output(event, offsetof(struct open_event, text) + room->climb.text_size,
		     sizeof(*event));
}

/* This runs for every system call of the machine, so the first test has to be cheap. */
SEC("tp_btf/sys_exit")
int BPF_PROG(open_exit, struct pt_regs *regs, long ret)
{
	__u32 nr = syscall_nr(regs);
	enum open_call kind;
	bool compat;

	if (!native_call(nr) && !compat_call(nr) && !(limits && ret < 0))
		return 0;
	compat = syscall_compat(regs);
	kind = compat ? compat_call(nr) : native_call(nr);
	if (limits && !kind && !compat && limit_hit(nr, ret))
		kind = OPEN_OTHER;
	if (kind && (ret < 0 || !failed_only) && task_wanted())
		report(regs, ret, kind, compat);
	return 0;
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(follow_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 pid = pidns_user_pid(parent);
	bool yes = true;

	if (!bpf_map_lookup_elem(&followed, &pid))
		return 0;
	pid = pidns_user_pid(child);
	if (bpf_map_update_elem(&followed, &pid, &yes, BPF_ANY))
		loss_add(&loss.map_full);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(follow_exit, struct task_struct *task)
{
	__u32 pid = pidns_user_pid(task);

	/* The leader may have ended while other threads still run. */
	if (!BPF_CORE_READ(task, signal, live.counter))
		bpf_map_delete_elem(&followed, &pid);
	return 0;
}
