/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls other than opens that fail for lack of descriptors, threads or space, or with EIO. */
#ifndef OPENSNOOP_LIMITS_BPF_H
#define OPENSNOOP_LIMITS_BPF_H

#include "bounds.bpf.h"
#include "path.bpf.h"
#include "syscall.bpf.h"

#define EIO 5
#define EAGAIN 11
#define ENFILE 23
#define EMFILE 24
#define ENOSPC 28
#define EROFS 30
#define EDQUOT 122
#define S_IFMT 0170000
#define S_IFREG 0100000

#define LIMIT_CALLS_MAX 512

/* 1 + the argument that is the file which the call writes or reads; 0: none.  Native calls. */
static const __u8 limit_files[LIMIT_CALLS_MAX] = {
	[SYSCALL_READ] = 1, [SYSCALL_READV] = 1, [SYSCALL_PREAD64] = 1, [SYSCALL_PREADV] = 1,
	[SYSCALL_PREADV2] = 1, [SYSCALL_WRITE] = 1, [SYSCALL_WRITEV] = 1, [SYSCALL_PWRITE64] = 1,
	[SYSCALL_PWRITEV] = 1, [SYSCALL_PWRITEV2] = 1, [SYSCALL_FSYNC] = 1, [SYSCALL_FDATASYNC] = 1,
	[SYSCALL_FALLOCATE] = 1, [SYSCALL_FTRUNCATE] = 1, [SYSCALL_SENDFILE] = 1,
	[SYSCALL_SPLICE] = 3, [SYSCALL_COPY_FILE_RANGE] = 3,
};

static __always_inline __u8 limit_file(__u64 nr)
{
	nr = bounds_u64(nr);
	return nr < LIMIT_CALLS_MAX ? limit_files[nr] : 0;
}

static __always_inline bool limit_clones(__u32 nr)
{
#if defined(__TARGET_ARCH_x86)
	if (nr == SYSCALL_FORK || nr == SYSCALL_VFORK)
		return true;
#endif
	return nr == SYSCALL_CLONE || nr == SYSCALL_CLONE3;
}

/* Return the descriptor of the file that the call used, or -1. */
static __always_inline int limit_fd(struct pt_regs *regs, __u32 nr)
{
	__u8 file = limit_file(nr);

	return !file ? -1 : file == 1 ? syscall_arg(regs, false, 0) : syscall_arg(regs, false, 2);
}

/*
 * Return true if the result @ret of call @nr can show a limit.  EAGAIN does for a clone only.
 * For bpf(2) and ioctl(2) ENOSPC can mean that the caller's buffer is too small.
 */
static __always_inline bool limit_hit(__u32 nr, long ret)
{
	if (ret == -EMFILE || ret == -ENFILE || ret == -EDQUOT)
		return true;
	if (ret == -ENOSPC)
		return nr != SYSCALL_BPF && nr != SYSCALL_IOCTL;
	if (ret == -EAGAIN)
		return limit_clones(nr);
	return (ret == -EIO || ret == -EROFS) && limit_file(nr);
}

/* EIO and EROFS count for regular files: a terminal whose other side is gone gives EIO, too. */
static __always_inline bool limit_of_file(struct dentry *dentry, long ret)
{
	if (ret != -EIO && ret != -EROFS)
		return true;
	return dentry && (BPF_CORE_READ(dentry, d_inode, i_mode) & S_IFMT) == S_IFREG;
}

#endif /* OPENSNOOP_LIMITS_BPF_H */
