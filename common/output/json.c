// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <string.h>

#include "output/json.h"

void json_resume(struct json *json, struct text *text)
{
	*json = (struct json){ .text = text, .depth = 1, .filled = 1 << 1 };
}

void json_start(struct json *json, struct text *text)
{
	*json = (struct json){ .text = text };
	json_object(json, NULL);
}

void json_key(struct json *json, const char *key)
{
	__u32 bit = 1U << json->depth;

	if (json->filled & bit)
		text_char(json->text, ',');
	json->filled |= bit;
	if (!key)
		return;
	text_json(json->text, key, strlen(key));
	text_char(json->text, ':');
}

static void begin(struct json *json, const char *key, bool array)
{
	if (json->depth)
		json_key(json, key);
	text_char(json->text, array ? '[' : '{');
	json->depth++;
	assert(json->depth < 32);
	json->filled &= ~(1U << json->depth);
	json->arrays &= ~(1U << json->depth);
	json->arrays |= (__u32)array << json->depth;
}

void json_object(struct json *json, const char *key)
{
	begin(json, key, false);
}

void json_array(struct json *json, const char *key)
{
	begin(json, key, true);
}

void json_end(struct json *json)
{
	text_char(json->text, json->arrays >> json->depth & 1 ? ']' : '}');
	json->depth--;
	if (!json->depth)
		text_char(json->text, '\n');
}

void json_uint(struct json *json, const char *key, __u64 v)
{
	json_key(json, key);
	text_uint(json->text, v);
}

void json_int(struct json *json, const char *key, __s64 v)
{
	json_key(json, key);
	text_int(json->text, v);
}

void json_bool(struct json *json, const char *key, bool v)
{
	json_key(json, key);
	text_str(json->text, v ? "true" : "false");
}

void json_string(struct json *json, const char *key, const char *s, size_t len)
{
	json_key(json, key);
	text_json(json->text, s, len);
}

void json_name(struct json *json, const char *key, const char *s)
{
	json_string(json, key, s, strlen(s));
}
