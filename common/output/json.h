/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A JSON writer.  It adds commas and closes what is open.
 *
 *	json_start(&json, text);
 *	json_name(&json, "type", "meta");
 *	json_array(&json, "args");
 *	json_name(&json, NULL, "-p");
 *	json_end(&json);
 *	json_end(&json);	// a line: {"type":"meta","args":["-p"]}
 *
 * In an array the key is NULL.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "core/text.h"

struct json {
	struct text *text;
	unsigned int depth;	/* number of open objects and arrays */
	__u32 arrays;		/* bit d: the one at depth d is an array */
	__u32 filled;		/* bit d: the one at depth d has a member */
};

/* Start a top-level object, which becomes one line. */
void json_start(struct json *json, struct text *text);
/* Continue the open top-level object in @text, which must have at least one member. */
void json_resume(struct json *json, struct text *text);

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
/* Close the innermost open object or array; at the top level, also end the line. */
void json_end(struct json *json);

void json_uint(struct json *json, const char *key, __u64 v);
void json_int(struct json *json, const char *key, __s64 v);
void json_bool(struct json *json, const char *key, bool v);
/* Write at most @len bytes of @s, up to a NUL. */
void json_string(struct json *json, const char *key, const char *s, size_t len);
void json_name(struct json *json, const char *key, const char *s);
/* Start a member.  The caller appends the value to the text. */
void json_key(struct json *json, const char *key);

#endif /* COMMON_JSON_H */
