// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Escaped strings: no name that a process chooses can break the output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "one_text.h"

static const char *escaped(const char *s, size_t len, bool quote)
{
	text_escape(&text, s, len, quote);
	return ended();
}

static const char *json(const char *s, size_t len)
{
	text_json(&text, s, len);
	return ended();
}

/* Check the same bytes as text and as JSON. */
static void both(const char *s, size_t len, const char *want_text, const char *want_json)
{
	assert_string_equal(escaped(s, len, false), want_text);
	assert_string_equal(json(s, len), want_json);
}

static void text_grows(void **state)
{
	text_fill(&text, 'a', 0);
	for (int i = 0; i < 100000; i++)
		text_str(&text, "0123456789");
	text_fill(&text, 'x', 50000);
	assert_int_equal(text.len, 1050000);
	assert_true(text.size >= text.len);
	assert_memory_equal(text.at + 999990, "0123456789xxx", 13);
}

static void printf_formats(void **state)
{
	text_printf(&text, "%s-%05d", "a", 42);
	assert_string_equal(ended(), "a-00042");
}

static void plain_text_stays(void **state)
{
	both("ls -l", 5, "ls -l", "\"ls -l\"");
	both("", 0, "", "\"\"");
	both("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9d", 14, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9d",
	     "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9d\"");
}

static void strings_end_at_nul_or_len(void **state)
{
	both("ab\0cd", 5, "ab", "\"ab\"");
	both("abcd", 2, "ab", "\"ab\"");
	both("\0", 1, "", "\"\"");
	both("a\xc3\xa9", 2, "a\\xc3", "\"a\\ufffd\"");	/* a character truncated by len */
}

static void quotes_and_backslash(void **state)
{
	both("a\"b\\c", 5, "a\"b\\\\c", "\"a\\\"b\\\\c\"");
	assert_string_equal(escaped("a\"b\\c", 5, true), "a\\\"b\\\\c");
	both("\\x0a", 4, "\\\\x0a", "\"\\\\x0a\"");	/* must not look like an escape */
}

static void every_ascii_control(void **state)
{
	char s[2] = "", want_text[8], want_json[16];

	for (int c = 1; c < 0x80; c++) {
		if (c >= 0x20 && c != 0x7f)
			continue;
		s[0] = c;
		snprintf(want_text, sizeof(want_text), "\\x%02x", c);
		snprintf(want_json, sizeof(want_json), "\"\\u%04x\"", c);
		both(s, 1, want_text, want_json);
	}
}

static void every_c1_control(void **state)
{
	char s[3] = "\xc2", want_text[16], want_json[16];

	for (int c = 0x80; c < 0xa0; c++) {
		s[1] = c;
		snprintf(want_text, sizeof(want_text), "\\xc2\\x%02x", c);
		snprintf(want_json, sizeof(want_json), "\"\\u%04x\"", c);
		both(s, 2, want_text, want_json);
		/* Also as a single byte, as an 8-bit terminal interprets it. */
		snprintf(want_text, sizeof(want_text), "\\x%02x", c);
		both(s + 1, 1, want_text, "\"\\ufffd\"");
	}
	both("\xc2\xa0", 2, "\xc2\xa0", "\"\xc2\xa0\"");	/* the first one above */
}

