// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/log.h"

#define INITIAL_TIME_NAMESPACE 0xeffffffa	/* inode number; include/linux/proc_ns.h */

static struct {
	bool known;
	__s64 monotonic_ns, boottime_ns;
} offsets;

__u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static ino_t inode(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void read_offsets(FILE *f)
{
	long long seconds, ns;
	char clock[16];

	while (fscanf(f, "%15s %lld %lld", clock, &seconds, &ns) == 3)
		if (strcmp(clock, "monotonic") == 0)
			offsets.monotonic_ns = seconds * (__s64)NS_PER_S + ns;
		else if (strcmp(clock, "boottime") == 0)
			offsets.boottime_ns = seconds * (__s64)NS_PER_S + ns;
}

/*
 * The file contains the offsets of the time namespace for children.  After unshare(2), this
 * differs from the process's own namespace until the next exec or fork.
 */
static void find_offsets(void)
{
	ino_t ours = inode("/proc/self/ns/time"), children = inode("/proc/self/ns/time_for_children");
	FILE *f;

	offsets.known = true;
	if (!ours || ours == INITIAL_TIME_NAMESPACE)
		return;
	f = ours == children ? fopen("/proc/self/timens_offsets", "re") : NULL;
	if (!f) {
		log_warn("the offsets of the time namespace are unknown: times may be wrong");
		return;
	}
	read_offsets(f);
	fclose(f);
}

__u64 clock_user_ns(__u64 ns)
{
	if (!offsets.known)
		find_offsets();
	return ns + offsets.monotonic_ns;
}

__u64 clock_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC) - clock_user_ns(0);
}

__s64 clock_boottime_offset_ns(void)
{
	if (!offsets.known)
		find_offsets();
	return offsets.boottime_ns;
}

__s64 clock_wall_offset_ns(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_now_ns();
}
