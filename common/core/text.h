/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A growing text in memory.  Strings from outside are appended escaped for a terminal or as
 * JSON strings.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct text {
	char *at;		/* malloc'd, not NUL-terminated; starts as NULL */
	size_t len, size;
};

void text_free(struct text *text);

/*
 * Make room for @n more bytes.  Returns the end of the text, where they belong.  The caller
 * adds to @len.
 */
char *text_room(struct text *text, size_t n);

/* Free the room that is left after the text, which gets no longer. */
void text_trim(struct text *text);

void text_char(struct text *text, char c);
void text_bytes(struct text *text, const char *s, size_t len);
void text_str(struct text *text, const char *s);
void text_fill(struct text *text, char c, size_t n);
void text_uint(struct text *text, __u64 v);
void text_int(struct text *text, __s64 v);
/* Append @v / 10^@digits with @digits exact decimals: text_fixed(t, 1234567, 6) is 1.234567. */
void text_fixed(struct text *text, __u64 v, unsigned int digits);
/* Append @v with leading zeros, at least @width digits. */
void text_zeros(struct text *text, __u64 v, unsigned int width);
void text_printf(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Write all of @text to @fd.  Returns 0 or a negative errno. */
int text_write(const struct text *text, int fd);

/* Append with put_escaped() or put_json().  text_escape() returns the number of columns. */
size_t text_escape(struct text *text, const char *s, size_t len, bool quote);
void text_json(struct text *text, const char *s, size_t len);

/*
 * Append a path.  @names, of @size bytes, contains its components from the last to the first,
 * each terminated by a NUL.  Each gets a slash before it.
 */
void text_path(struct text *text, const char *names, size_t size);

#endif /* COMMON_TEXT_H */