static void direction_and_line_ends(void **state)
{
	static const struct {
		const char *s;
		const char *want_json;
	} cases[] = {
		{ "\xd8\x9c", "\"\\u061c\"" },
		{ "\xe2\x80\x8e", "\"\\u200e\"" }, { "\xe2\x80\x8f", "\"\\u200f\"" },
		{ "\xe2\x80\xa8", "\"\\u2028\"" }, { "\xe2\x80\xa9", "\"\\u2029\"" },
		{ "\xe2\x80\xaa", "\"\\u202a\"" }, { "\xe2\x80\xab", "\"\\u202b\"" },
		{ "\xe2\x80\xac", "\"\\u202c\"" }, { "\xe2\x80\xad", "\"\\u202d\"" },
		{ "\xe2\x80\xae", "\"\\u202e\"" },
		{ "\xe2\x81\xa6", "\"\\u2066\"" }, { "\xe2\x81\xa7", "\"\\u2067\"" },
		{ "\xe2\x81\xa8", "\"\\u2068\"" }, { "\xe2\x81\xa9", "\"\\u2069\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *s = cases[i].s;

		assert_string_equal(json(s, strlen(s)), cases[i].want_json);
		assert_int_equal(strncmp(escaped(s, strlen(s), false), "\\x", 2), 0);
	}
}

static void invalid_utf8(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xbf",				/* continuation alone */
		"\xc0", "\xc1", "\xf5", "\xfe", "\xff",	/* never in UTF-8 */
		"\xc3", "\xe2", "\xe2\x82", "\xf0\x9f\x90",	/* truncated */
		"\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf",	/* overlong */
		"\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbf\xbf",	/* surrogates */
		"\xf4\x90\x80\x80", "\xf7\xbf\xbf\xbf",	/* above 10FFFF */
		"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80",	/* five and six bytes */
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char want_text[64] = "", want_json[64] = "\"";
		size_t len = strlen(bad[i]);

		for (size_t k = 0; k < len; k++) {
			snprintf(want_text + 4 * k, 5, "\\x%02x", (unsigned char)bad[i][k]);
			strcat(want_json, "\\ufffd");
		}
		both(bad[i], len, want_text, strcat(want_json, "\""));
	}
	/* An invalid first byte must not swallow the following bytes. */
	both("\xe2\x82" "ab", 4, "\\xe2\\x82ab", "\"\\ufffd\\ufffdab\"");
	both("\xc3\n", 2, "\\xc3\\x0a", "\"\\ufffd\\u000a\"");
}

static void utf8_limits_are_kept(void **state)
{
	static const char *const good[] = {
		"\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_string_equal(escaped(good[i], strlen(good[i]), false), good[i]);
}

static void columns_count_characters(void **state)
{
	assert_int_equal(text_escape(&text, "ab", 2, false), 2);
	assert_int_equal(text_escape(&text, "\xe2\x82\xac", 3, false), 1);
	assert_int_equal(text_escape(&text, "\n", 1, false), 4);
	assert_int_equal(text_escape(&text, "\xc2\x9b", 2, false), 8);
	assert_int_equal(text_escape(&text, "\\\"", 2, true), 4);
}

/*
 * An independent decoder, from the table of well-formed UTF-8 in the Unicode
 * standard (table 3-7): return the number of bytes of the character at @s, or 0.
 */
static size_t well_formed(const unsigned char *s, size_t len)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t n;
	} rows[] = {
		{ 0x00, 0x7f, 0, 0, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (s[0] < rows[i].first || s[0] > rows[i].last || rows[i].n > len)
			continue;
		if (rows[i].n > 1 && (s[1] < rows[i].low || s[1] > rows[i].high))
			continue;
		for (size_t k = 2; k < rows[i].n; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return rows[i].n;
	}
	return 0;
}

static bool all_well_formed(const char *s, size_t len)
{
	for (size_t n; len; s += n, len -= n) {
		n = well_formed((const unsigned char *)s, len);
		if (!n)
			return false;
	}
	return true;
}

/* Decode a JSON string, instead of a parser: only the escapes that our writer uses. */
static size_t unescape_json(const char *s, size_t len, char *to)
{
	size_t n = 0;

	assert_true(len >= 2 && s[0] == '"' && s[len - 1] == '"');
	for (size_t i = 1; i < len - 1; i++) {
		unsigned int code;

		assert_true((unsigned char)s[i] >= 0x20 && s[i] != '"');
		if (s[i] != '\\') {
			to[n++] = s[i];
			continue;
		}
		if (s[++i] != 'u') {
			assert_true(s[i] == '"' || s[i] == '\\');
			to[n++] = s[i];
			continue;
		}
		assert_int_equal(sscanf(s + i + 1, "%4x", &code), 1);
		i += 4;
		if (code >= 0x800)
			to[n++] = 0xe0 | code >> 12;
		if (code >= 0x800)
			to[n++] = 0x80 | (code >> 6 & 0x3f);
		else if (code >= 0x80)
			to[n++] = 0xc0 | code >> 6;
		to[n++] = code < 0x80 ? code : 0x80 | (code & 0x3f);
	}
	return n;
}

/* Decode \xNN, \\ and \". */
static size_t unescape_text(const char *s, size_t len, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned int byte = (unsigned char)s[i];

		assert_true(byte >= 0x20 && byte != 0x7f);
		if (byte == '\\' && s[i + 1] == 'x') {
			assert_int_equal(sscanf(s + i + 2, "%2x", &byte), 1);
			i += 3;
		} else if (byte == '\\') {
			byte = s[++i];
		}
		to[n++] = byte;
	}
	return n;
}

