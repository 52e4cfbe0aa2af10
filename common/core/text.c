// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

void text_free(struct text *text)
{
	free(text->at);
	*text = (struct text){};
}

/* Room for @n more bytes, at the end. */
static char *text_room(struct text *text, size_t n)
{
	size_t size = text->size ? text->size : 4096;

	while (size - text->len < n)
		size *= 2;
	if (size != text->size) {
		text->at = realloc(text->at, size);
		if (!text->at)
			abort();
		text->size = size;
	}
	return text->at + text->len;
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

void text_zeros(struct text *text, __u64 v, unsigned int width)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[sizeof(digits) - ++n] = '0' + v % 10;
		v /= 10;
	} while (v);
	if (width > n)
		text_fill(text, '0', width - n);
	text_bytes(text, digits + sizeof(digits) - n, n);
}

void text_uint(struct text *text, __u64 v)
{
	text_zeros(text, v, 1);
}

void text_int(struct text *text, __s64 v)
{
	if (v < 0)
		text_char(text, '-');
	text_uint(text, v < 0 ? -(__u64)v : (__u64)v);
}

void text_fixed(struct text *text, __u64 v, unsigned int digits)
{
	__u64 one = 1;

	for (unsigned int i = 0; i < digits; i++)
		one *= 10;
	text_uint(text, v / one);
	if (!digits)
		return;
	text_char(text, '.');
	text_zeros(text, v % one, digits);
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
		abort();
	text_bytes(text, s, len);
	free(s);
}

/*
 * The character that begins at @s, of at most @len bytes: its length in bytes,
 * its code in @code.  0 if it is not UTF-8 (RFC 3629: no overlong forms, no
 * surrogates, nothing above 10FFFF).
 */
static size_t utf8_char(const unsigned char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;

	if (s[0] < 0x80)
		n = 1;
	else if (s[0] >= 0xc2 && s[0] < 0xe0)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;

	*code = n == 1 ? s[0] : s[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

/*
 * Would it steer a terminal, forge a line or turn text around?  C0, DEL, C1;
 * line and paragraph separators; the bidirectional controls of UAX #9.
 */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	       code == 0x61c || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static void escape_bytes(struct text *text, const unsigned char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		char escaped[] = { '\\', 'x', hex[s[i] >> 4], hex[s[i] & 15] };

		text_bytes(text, escaped, sizeof(escaped));
	}
}

/* How many bytes from @s on are printable ASCII that needs no escape. */
static size_t plain_bytes(const unsigned char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '\\' && s[n] != '"')
		n++;
	return n;
}

size_t text_escape(struct text *text, const char *str, size_t len, bool quote)
{
	const unsigned char *s = (const unsigned char *)str;
	size_t columns = 0, n;
	uint32_t code;

	len = strnlen(str, len);
	for (; len; s += n, len -= n) {
		n = plain_bytes(s, len);
		if (n) {
			text_bytes(text, (const char *)s, n);
			columns += n;
			continue;
		}
		n = utf8_char(s, len, &code);
		if (!n || is_control(code)) {
			n = n ? n : 1;
			escape_bytes(text, s, n);
			columns += 4 * n;
			continue;
		}
		if (code == '\\' || (code == '"' && quote)) {
			text_char(text, '\\');
			columns++;
		}
		text_bytes(text, (const char *)s, n);
		columns++;
	}
	return columns;
}

void text_json(struct text *text, const char *str, size_t len)
{
	const unsigned char *s = (const unsigned char *)str;
	uint32_t code;
	size_t n;

	len = strnlen(str, len);
	text_char(text, '"');
	for (; len; s += n, len -= n) {
		n = plain_bytes(s, len);
		if (n) {
			text_bytes(text, (const char *)s, n);
			continue;
		}
		n = utf8_char(s, len, &code);
		if (!n) {
			text_str(text, "\\ufffd");
			n = 1;
		} else if (is_control(code)) {
			text_printf(text, "\\u%04x", code);
		} else {
			if (code == '\\' || code == '"')
				text_char(text, '\\');
			text_bytes(text, (const char *)s, n);
		}
	}
	text_char(text, '"');
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
