// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * refuse SYSCALL ERRNO COMMAND [ARG...]
 *
 * Run COMMAND under a seccomp filter that refuses one system call (bpf, capset,
 * perf_event_open or uretprobe) with an error number, like the profile of a container or service.
 */
#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_URETPROBE 335	/* x86-64, since v6.11; unused on other architectures */

static unsigned int number_of(const char *name)
{
	if (strcmp(name, "bpf") == 0)
		return __NR_bpf;
	if (strcmp(name, "capset") == 0)
		return __NR_capset;
	if (strcmp(name, "perf_event_open") == 0)
		return __NR_perf_event_open;
	if (strcmp(name, "uretprobe") == 0)
		return NR_URETPROBE;
	errx(64, "no such system call here: %s", name);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(64, "usage: refuse SYSCALL ERRNO COMMAND [ARG...]");

	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(argv[1]), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | atoi(argv[2])),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(insns) / sizeof(insns[0]), insns };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(77, "prctl");
	execvp(argv[3], argv + 3);
	err(127, "%s", argv[3]);
}
