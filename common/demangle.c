// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "demangle.h"
#include "log.h"

#define RUST_HASH_LEN 19		/* "::h" and 16 hex digits */

typedef char *(*demangle_fn)(const char *name, char *buffer, size_t *size, int *status);

static demangle_fn cxa_demangle(void)
{
	static demangle_fn fn;
	void *library;

	if (fn)
		return fn;
	library = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		library = dlopen("libc++abi.so.1", RTLD_NOW | RTLD_LOCAL);
	if (library)
		fn = (demangle_fn)dlsym(library, "__cxa_demangle");
	return fn;
}

bool demangle_possible(void)
{
	if (cxa_demangle())
		return true;
	log_warn("cannot demangle names: there is no libstdc++.so.6 on this machine");
	return false;
}

/* Rust's older scheme is C++'s with a hash for the last part; NULL: @name has none. */
static char *rust_hash(char *name)
{
	size_t len = strlen(name);
	char *hash = name + len - RUST_HASH_LEN;

	if (len <= RUST_HASH_LEN || strncmp(hash, "::h", 3) != 0 ||
	    strspn(hash + 3, "0123456789abcdef") != RUST_HASH_LEN - 3)
		return NULL;
	return hash;
}

/* What Rust writes for @escape ("LT" of "$LT$"), 0: unknown. */
static char rust_escape(const char *escape, size_t len)
{
	static const struct {
		const char *escape;
		char c;
	} escapes[] = {
		{ "SP", '@' }, { "BP", '*' }, { "RF", '&' }, { "LT", '<' }, { "GT", '>' },
		{ "LP", '(' }, { "RP", ')' }, { "C", ',' },
	};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (strlen(escapes[i].escape) == len &&
		    strncmp(escapes[i].escape, escape, len) == 0)
			return escapes[i].c;
	if (escape[0] == 'u' && len >= 2 && len <= 4) {		/* "u20": a space */
		unsigned long code = strtoul(escape + 1, NULL, 16);

		return code >= 0x20 && code < 0x7f ? code : 0;
	}
	return 0;
}

/* Undo Rust's escapes in place: "$LT$" is "<", ".." is "::". */
static void rust_unescape(char *name)
{
	char *to = name;

	for (const char *from = name; *from;) {
		const char *end = from[0] == '$' ? strchr(from + 1, '$') : NULL;
		char c = end ? rust_escape(from + 1, end - from - 1) : 0;

		if (c) {
			*to++ = c;
			from = end + 1;
		} else if (from[0] == '.' && from[1] == '.') {
			*to++ = ':';
			*to++ = ':';
			from += 2;
		} else if (from[0] == '_' && from[1] == '$' && (to == name || to[-1] == ':')) {
			from++;		/* a part that would begin with an escape */
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

char *demangle(const char *name)
{
	demangle_fn fn = cxa_demangle();
	char *readable, *hash;

	if (!fn || strncmp(name, "_Z", 2) != 0)
		return NULL;
	readable = fn(name, NULL, NULL, NULL);
	if (!readable)
		return NULL;
	hash = rust_hash(readable);
	if (hash) {
		*hash = '\0';
		rust_unescape(readable);
	}
	return readable;
}
