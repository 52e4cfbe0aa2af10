/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System calls of the 32-bit ABI from a 64-bit program. */
#ifndef WORKLOADS_INT80_H
#define WORKLOADS_INT80_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Exit with @skip_status, and the reason on standard output, if the machine has no int $0x80:
 * on another architecture, or if the kernel was started with ia32_emulation=0,
 * as on some hosts; then the instruction kills its process.
 */
static inline void int80_or_skip(int skip_status)
{
#ifdef __x86_64__
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		long ret;

		__asm__ volatile("int $0x80" : "=a"(ret) : "a"(20) : "memory"); /* getpid */
		_exit(ret != getpid());
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		return;
#endif
	printf("skip: no 32-bit system calls on this machine\n");
	exit(skip_status);
}

#endif /* WORKLOADS_INT80_H */
