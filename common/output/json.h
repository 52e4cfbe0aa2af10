/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A JSON writer, which sets commas and closes what is open.
 *
 *	json_start(&json, text);
 *	json_name(&json, "type", "meta");
 *	json_array(&json, "args");
 *	json_name(&json, NULL, "-p");
 *	json_end(&json);
 *	json_end(&json);		// a line: {"type":"meta","args":["-p"]}
 *
 * In an array the key is NULL.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "core/text.h"

struct json {
	struct text *text;
	unsigned int depth;	/* open objects and arrays */
	__u32 arrays;		/* bit d: the one at depth d is an array */
	__u32 filled;		/* bit d: it has a member */
};

/* Begin an object at the top, which will be a line. */
void json_start(struct json *json, struct text *text);
/* The same, of one that is in @text already, with a member at least. */
void json_resume(struct json *json, struct text *text);

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
/* End the last one that is open; at the top the line as well. */
void json_end(struct json *json);

void json_uint(struct json *json, const char *key, __u64 v);
void json_int(struct json *json, const char *key, __s64 v);
void json_bool(struct json *json, const char *key, bool v);
/* At most @len bytes of @s, up to a NUL. */
void json_string(struct json *json, const char *key, const char *s, size_t len);
void json_name(struct json *json, const char *key, const char *s);
/* Begin a member whose value the caller appends to the text. */
void json_key(struct json *json, const char *key);

#endif /* COMMON_JSON_H */
