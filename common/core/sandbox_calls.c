// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists of system calls that several tools or options need.  No list has execve, connect, socket or
 * ptrace, and none lets a tool open an existing file for writing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "core/sandbox.h"

/* Of <asm/termbits.h>, which cannot be included beside glibc's <termios.h>. */
#define TERMIOS2_BYTES 44
#define GET_TERMIOS2 _IOC(_IOC_READ, 'T', 0x2a, TERMIOS2_BYTES)

const struct sandbox_call sandbox_basic[] = {
	/* the main loop and its output */
	{ "epoll_create1" }, { "epoll_ctl" }, { "epoll_wait" }, { "epoll_pwait" },
	{ "poll" }, { "ppoll" }, { "read" }, { "pread64" }, { "write" }, { "writev" }, { "close" },

	/* maps, counters of programs */
	{ "bpf", SANDBOX_IS(0, BPF_MAP_LOOKUP_ELEM) }, { "bpf", SANDBOX_IS(0, BPF_MAP_UPDATE_ELEM) },
	{ "bpf", SANDBOX_IS(0, BPF_MAP_DELETE_ELEM) }, { "bpf", SANDBOX_IS(0, BPF_MAP_GET_NEXT_KEY) },
	{ "bpf", SANDBOX_IS(0, BPF_OBJ_GET_INFO_BY_FD) },
	{ "membarrier" }, { "sched_getaffinity" },

	/* detaching from perf events */
	{ "ioctl", SANDBOX_IS(1, PERF_EVENT_IOC_DISABLE) },

	/* time */
	{ "clock_gettime" }, { "clock_nanosleep" }, { "nanosleep" }, { "gettimeofday" },
	{ "restart_syscall" },

	/* memory: no code */
	{ "brk" }, { "mmap", SANDBOX_WITHOUT(2, PROT_EXEC) }, { "mprotect", SANDBOX_WITHOUT(2, PROT_EXEC) },
	{ "munmap" }, { "mremap" }, { "madvise" }, { "getrandom" },
	{ "sysinfo" },			/* qsort(3) checks how much memory it may use */

	/* exit(3) and abort(3), signals, locks of libc */
	{ "exit" }, { "exit_group" }, { "futex" }, { "getpid" }, { "gettid" }, { "rt_sigaction" },
	{ "rt_sigprocmask" }, { "rt_sigreturn" },

	/* stdio: isatty(3), which changed with glibc 2.42, and the size of buffers */
	{ "ioctl", SANDBOX_IS(1, TCGETS) }, { "ioctl", SANDBOX_IS(1, GET_TERMIOS2) },
	{ "fstat" }, { "newfstatat", SANDBOX_WITH(3, AT_EMPTY_PATH) },
	{}
};

/* This also excludes O_TMPFILE, which requires an access mode other than O_RDONLY. */
const struct sandbox_call sandbox_read_files[] = {
	{ "openat", SANDBOX_WITHOUT(2, O_ACCMODE | O_CREAT | O_TRUNC) }, { "lseek" }, { "getdents64" },
	{ "newfstatat" }, { "statx" }, { "readlink" }, { "readlinkat" },
	{ "access" }, { "faccessat" }, { "faccessat2" },
	{ "fcntl", SANDBOX_IS(1, F_GETFL) }, { "fcntl", SANDBOX_IS(1, F_GETFD) }, { "fcntl", SANDBOX_IS(1, F_SETFD) },
	{}
};

const struct sandbox_call sandbox_talk[] = {
	{ "recvfrom" }, { "recvmsg" }, { "sendto" }, { "sendmsg" }, {}
};

const struct sandbox_call sandbox_new_file[] = {
	{ "newfstatat" }, { "openat", SANDBOX_WITH(2, O_CREAT | O_EXCL) }, { "umask" }, { "fchmod" },
	{ "rename" }, { "renameat" }, { "renameat2" }, { "unlink" }, { "unlinkat" },
	{}
};

const struct sandbox_call sandbox_handles[] = {
	{ "open_by_handle_at", SANDBOX_WITH(2, O_PATH) }, { "readlink" }, { "readlinkat" },
	{}
};

const struct sandbox_call sandbox_walk[] = {
	{ "fchdir" }, { "fstatfs" }, { "fcntl", SANDBOX_IS(1, F_DUPFD_CLOEXEC) },
	{}
};

const struct sandbox_call sandbox_find_cgroup[] = {
	{ "newfstatat" }, { "statfs" }, { "readlink" }, { "readlinkat" }, { "access" },
	{ "faccessat" }, { "faccessat2" },
	{}
};

/* A filter cannot read the flags of clone3, which are in memory. */
const struct sandbox_call sandbox_threads[] = {
	{ "clone3", .error = ENOSYS }, { "clone", SANDBOX_WITH(0, CLONE_THREAD) }, { "set_robust_list" },
	{ "rseq" }, { "sched_yield" },
	{}
};

const struct sandbox_call sandbox_attach[] = {
	{ "perf_event_open" }, { "bpf", SANDBOX_IS(0, BPF_LINK_CREATE) },
	{ "ioctl", SANDBOX_IS(1, PERF_EVENT_IOC_SET_BPF) }, { "ioctl", SANDBOX_IS(1, PERF_EVENT_IOC_ENABLE) },
	{}
};
