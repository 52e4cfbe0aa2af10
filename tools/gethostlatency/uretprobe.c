// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uretprobe.h"

#define CHILD_SECONDS 5

/* Exit status of the child, if no signal ends it. */
enum { CHILD_FINE, CHILD_HARMED, CHILD_FAILED };

/* Signals that a fault of the process itself causes. */
static const int crashes[] = { SIGSYS, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT };
#define N_CRASHES (sizeof(crashes) / sizeof(crashes[0]))

/* The functions whose return is probed. Each has one symbol and one return. */
static __attribute__((noinline, noclone)) int harmless(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static __attribute__((noinline, noclone)) int harmful_call(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1 + (getppid() < 0);
}

static void on_refused(int signal)
{
	_exit(CHILD_HARMED);
}

/*
 * Refuse every system call except those that end the child. With SECCOMP_RET_TRAP the child
 * ends in its own handler, without an entry in the audit log and without a core dump.
 */
static int install_filter(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(insns) / sizeof(insns[0]), insns };

	signal(SIGSYS, on_refused);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

/* Run in the child. It waits for a byte from @go. */
static _Noreturn void run_child(int go, int (*function)(int))
{
	char byte;
	int err;

	alarm(CHILD_SECONDS);
	for (size_t i = 0; i < N_CRASHES; i++)
		signal(crashes[i], SIG_DFL);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (read(go, &byte, 1) != 1)
		_exit(CHILD_FAILED);
	err = install_filter();
	if (err == -EINVAL)		/* a kernel without seccomp filters: no process has one */
		_exit(CHILD_FINE);
	_exit(err ? CHILD_FAILED : function(41) == 42 ? CHILD_FINE : CHILD_HARMED);
}

/* Return false for a signal that another process sent. */
static bool crashed(int status)
{
	bool found = false;

	for (size_t i = 0; i < N_CRASHES; i++)
		found |= WIFSIGNALED(status) && WTERMSIG(status) == crashes[i];
	return found;
}

static int judge(int status)
{
	if (crashed(status) || (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_HARMED))
		return -EOPNOTSUPP;
	return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_FINE ? 0 : -ECHILD;
}

struct place {
	uintptr_t address;
	__u64 offset;
};

/* For dl_iterate_phdr(), which begins with the program itself. */
static int find_offset(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct place *place = ctx;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && place->address - start < segment->p_filesz)
			place->offset = place->address - start + segment->p_offset;
	}
	return 1;
}

static void *close_link(void *link)
{
	close((int)(intptr_t)link);
	return NULL;
}

/* Detach in the background, because it takes the kernel about 50 ms. */
static void close_later(int link)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, close_link, (void *)(intptr_t)link))
		close(link);
	else
		pthread_detach(thread);
}

/* Attach to @function of @child, let the child run, and return how it ended. */
static int try_child(pid_t child, int go, int (*function)(int), uretprobe_attach_fn attach)
{
	struct place place = { .address = (uintptr_t)function };
	int status, link = -1, err = 0;

	dl_iterate_phdr(find_offset, &place);
	if (attach)
		link = err = attach(child, place.offset);
	if (err < 0)
		kill(child, SIGKILL);
	else if (write(go, "", 1) != 1)
		err = -errno;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (link >= 0)
		close_later(link);
	return err < 0 ? err : judge(status);
}

int uretprobe_try(uretprobe_attach_fn attach, bool harmful)
{
	int (*function)(int) = harmful ? harmful_call : harmless;
	int go[2], err;
	pid_t child;

	if (pipe(go))
		return -errno;
	child = fork();
	if (child == 0)
		run_child(go[0], function);
	err = child < 0 ? -errno : try_child(child, go[1], function, attach);
	close(go[0]);
	close(go[1]);
	return err;
}
