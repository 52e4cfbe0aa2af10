// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <stdint.h>

#include "core/put.h"

static unsigned int digits_of(__u64 v)
{
	unsigned int n = 1;

	for (; v >= 10000; v /= 10000)
		n += 4;
	return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

/* Put the last @n digits of @v. */
static char *put_digits(char *p, __u64 v, unsigned int n)
{
	static const char pairs[] =
		"00010203040506070809101112131415161718192021222324"
		"25262728293031323334353637383940414243444546474849"
		"50515253545556575859606162636465666768697071727374"
		"75767778798081828384858687888990919293949596979899";
	char *end = p + n;

	for (; n >= 2; n -= 2, v /= 100)
		memcpy(p + n - 2, pairs + v % 100 * 2, 2);
	if (n)
		*p = '0' + v % 10;
	return end;
}

char *put_uint(char *p, __u64 v)
{
	return put_digits(p, v, digits_of(v));
}

char *put_int(char *p, __s64 v)
{
	if (v < 0)
		*p++ = '-';
	return put_uint(p, v < 0 ? -(__u64)v : (__u64)v);
}

char *put_zeros(char *p, __u64 v, unsigned int width)
{
	unsigned int n = digits_of(v);

	return put_digits(p, v, n > width ? n : width);
}

char *put_octal(char *p, __u64 v, unsigned int width)
{
	unsigned int n = 1;

	while (n < 22 && v >> (3 * n))
		n++;
	if (n < width)
		n = width;
	for (unsigned int i = n; i-- > 0; v >>= 3)
		p[i] = '0' + (v & 7);
	return p + n;
}

/*
 * Decode the character at @s, of at most @len bytes.  Return its length in bytes, and its code
 * in @code, or 0 if it is not valid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
 * above 10FFFF).
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
 * Return true if @code could control a terminal, forge a line or reverse text: C0, DEL and C1,
 * line and paragraph separators, and the bidirectional controls of UAX #9.
 */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	       code == 0x61c || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static const char hex[] = "0123456789abcdef";

/* Printable ASCII that never needs an escape: all except '"' and '\\'. */
static const bool plain[256] = {
	[0x20 ... 0x21] = true, [0x23 ... 0x5b] = true, [0x5d ... 0x7e] = true,
};

/*
 * Find the first byte of @word, in memory order, that is not plain.  The lowest bit set in the
 * result is the top bit of this byte.  Returns 0 if all bytes are plain.  The subtraction borrows
 * only from bytes above such a byte.
 */
static uint64_t first_not_plain(uint64_t word)
{
	const uint64_t each = 0x0101010101010101, tops = 0x80 * each;
	uint64_t quote = word ^ '"' * each, backslash = word ^ '\\' * each;
	uint64_t del = word ^ 0x7f * each;

	return (word | (word - 0x20 * each) | (quote - each) | (backslash - each) |
		(del - each)) & tops;
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is not the lowest one");

/*
 * Copy plain characters from @*from to @p, up to the first one that is not plain, or @end.  Copies
 * whole words while @end is far enough away.  The room at @p must be at least the number of bytes
 * before @end.
 */
static char *copy_plain(char *p, const unsigned char **from, const unsigned char *end)
{
	const unsigned char *s = *from;
	uint64_t word, other;
	int n;

	for (; end - s >= (long)sizeof(word); s += sizeof(word), p += sizeof(word)) {
		memcpy(&word, s, sizeof(word));
		memcpy(p, &word, sizeof(word));
		other = first_not_plain(word);
		if (other) {
			n = __builtin_ctzll(other) / 8;
			*from = s + n;
			return p + n;
		}
	}
	while (s < end && plain[*s])
		*p++ = *s++;
	*from = s;
	return p;
}

/* Put @n bytes of @s as \xNN. */
static char *put_hex(char *p, const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*p++ = '\\';
		*p++ = 'x';
		*p++ = hex[s[i] >> 4];
		*p++ = hex[s[i] & 15];
	}
	return p;
}

/* Put the non-plain character at @s, escaped if necessary.  Its length is returned in @n. */
static char *escape_char(char *p, const unsigned char *s, size_t len, bool quote, size_t *n,
			 size_t *columns)
{
	uint32_t code;

	*n = utf8_char(s, len, &code);
	if (!*n || is_control(code)) {
		*n = *n ? *n : 1;
		*columns += 4 * *n;
		return put_hex(p, s, *n);
	}
	if (code == '\\' || (code == '"' && quote)) {
		*p++ = '\\';
		++*columns;
	}
	++*columns;
	return put_bytes(p, (const char *)s, *n);
}

char *put_escaped(char *p, const char *str, size_t len, bool quote, size_t *columns)
{
	const unsigned char *s = (const unsigned char *)str, *end = s + len;
	size_t n;

	for (;;) {
		char *start = p;

		p = copy_plain(p, &s, end);
		*columns += p - start;
		if (s == end || !*s)
			return p;
		p = escape_char(p, s, end - s, quote, &n, columns);
		s += n;
	}
}

/* Put the non-plain character at @s into a JSON string.  Its length is returned in @n. */
static char *json_char(char *p, const unsigned char *s, size_t len, size_t *n)
{
	uint32_t code;

	*n = utf8_char(s, len, &code);
	if (!*n) {
		*n = 1;
		return put_bytes(p, "\\ufffd", 6);
	}
	if (is_control(code)) {
		*p++ = '\\';
		*p++ = 'u';
		for (int shift = 12; shift >= 0; shift -= 4)
			*p++ = hex[code >> shift & 15];
		return p;
	}
	if (code == '\\' || code == '"')
		*p++ = '\\';
	return put_bytes(p, (const char *)s, *n);
}

char *put_json(char *p, const char *str, size_t len)
{
	const unsigned char *s = (const unsigned char *)str, *end = s + len;
	size_t n;

	*p++ = '"';
	for (;;) {
		p = copy_plain(p, &s, end);
		if (s == end || !*s)
			break;
		p = json_char(p, s, end - s, &n);
		s += n;
	}
	*p++ = '"';
	return p;
}
