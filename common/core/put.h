/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Formatting into memory.  Each function writes at @p and returns the end of its output.  The
 * limits below are the maximum sizes; the caller provides the room.
 */
#ifndef COMMON_PUT_H
#define COMMON_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/types.h>

#define PUT_NUMBER_MAX 24		/* functions for numbers, with a width of up to 20 digits */
#define PUT_ESCAPED_MAX(len) (4 * (size_t)(len))
#define PUT_JSON_MAX(len) (6 * (size_t)(len) + 2)

static inline char *put_char(char *p, char c)
{
	*p = c;
	return p + 1;
}

static inline char *put_bytes(char *p, const char *s, size_t len)
{
	memcpy(p, s, len);
	return p + len;
}

static inline char *put_fill(char *p, char c, size_t n)
{
	memset(p, c, n);
	return p + n;
}

char *put_uint(char *p, __u64 v);
char *put_int(char *p, __s64 v);
/* Put @v with leading zeros, at least @width digits. */
char *put_zeros(char *p, __u64 v, unsigned int width);
/* Put @v like put_zeros(), in base 8. */
char *put_octal(char *p, __u64 v, unsigned int width);

/*
 * Put @v / 10^@digits with @digits exact decimals: put_fixed(p, 1234567, 6) is 1.234567.
 * Inline, because @digits is usually a constant, which eliminates the division.
 */
static inline char *put_fixed(char *p, __u64 v, unsigned int digits)
{
	__u64 one = 1;

	for (unsigned int i = 0; i < digits; i++)
		one *= 10;
	p = put_uint(p, v / one);
	return digits ? put_zeros(put_char(p, '.'), v % one, digits) : p;
}

/*
 * Put at most @len bytes of @s, up to a NUL, for a terminal.  Control characters (C0, DEL, C1),
 * bytes that are not UTF-8, and characters that change the text direction or end a line become
 * \xNN; a backslash becomes \\.  With @quote, double quotes become \".  Adds the number of
 * columns to @columns, one per character.
 */
char *put_escaped(char *p, const char *s, size_t len, bool quote, size_t *columns);

/*
 * Put the same bytes as a quoted JSON string of valid UTF-8.  An invalid byte becomes U+FFFD; a
 * character that put_escaped() escapes becomes \uNNNN.
 */
char *put_json(char *p, const char *s, size_t len);

#endif /* COMMON_PUT_H */
