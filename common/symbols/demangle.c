// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <libiberty/demangle.h>

#include "symbols/demangle.h"
#include "core/text.h"

#define READABLE_MAX 16384	/* bytes */

struct demangling {
	struct text text;
	jmp_buf too_long;
};

static void take_part(const char *part, size_t len, void *ctx)
{
	struct demangling *demangling = ctx;

	if (demangling->text.len + len > READABLE_MAX)
		longjmp(demangling->too_long, 1);
	text_bytes(&demangling->text, part, len);
}

/*
 * A crafted name can double its readable form with every letter.  Only a longjmp() out of the
 * library can stop it.  That leaks nothing, because the library allocates no memory.
 */
static bool try_demangle(struct demangling *demangling, const char *name)
{
	int options = DMGL_PARAMS | DMGL_ANSI;

	if (setjmp(demangling->too_long))
		return false;
	return rust_demangle_callback(name, options, take_part, demangling) ||
	       cplus_demangle_v3_callback(name, options, take_part, demangling);
}

char *demangle(const char *name)
{
	struct demangling demangling = {};

	if (!try_demangle(&demangling, name)) {
		text_free(&demangling.text);
		return NULL;
	}
	text_char(&demangling.text, '\0');
	return demangling.text.at;
}
