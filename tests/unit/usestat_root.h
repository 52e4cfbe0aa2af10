/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For unit tests of usestat: its subjects look at a tree of files that stands in for the root. */
#ifndef USESTAT_ROOT_H
#define USESTAT_ROOT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define main usestat_main
#include "../../tools/usestat/usestat.c"
#undef main

static char root[] = "/tmp/test_usestat.XXXXXX";
static struct out out;
static struct usestat u = { .out = &out, .top = 5, .detail = true };

/* Write a file below the root, with its directories; one that is open keeps its inode. */
static void put(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* One look at a subject, a second after the last one. */
static inline void look_at(const struct subject *subject)
{
	u.before_ns = u.ns;
	u.ns += 1000000000;
	subject->look(&u);
}

/* Return what was printed, until the next call. */
static const char *take_text(void)
{
	static char *text;

	free(text);
	text = strndup(out.text.at ? out.text.at : "", out.text.len);
	out.text.len = 0;
	return text;
}

static const char *json_of(const struct subject *subject)
{
	opt.common.json = true;
	subject->records(&u);
	return take_text();
}

static inline const char *table_of(const struct subject *subject)
{
	opt.common.json = false;
	subject->rows(&u);
	return take_text();
}

#define has(text, part) has_part(text, part, true, __LINE__)
#define lacks(text, part) has_part(text, part, false, __LINE__)

static void has_part(const char *text, const char *part, bool wanted, int line)
{
	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("line %d: %s '%s' in: %s", line, wanted ? "no" : "unexpected", part, text);
}

static int begin(void **state)
{
	opt.common.table = &usestat_table;
	out_init(&out, &opt.common);
	source_root = root;
	return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
	char *command;
	int status;

	out_free(&out);
	if (asprintf(&command, "rm -rf '%s'", root) < 0)
		return -1;
	status = system(command);
	free(command);
	return status;
}

#endif /* USESTAT_ROOT_H */
