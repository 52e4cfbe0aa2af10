// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "core/clock.h"

__u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

__u64 clock_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

__s64 clock_wall_offset_ns(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}
