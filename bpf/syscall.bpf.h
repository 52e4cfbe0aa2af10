/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The number and arguments of the system call that just returned, for programs on
 * tp_btf/sys_exit.
 *
 * The registers of a system call's entry still exist at its exit.  Therefore a tool needs no
 * hook at the entry and stores nothing during the call: no map can leak or fill up, even if
 * many threads block in calls.
 *
 * sys_exit runs for every system call on the machine.  Check syscall_nr() first and return
 * unless the number is of interest in either ABI.  Only then call syscall_compat() to find out
 * the ABI, and read the arguments.
 */
#ifndef BPF_SYSCALL_BPF_H
#define BPF_SYSCALL_BPF_H

#include "core.bpf.h"

#if defined(__TARGET_ARCH_x86)
/* arch/x86/entry/syscalls/syscall_64.tbl */
enum {
	SYSCALL_READ = 0,
	SYSCALL_WRITE = 1,
	SYSCALL_OPEN = 2,
	SYSCALL_IOCTL = 16,
	SYSCALL_PREAD64 = 17,
	SYSCALL_PWRITE64 = 18,
	SYSCALL_READV = 19,
	SYSCALL_WRITEV = 20,
	SYSCALL_SENDFILE = 40,
	SYSCALL_CONNECT = 42,
	SYSCALL_ACCEPT = 43,
	SYSCALL_CLONE = 56,
	SYSCALL_FORK = 57,
	SYSCALL_VFORK = 58,
	SYSCALL_EXECVE = 59,
	SYSCALL_FSYNC = 74,
	SYSCALL_FDATASYNC = 75,
	SYSCALL_FTRUNCATE = 77,
	SYSCALL_CREAT = 85,
	SYSCALL_OPENAT = 257,
	SYSCALL_SPLICE = 275,
	SYSCALL_FALLOCATE = 285,
	SYSCALL_ACCEPT4 = 288,
	SYSCALL_PREADV = 295,
	SYSCALL_PWRITEV = 296,
	SYSCALL_OPEN_BY_HANDLE_AT = 304,
	SYSCALL_BPF = 321,
	SYSCALL_EXECVEAT = 322,
	SYSCALL_COPY_FILE_RANGE = 326,
	SYSCALL_PREADV2 = 327,
	SYSCALL_PWRITEV2 = 328,
	SYSCALL_CLONE3 = 435,
	SYSCALL_OPENAT2 = 437,
	SYSCALL_X32_EXECVE = 520,	/* x32-only numbers: calls with pointers in memory */
	SYSCALL_X32_EXECVEAT = 545,
};
/* arch/x86/entry/syscalls/syscall_32.tbl */
enum {
	SYSCALL_COMPAT_READ = 3,
	SYSCALL_COMPAT_WRITE = 4,
	SYSCALL_COMPAT_OPEN = 5,
	SYSCALL_COMPAT_CREAT = 8,
	SYSCALL_COMPAT_EXECVE = 11,
	SYSCALL_COMPAT_SOCKETCALL = 102,
	SYSCALL_COMPAT_FSYNC = 118,
	SYSCALL_COMPAT_READV = 145,
	SYSCALL_COMPAT_WRITEV = 146,
	SYSCALL_COMPAT_FDATASYNC = 148,
	SYSCALL_COMPAT_PREAD64 = 180,
	SYSCALL_COMPAT_PWRITE64 = 181,
	SYSCALL_COMPAT_OPENAT = 295,
	SYSCALL_COMPAT_OPEN_BY_HANDLE_AT = 342,
	SYSCALL_COMPAT_EXECVEAT = 358,
	SYSCALL_COMPAT_CONNECT = 362,
	SYSCALL_COMPAT_ACCEPT4 = 364,
	SYSCALL_COMPAT_OPENAT2 = 437,
};

