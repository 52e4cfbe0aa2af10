/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Clocks, in nanoseconds. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <time.h>
#include <linux/types.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

/* Return the time of @clock. */
__u64 clock_ns(clockid_t clock);

/*
 * Return the kernel's CLOCK_MONOTONIC, which is the clock of event timestamps.  In a time
 * namespace it differs from the result of clock_gettime(2): clock_user_ns().
 */
__u64 clock_now_ns(void);

/* Convert @ns from the kernel's CLOCK_MONOTONIC to that of the tool's time namespace. */
__u64 clock_user_ns(__u64 ns);

/* Return the offset that the tool's time namespace adds to the kernel's CLOCK_BOOTTIME. */
__s64 clock_boottime_offset_ns(void);

/* Return CLOCK_REALTIME minus the kernel's CLOCK_MONOTONIC.  Changes when the clock is set. */
__s64 clock_wall_offset_ns(void);

#endif /* COMMON_CLOCK_H */
