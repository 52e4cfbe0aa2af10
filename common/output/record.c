// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "core/put.h"
#include "core/text.h"
#include "net/addr.h"
#include "output/record.h"

static void list_text(const struct value *v, struct text *text)
{
	for (__u32 i = 0; i < v->len; i++) {
		if (i)
			text_char(text, ',');
		text_str(text, v->list[i]);
	}
}

/* Append the strings, separated by spaces. */
static void argv_text(const struct value *v, struct text *text)
{
	for (__u32 i = 0; i < v->len; i++)
		if (v->s[i] || i + 1 < v->len)
			text_char(text, v->s[i] ? v->s[i] : ' ');
}

void value_text(const struct value *v, struct text *text)
{
	switch (v->kind) {
	case VALUE_UINT:
		text_uint(text, v->u);
		break;
	case VALUE_INT:
		text_int(text, v->i);
		break;
	case VALUE_BOOL:
		text_str(text, v->u ? "true" : "false");
		break;
	case VALUE_STRING:
		text_bytes(text, v->s, strnlen(v->s, v->len));
		break;
	case VALUE_LIST:
		list_text(v, text);
		break;
	case VALUE_ARGV:
		argv_text(v, text);
		break;
	case VALUE_ADDRESS:
		text->len = put_addr(text_room(text, ADDR_MAX), v->len, v->address) - text->at;
		break;
	}
}