#define X32_SYSCALL_BIT 0x40000000	/* asm/unistd.h */
#define TS_COMPAT 0x0002		/* asm/thread_info.h */
#elif defined(__TARGET_ARCH_arm64)
/* include/uapi/asm-generic/unistd.h; no open, no creat */
enum {
	SYSCALL_IOCTL = 29,
	SYSCALL_FTRUNCATE = 46,
	SYSCALL_FALLOCATE = 47,
	SYSCALL_OPENAT = 56,
	SYSCALL_READ = 63,
	SYSCALL_WRITE = 64,
	SYSCALL_READV = 65,
	SYSCALL_WRITEV = 66,
	SYSCALL_PREAD64 = 67,
	SYSCALL_PWRITE64 = 68,
	SYSCALL_PREADV = 69,
	SYSCALL_PWRITEV = 70,
	SYSCALL_SENDFILE = 71,
	SYSCALL_SPLICE = 76,
	SYSCALL_FSYNC = 82,
	SYSCALL_FDATASYNC = 83,
	SYSCALL_ACCEPT = 202,
	SYSCALL_CONNECT = 203,
	SYSCALL_CLONE = 220,
	SYSCALL_EXECVE = 221,
	SYSCALL_ACCEPT4 = 242,
	SYSCALL_OPEN_BY_HANDLE_AT = 265,
	SYSCALL_BPF = 280,
	SYSCALL_EXECVEAT = 281,
	SYSCALL_COPY_FILE_RANGE = 285,
	SYSCALL_PREADV2 = 286,
	SYSCALL_PWRITEV2 = 287,
	SYSCALL_CLONE3 = 435,
	SYSCALL_OPENAT2 = 437,
};
/* arch/arm/tools/syscall.tbl */
enum {
	SYSCALL_COMPAT_READ = 3,
	SYSCALL_COMPAT_WRITE = 4,
	SYSCALL_COMPAT_OPEN = 5,
	SYSCALL_COMPAT_CREAT = 8,
	SYSCALL_COMPAT_EXECVE = 11,
	SYSCALL_COMPAT_FSYNC = 118,
	SYSCALL_COMPAT_READV = 145,
	SYSCALL_COMPAT_WRITEV = 146,
	SYSCALL_COMPAT_FDATASYNC = 148,
	SYSCALL_COMPAT_CONNECT = 283,
	SYSCALL_COMPAT_ACCEPT = 285,
	SYSCALL_COMPAT_OPENAT = 322,
	SYSCALL_COMPAT_ACCEPT4 = 366,
	SYSCALL_COMPAT_OPEN_BY_HANDLE_AT = 371,
	SYSCALL_COMPAT_EXECVEAT = 387,
	SYSCALL_COMPAT_OPENAT2 = 437,
};

#define PSR_MODE32_BIT 0x00000010	/* asm/ptrace.h: the interrupted code is 32-bit */
#endif

/*
 * Return the number of the call in the ABI that the task used.  The kernel looks only at the
 * low 32 bits of the register, so a process cannot hide a call with the others.  x32 calls
 * (x86) get the numbers of x86-64, with which they share the arguments.
 */
static __always_inline __u32 syscall_nr(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return (__u32)load(regs, orig_ax) & ~X32_SYSCALL_BIT;
#elif defined(__TARGET_ARCH_arm64)
	return load(regs, syscallno);
#endif
}

/*
 * Return true if the running task used the 32-bit ABI for this call.  On x86, 64-bit code can
 * use it too, with int $0x80, so the code segment does not show it.
 */
static __always_inline bool syscall_compat(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	struct task_struct *task = core_current();

	return load_current(task, thread_info.status) & TS_COMPAT;
#elif defined(__TARGET_ARCH_arm64)
	return load(regs, pstate) & PSR_MODE32_BIT;
#endif
}

/* Return argument @i (a constant, 0 to 4) of the call. */
static __always_inline __u64 syscall_arg(struct pt_regs *regs, bool compat, int i)
{
	__u64 arg;

#if defined(__TARGET_ARCH_x86)
	if (i == 0)
		arg = compat ? load(regs, bx) : load(regs, di);
	else if (i == 1)
		arg = compat ? load(regs, cx) : load(regs, si);
	else if (i == 2)
		arg = load(regs, dx);
	else if (i == 3)
		arg = compat ? load(regs, si) : load(regs, r10);
	else
		arg = compat ? load(regs, di) : load(regs, r8);
#elif defined(__TARGET_ARCH_arm64)
	/* regs[0] already holds the result */
	if (i == 0)
		arg = load(regs, orig_x0);
	else
		arg = load(regs, regs[i]);
#endif
	return compat ? (__u32)arg : arg;
}

/* Return which argument of an exec call is its path; argv follows it.  -1: not an exec call. */
static __always_inline int syscall_exec_path(__u32 nr, bool compat)
{
	if (compat)
		return nr == SYSCALL_COMPAT_EXECVE ? 0 : nr == SYSCALL_COMPAT_EXECVEAT ? 1 : -1;
#if defined(__TARGET_ARCH_x86)
	if (nr == SYSCALL_X32_EXECVE)
		return 0;
	if (nr == SYSCALL_X32_EXECVEAT)
		return 1;
#endif
	return nr == SYSCALL_EXECVE ? 0 : nr == SYSCALL_EXECVEAT ? 1 : -1;
}

#endif /* BPF_SYSCALL_BPF_H */
