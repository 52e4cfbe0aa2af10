// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/help.h"

#define INDENT "  "			/* of each example */

/* Return true if @line is an example: the name of @tool followed by arguments. */
static bool is_example(const char *line, const char *tool)
{
	size_t indent = strlen(INDENT), name = strlen(tool);

	return strncmp(line, INDENT, indent) == 0 && strncmp(line + indent, tool, name) == 0 &&
	       line[indent + name] == ' ';
}

/* argp would wrap the lines if the program is called by a name longer than the tool's. */
static void print_examples(const char *text, const char *tool)
{
	size_t len;

	putchar('\n');
	for (const char *line = text; *line; line += len) {
		len = strcspn(line, "\n");
		if (is_example(line, tool)) {
			size_t skip = strlen(INDENT) + strlen(tool);

			printf("%s%s%.*s\n", INDENT, program_invocation_short_name,
			       (int)(len - skip), line + skip);
		} else {
			printf("%.*s\n", (int)len, line);
		}
		len += line[len] == '\n';
	}
}

void help_print(const struct argp *argp, const char *tool)
{
	const char *examples = strchr(argp->doc, '\v');
	struct argp described = *argp;

	if (examples)
		described.doc = strndup(argp->doc, examples - argp->doc);
	argp_help(&described, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC,
		  program_invocation_short_name);
	if (examples)
		print_examples(examples + 1, tool);
	putchar('\n');
	argp_help(&described, stdout, ARGP_HELP_LONG, program_invocation_short_name);
	if (described.doc != argp->doc)
		free((void *)described.doc);
}
