// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <time.h>

#include "core/clock.h"
#include "core/put.h"
#include "output/stamp.h"

/* "YYYY-MM-DDTHH:MM:SS" in UTC, or "HH:MM:SS".  Cached, because most records share their second. */
struct second {
	time_t second;
	char text[32];
	size_t len;			/* 0: empty */
};

void stamp_update(struct stamp *stamp)
{
	stamp->wall_offset_ns = clock_wall_offset_ns();
}

const char *stamp_head(enum stamp_format format)
{
	return format >= STAMP_SINCE_START ? "TIME(s)" : "TIME";
}

unsigned int stamp_width(enum stamp_format format)
{
	static const unsigned int widths[] = {
		[STAMP_NONE] = 0, [STAMP_LOCAL] = 12, [STAMP_UTC] = 12, [STAMP_ISO] = 27,
		[STAMP_MONO] = 17, [STAMP_SINCE_START] = 10, [STAMP_SINCE_START_US] = 11,
	};

	return widths[format];
}

static char *put_second(char *p, struct second *cached, time_t second, bool utc, const char *fmt)
{
	struct tm tm;

	if (!cached->len || cached->second != second) {
		if (utc)
			gmtime_r(&second, &tm);
		else
			localtime_r(&second, &tm);
		cached->len = strftime(cached->text, sizeof(cached->text), fmt, &tm);
		cached->second = second;
	}
	return put_bytes(p, cached->text, cached->len);
}

/* Put "HH:MM:SS.mmm". */
static char *put_day_time(char *p, __u64 wall, bool utc)
{
	static struct second cached[2];

	p = put_second(p, &cached[utc], wall / NS_PER_S, utc, "%H:%M:%S");
	return put_zeros(put_char(p, '.'), wall % NS_PER_S / NS_PER_MS, 3);
}

/* Put RFC 3339 with @digits decimals of @fraction. */
static char *put_date(char *p, __u64 wall, __u64 fraction, unsigned int digits)
{
	static struct second cached;

	p = put_second(p, &cached, wall / NS_PER_S, true, "%Y-%m-%dT%H:%M:%S");
	p = put_zeros(put_char(p, '.'), fraction, digits);
	return put_char(p, 'Z');
}

char *put_stamp_json(char *p, const struct stamp *stamp, __u64 ns)
{
	__u64 wall = ns + stamp->wall_offset_ns;

	return put_date(p, wall, wall % NS_PER_S, 9);
}

char *put_stamp(char *p, const struct stamp *stamp, enum stamp_format format, __u64 ns)
{
	__u64 since = ns > stamp->start_ns ? ns - stamp->start_ns : 0;
	__u64 wall = ns + stamp->wall_offset_ns;

	switch (format) {
	case STAMP_NONE:
		break;
	case STAMP_LOCAL:
	case STAMP_UTC:
		return put_day_time(p, wall, format == STAMP_UTC);
	case STAMP_ISO:
		return put_date(p, wall, wall % NS_PER_S / NS_PER_US, 6);
	case STAMP_MONO:
		return put_fixed(p, clock_user_ns(ns) / NS_PER_US, 6);
	case STAMP_SINCE_START:
		return put_fixed(p, since / NS_PER_MS, 3);
	case STAMP_SINCE_START_US:
		return put_fixed(p, since / NS_PER_US, 6);
	}
	return p;
}