/* Return a byte; half of them from those that begin, continue and break UTF-8. */
static char random_byte(void)
{
	static const char special[] = "\\\"\n\x1b\x7f\x80\x8f\x90\x9f\xa0\xbf\xc2\xc3\xe0\xe2\xed\xef"
				      "\xf0\xf4\xf5\xff\xd8\x9c\x8e\xa8\x81\xa6";

	return random() & 1 ? random() % 256 : special[random() % (sizeof(special) - 1)];
}

static void any_bytes_at_all(void **state)
{
	char s[48], back[4 * sizeof(s)];
	int valid = 0;

	srandom(60);
	for (int round = 0; round < 100000; round++) {
		size_t len = random() % (sizeof(s) + 1), used;

		for (size_t i = 0; i < len; i++)
			s[i] = round & 2 ? random_byte() : random() % 128;
		used = strnlen(s, len);

		text.len = 0;
		text_json(&text, s, len);
		assert_true(all_well_formed(text.at, text.len));
		if (used && all_well_formed(s, used)) {
			valid++;
			assert_int_equal(unescape_json(text.at, text.len, back), used);
			assert_memory_equal(back, s, used);
		}

		text.len = 0;
		text_escape(&text, s, len, round & 1);
		assert_true(all_well_formed(text.at, text.len));
		text_char(&text, '\0');
		assert_int_equal(unescape_text(text.at, text.len - 1, back), used);
		assert_memory_equal(back, s, used);
	}
	assert_true(valid > 5000);		/* otherwise the round trip was hardly tested */
}

/* Plain bytes are copied in words: no other byte may hide in one. */
static void every_byte_at_every_place(void **state)
{
	char s[24], alone[32], want[64];

	for (unsigned int i = 0; i < 255 * sizeof(s); i++) {
		size_t at = i % sizeof(s);

		memset(s, 'a', sizeof(s));
		s[at] = 1 + i / sizeof(s);
		snprintf(alone, sizeof(alone), "%s", escaped(&s[at], 1, true));
		snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at, s, alone,
			 (int)(sizeof(s) - at - 1), s + at + 1);
		assert_string_equal(escaped(s, sizeof(s), true), want);

		snprintf(alone, sizeof(alone), "%s", json(&s[at], 1));
		alone[strlen(alone) - 1] = '\0';		/* its quotes */
		snprintf(want, sizeof(want), "\"%.*s%s%.*s\"", (int)at, s, alone + 1,
			 (int)(sizeof(s) - at - 1), s + at + 1);
		assert_string_equal(json(s, sizeof(s)), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_byte_at_every_place, reset),
		cmocka_unit_test_setup(text_grows, reset),
		cmocka_unit_test_setup(printf_formats, reset),
		cmocka_unit_test_setup(plain_text_stays, reset),
		cmocka_unit_test_setup(strings_end_at_nul_or_len, reset),
		cmocka_unit_test_setup(quotes_and_backslash, reset),
		cmocka_unit_test_setup(every_ascii_control, reset),
		cmocka_unit_test_setup(every_c1_control, reset),
		cmocka_unit_test_setup(direction_and_line_ends, reset),
		cmocka_unit_test_setup(invalid_utf8, reset),
		cmocka_unit_test_setup(utf8_limits_are_kept, reset),
		cmocka_unit_test_setup(columns_count_characters, reset),
		cmocka_unit_test_setup_teardown(any_bytes_at_all, reset, reset),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, reset);
}
