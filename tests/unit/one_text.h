/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The text that each test of text.h writes to. */
#ifndef ONE_TEXT_H
#define ONE_TEXT_H

#include "core/text.h"

static struct text text;

/* Before and after each test. */
static int reset(void **state)
{
	text_free(&text);
	return 0;
}

/* Return what was written, and begin again. */
static const char *ended(void)
{
	text_char(&text, '\0');
	text.len = 0;
	return text.at;
}

#endif /* ONE_TEXT_H */
