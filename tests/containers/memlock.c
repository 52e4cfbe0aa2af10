// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Preloaded into crun: it raises RLIMIT_MEMLOCK before it loads the BPF program that limits a container's
 * devices, and gives up without CAP_SYS_RESOURCE.  Since v5.11 the memory of BPF is charged to the cgroup.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <sys/resource.h>

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	int (*real)(__rlimit_resource_t, const struct rlimit *) = dlsym(RTLD_NEXT, "setrlimit");
	int err = real(resource, limit);

	return resource == RLIMIT_MEMLOCK ? 0 : err;
}
