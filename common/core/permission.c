// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "core/log.h"
#include "core/permission.h"

/* The inode of the initial user namespace: fixed since v3.8 (98f842e675f9). */
#define INITIAL_USER_NS 0xEFFFFFFDU

#define NO_COMMAND (-1)		/* a bpf() command that no kernel has */

/* Copy the rest of the first line of @path that starts with @prefix.  False if there is none. */
static bool read_line(const char *path, const char *prefix, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool found = false;

	while (f && !found && fgets(line, size, f))
		found = strncmp(line, prefix, strlen(prefix)) == 0;
	if (f)
		fclose(f);
	if (found)
		memmove(line, line + strlen(prefix), strlen(line + strlen(prefix)) + 1);
	return found;
}

bool permission_has(int capability)
{
	char line[128];

	return !read_line("/proc/self/status", "CapEff:", line, sizeof(line)) ||
	       strtoull(line, NULL, 16) >> capability & 1;
}

bool permission_to_trace(void)
{
	return permission_has(CAP_SYS_ADMIN) ||
	       (permission_has(CAP_BPF) && permission_has(CAP_PERFMON));
}

bool permission_denies_maps(void)
{
	/* With permission an unknown command is EINVAL. */
	return syscall(__NR_bpf, NO_COMMAND, NULL, 0) < 0 && errno == EPERM;
}

bool permission_locked_down(void)
{
	char line[128];

	return read_line("/sys/kernel/security/lockdown", "", line, sizeof(line)) &&
	       strstr(line, "[confidentiality]");
}

static bool in_user_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino != INITIAL_USER_NS;
}

/*
 * Make an invalid call: without a filter, the kernel returns EINVAL or EFAULT to a process that
 * has the capabilities.
 */
bool permission_filtered(enum permission_call call)
{
	char line[32];
	long ret;

	if (!read_line("/proc/self/status", "Seccomp:", line, sizeof(line)) || atoi(line) != 2)
		return false;
	if (call == PERMISSION_BPF)
		ret = syscall(__NR_bpf, NO_COMMAND, NULL, 0);
	else
		ret = syscall(__NR_perf_event_open, NULL, 0, -1, -1, 0);
	return ret < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS);
}

/*
 * Return true if BPF maps count as locked memory and that is limited.  Maps count before v5.11,
 * the release that also added bpf_ktime_get_coarse_ns() (d05512618056).
 */
static bool memory_is_limited(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	       libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_ktime_get_coarse_ns,
				       NULL) == 0;
}

/* Return kernel.perf_event_paranoid if it makes CAP_PERFMON insufficient, otherwise 0. */
static int paranoid(void)
{
	char line[32];

	/* Kernels of Debian and Ubuntu have values above 2, which require CAP_SYS_ADMIN. */
	if (permission_has(CAP_SYS_ADMIN) ||
	    !read_line("/proc/sys/kernel/perf_event_paranoid", "", line, sizeof(line)))
		return 0;
	return atoi(line) > 2 ? atoi(line) : 0;
}

static void explain_capabilities(void)
{
	const char *missing = permission_has(CAP_BPF)	  ? "CAP_PERFMON" :
			      permission_has(CAP_PERFMON) ? "CAP_BPF" :
							    "CAP_BPF and CAP_PERFMON";

	if (geteuid())
		log_warn("not permitted: run as root, or with CAP_BPF and CAP_PERFMON");
	else
		log_warn("not permitted: root lacks %s here; add them to the container "
			 "(--cap-add) or the service (CapabilityBoundingSet=)", missing);
}

int permission_denied(enum permission_call call)
{
	const char *name = call == PERMISSION_BPF ? "bpf" : "perf_event_open";

	/* Check first for causes that no capability resolves. */
	if (in_user_namespace())
		log_warn("not permitted in a user namespace: run in the initial one, on the host "
			 "or in a container without a user namespace");
	else if (!permission_to_trace())
		explain_capabilities();
	else if (permission_locked_down())
		log_warn("the kernel is locked down (confidentiality): BPF programs cannot "
			 "read its memory; boot with lockdown=integrity or without lockdown");
	else if (permission_filtered(call))
		log_warn("not permitted: a seccomp filter refuses %s(); allow it in the "
			 "container's seccomp profile or the service's SystemCallFilter=", name);
	else if (call == PERMISSION_BPF && memory_is_limited())
		log_warn("not permitted: before Linux 5.11 BPF maps count as locked memory; "
			 "raise the limit (ulimit -l)");
	else if (call == PERMISSION_PERF && paranoid())
		log_warn("not permitted: with kernel.perf_event_paranoid=%d perf events require "
			 "CAP_SYS_ADMIN; set it to 2, or run as root", paranoid());
	else
		log_warn("not permitted, although no capability is missing: a security module "
			 "(SELinux, AppArmor) may refuse %s(); its audit log names the rule", name);
	return -EPERM;
}
