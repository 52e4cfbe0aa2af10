/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Formatting into memory that has room: each function writes at @p and returns the end of
 * what it wrote.  The limits below say how much room a value needs.
 */
#ifndef COMMON_PUT_H
#define COMMON_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/types.h>

#define PUT_NUMBER_MAX 24		/* any function for numbers, up to 20 digits of width */
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
/* @v with leading zeros, at least @width digits. */
char *put_zeros(char *p, __u64 v, unsigned int width);
/* The same in base 8. */
char *put_octal(char *p, __u64 v, unsigned int width);

/*
 * @v / 10^@digits with @digits decimals, exact: put_fixed(p, 1234567, 6) is 1.234567.  Inline,
 * for @digits is mostly a constant, and the division then none.
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
 * At most @len bytes of @s, up to a NUL, for a terminal: control characters (C0, DEL, C1),
 * bytes that are not UTF-8 and characters that change the direction of text or end a line
 * become \xNN, a backslash becomes \\.  @quote: double quotes become \" as well.  Adds the
 * number of columns to @columns, one a character.
 */
char *put_escaped(char *p, const char *s, size_t len, bool quote, size_t *columns);

/*
 * The same bytes as a JSON string with its quotes, always valid UTF-8: a bad byte becomes
 * U+FFFD; what put_escaped() escapes is \uNNNN.
 */
char *put_json(char *p, const char *s, size_t len);

#endif /* COMMON_PUT_H */
