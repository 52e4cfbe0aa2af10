// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "core/json_find.h"

static const char *blanks(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* Return the end of the string at @s: after its closing quote, or at the NUL. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : s;
}

/* Return the end of the value at @s. */
static const char *value_end(const char *s)
{
	size_t depth = 0;

	do {
		if (*s == '"') {
			s = string_end(s);
			continue;
		}
		if (*s == '{' || *s == '[')
			depth++;
		else if ((*s == '}' || *s == ']') && depth)
			depth--;
		else if (!depth)
			return s + strcspn(s, ",]} \t\r\n");	/* a number, true, false or null */
		s += *s != '\0';
	} while (*s && depth);
	return s;
}

const char *json_next(const char *element)
{
	const char *s = blanks(value_end(element));

	if (*s != ',')
		return NULL;
	s = blanks(s + 1);
	return *s ? s : NULL;
}

const char *json_first(const char *json)
{
	const char *s = blanks(json);

	if (*s != '[')
		return NULL;
	s = blanks(s + 1);
	return *s && *s != ']' ? s : NULL;
}

const char *json_member(const char *json, const char *key)
{
	const char *s = blanks(json), *end;
	size_t len = strlen(key);

	if (*s != '{')
		return NULL;
	for (s = blanks(s + 1); s && *s == '"'; s = json_next(s)) {
		const char *name = s + 1;

		end = string_end(s);
		s = blanks(end);
		if (*s != ':')
			return NULL;
		s = blanks(s + 1);
		if (end == name + len + 1 && strncmp(name, key, len) == 0)
			return s;
	}
	return NULL;
}

/* Write the character of the escape "\u00e9" as UTF-8; surrogates become "?". */
static size_t put_code(const char *digits, char out[3])
{
	char hex[5] = {};
	unsigned long code;

	memcpy(hex, digits, strnlen(digits, 4));
	code = strtoul(hex, NULL, 16);
	if (code < 0x80 || (code >= 0xd800 && code < 0xe000)) {
		out[0] = code && code < 0x80 ? code : '?';
		return 1;
	}
	if (code < 0x800) {
		out[0] = 0xc0 | code >> 6;
		out[1] = 0x80 | (code & 0x3f);
		return 2;
	}
	out[0] = 0xe0 | code >> 12;
	out[1] = 0x80 | (code >> 6 & 0x3f);
	out[2] = 0x80 | (code & 0x3f);
	return 3;
}

/* Decode the escape at *@s, after the backslash; return the number of bytes in @out. */
static size_t put_escape(const char **s, char out[3])
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *at = **s ? strchr(from, **s) : NULL;
	size_t n = 1;

	out[0] = at ? to[at - from] : **s;
	if (**s == 'u') {
		n = put_code(*s + 1, out);
		*s += strnlen(*s + 1, 4);
	}
	*s += **s != '\0';
	return n;
}

bool json_copy(const char *json, char *value, size_t size)
{
	const char *s = json ? blanks(json) : "";
	size_t len = 0;

	if (*s != '"')
		return false;
	s++;
	while (*s && *s != '"') {
		char out[3] = { *s };
		size_t n = 1;

		s++;
		if (out[0] == '\\')
			n = put_escape(&s, out);
		if (len + n >= size)
			break;
		memcpy(value + len, out, n);
		len += n;
	}
	value[len] = '\0';
	return true;
}
