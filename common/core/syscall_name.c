// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <sys/syscall.h>

#include "core/syscall_name.h"

#define NAMES_MAX 512

#define NAME(name) [SYS_##name] = #name

static const char *const names[NAMES_MAX] = {
	NAME(read),
	NAME(write),
	NAME(pread64),
	NAME(pwrite64),
	NAME(readv),
	NAME(writev),
	NAME(preadv),
	NAME(pwritev),
	NAME(preadv2),
	NAME(pwritev2),
	NAME(ppoll),
	NAME(pselect6),
	NAME(epoll_pwait),
	NAME(futex),
	NAME(nanosleep),
	NAME(clock_nanosleep),
	NAME(rt_sigsuspend),
	NAME(rt_sigtimedwait),
	NAME(wait4),
	NAME(waitid),
	NAME(accept),
	NAME(accept4),
	NAME(connect),
	NAME(recvfrom),
	NAME(recvmsg),
	NAME(recvmmsg),
	NAME(sendto),
	NAME(sendmsg),
	NAME(sendmmsg),
	NAME(sendfile),
	NAME(splice),
	NAME(tee),
	NAME(vmsplice),
	NAME(copy_file_range),
	NAME(fsync),
	NAME(fdatasync),
	NAME(sync),
	NAME(syncfs),
	NAME(sync_file_range),
	NAME(openat),
	NAME(close),
	NAME(renameat),
	NAME(renameat2),
	NAME(linkat),
	NAME(symlinkat),
	NAME(unlinkat),
	NAME(mkdirat),
	NAME(fstat),
	NAME(newfstatat),
	NAME(statx),
	NAME(faccessat),
	NAME(readlinkat),
	NAME(getdents64),
	NAME(chdir),
	NAME(truncate),
	NAME(ftruncate),
	NAME(fallocate),
	NAME(setxattr),
	NAME(getxattr),
	NAME(mmap),
	NAME(munmap),
	NAME(mprotect),
	NAME(mremap),
	NAME(madvise),
	NAME(brk),
	NAME(msync),
	NAME(mlock),
	NAME(mlockall),
	NAME(mincore),
	NAME(io_uring_enter),
	NAME(io_getevents),
	NAME(io_pgetevents),
	NAME(io_submit),
	NAME(io_destroy),
	NAME(flock),
	NAME(fcntl),
	NAME(ioctl),
	NAME(semop),
	NAME(semtimedop),
	NAME(msgrcv),
	NAME(msgsnd),
	NAME(mq_timedreceive),
	NAME(mq_timedsend),
	NAME(execve),
	NAME(execveat),
	NAME(clone),
	NAME(clone3),
	NAME(exit),
	NAME(exit_group),
	NAME(mount),
	NAME(umount2),
	NAME(sched_yield),
	NAME(kill),
	NAME(tgkill),
	NAME(ptrace),
	NAME(process_vm_readv),
	NAME(bpf),
	NAME(perf_event_open),
	NAME(init_module),
	NAME(finit_module),
	NAME(delete_module),
	NAME(getrandom),
	NAME(userfaultfd),
	NAME(restart_syscall),
	NAME(socket),
	NAME(shutdown),
	NAME(inotify_add_watch),
	NAME(fanotify_mark),
	NAME(name_to_handle_at),
	NAME(open_by_handle_at),
	NAME(swapon),
	NAME(swapoff),
	NAME(reboot),
	NAME(kexec_load),
	NAME(membarrier),
	NAME(rseq),
#ifdef SYS_open			/* not on arm64 */
	NAME(open),
	NAME(creat),
	NAME(rename),
	NAME(link),
	NAME(symlink),
	NAME(unlink),
	NAME(mkdir),
	NAME(rmdir),
	NAME(stat),
	NAME(lstat),
	NAME(access),
	NAME(readlink),
	NAME(poll),
	NAME(select),
	NAME(epoll_wait),
	NAME(pause),
	NAME(fork),
	NAME(vfork),
#endif
#ifdef SYS_epoll_pwait2
	NAME(epoll_pwait2),
#endif
#ifdef SYS_futex_waitv
	NAME(futex_waitv),
#endif
#ifdef SYS_close_range
	NAME(close_range),
#endif
#ifdef SYS_faccessat2
	NAME(faccessat2),
#endif
#ifdef SYS_openat2
	NAME(openat2),
#endif
};

const char *syscall_name(unsigned int number)
{
	static char text[32];

	if (number < NAMES_MAX && names[number])
		return names[number];
	snprintf(text, sizeof(text), "syscall %u", number);
	return text;
}
