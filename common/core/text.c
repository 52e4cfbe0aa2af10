// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/put.h"
#include "core/text.h"
#include "core/xalloc.h"

void text_free(struct text *text)
{
	free(text->at);
	*text = (struct text){};
}

char *text_room(struct text *text, size_t n)
{
	size_t size = text->size ? text->size : 4096;

	while (size - text->len < n)
		size *= 2;
	if (size != text->size) {
		text->at = xreallocarray(text->at, size, 1);
		text->size = size;
	}
	return text->at + text->len;
}

void text_trim(struct text *text)
{
	if (!text->len)
		return;
	text->at = xreallocarray(text->at, text->len, 1);
	text->size = text->len;
}

int text_write(const struct text *text, int fd)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->at + done, text->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? n : 0;
	}
	return 0;
}

void text_char(struct text *text, char c)
{
	*text_room(text, 1) = c;
	text->len++;
}

void text_bytes(struct text *text, const char *s, size_t len)
{
	if (!len)
		return;
	memcpy(text_room(text, len), s, len);
	text->len += len;
}

void text_str(struct text *text, const char *s)
{
	text_bytes(text, s, strlen(s));
}

void text_fill(struct text *text, char c, size_t n)
{
	memset(text_room(text, n), c, n);
	text->len += n;
}

/* Set the length after a put function wrote at the end of @text and returned @end. */
static void text_grew(struct text *text, const char *end)
{
	text->len = end - text->at;
}

void text_zeros(struct text *text, __u64 v, unsigned int width)
{
	text_grew(text, put_zeros(text_room(text, PUT_NUMBER_MAX + width), v, width));
}

void text_uint(struct text *text, __u64 v)
{
	text_grew(text, put_uint(text_room(text, PUT_NUMBER_MAX), v));
}

void text_int(struct text *text, __s64 v)
{
	text_grew(text, put_int(text_room(text, PUT_NUMBER_MAX), v));
}

void text_fixed(struct text *text, __u64 v, unsigned int digits)
{
	text_grew(text, put_fixed(text_room(text, PUT_NUMBER_MAX), v, digits));
}

void text_printf(struct text *text, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (len < 0)
		out_of_memory();
	text_bytes(text, s, len);
	free(s);
}

size_t text_escape(struct text *text, const char *s, size_t len, bool quote)
{
	size_t columns = 0;

	len = strnlen(s, len);
	text_grew(text, put_escaped(text_room(text, PUT_ESCAPED_MAX(len)), s, len, quote, &columns));
	return columns;
}

void text_json(struct text *text, const char *s, size_t len)
{
	len = strnlen(s, len);
	text_grew(text, put_json(text_room(text, PUT_JSON_MAX(len)), s, len));
}

void text_path(struct text *text, const char *names, size_t size)
{
	while (size) {
		const char *before = memrchr(names, '\0', size - 1);
		size_t at = before ? before + 1 - names : 0;

		text_char(text, '/');
		text_bytes(text, names + at, size - 1 - at);
		size = at;
	}
}
