/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For unit tests: what a tool prints for handwritten events.  The clock is
 * fixed: an event's ns count from 1970-01-01T00:00:00Z.
 */
#ifndef TESTS_RENDER_H
#define TESTS_RENDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "output/out.h"

/*
 * Return the heading (text only) and the record that @print prints for @event.  The string
 * is valid until the next call.
 */
static inline const char *render(struct common_args *args, const struct table *table,
				 void (*print)(void *ctx, const void *event, size_t size),
				 const void *event, size_t size)
{
	struct out out;
	static char *text;

	args->table = table;
	out_init(&out, args);
	out_heading(&out);
	print(&out, event, size);
	free(text);
	text = strndup(out.text.at ? out.text.at : "", out.text.len);
	out_free(&out);
	return text;
}

#endif /* TESTS_RENDER_H */
