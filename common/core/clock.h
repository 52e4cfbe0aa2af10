/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Clocks, in nanoseconds. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <time.h>
#include <linux/types.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

/* The time of @clock. */
__u64 clock_ns(clockid_t clock);

/*
 * The kernel's CLOCK_MONOTONIC, which stamps events.  In a time namespace it
 * differs from what clock_gettime(2) returns: clock_user_ns().
 */
__u64 clock_now_ns(void);

/* @ns of the kernel's CLOCK_MONOTONIC in the tool's time namespace. */
__u64 clock_user_ns(__u64 ns);

/* What the tool's time namespace adds to the kernel's CLOCK_BOOTTIME. */
__s64 clock_boottime_offset_ns(void);

/* CLOCK_REALTIME - the kernel's CLOCK_MONOTONIC.  The wall clock may be set at any time. */
__s64 clock_wall_offset_ns(void);

#endif /* COMMON_CLOCK_H */
