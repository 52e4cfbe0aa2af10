/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Find strings in JSON text.  The text is not validated, but never read beyond its NUL. */
#ifndef COMMON_JSON_FIND_H
#define COMMON_JSON_FIND_H

#include <stdbool.h>
#include <stddef.h>

/* Return the value of @key in the object @json, or NULL if there is none. */
const char *json_member(const char *json, const char *key);

/* Return the first element of the array @json, or NULL if there is none. */
const char *json_first(const char *json);

/* Return the element after @element, or NULL at the end. */
const char *json_next(const char *element);

/* Copy the string @json, truncated to @size - 1 bytes; return false if it is not a string. */
bool json_copy(const char *json, char *value, size_t size);

#endif /* COMMON_JSON_FIND_H */
