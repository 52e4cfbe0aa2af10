// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "symbols/perf_map.h"

/*
 * Read a line of at most *@left bytes, without its end; a longer one than fits into @line is
 * truncated.  Returns its length, or -1 at the end of the file.
 */
static ssize_t read_line(FILE *f, char *line, size_t size, size_t *left)
{
	size_t n = 0;
	int c = EOF;

	while (*left && (c = getc_unlocked(f)) != EOF && c != '\n') {
		--*left;
		if (n + 1 < size)
			line[n] = c;
		n++;
	}
	if (c == '\n' && *left)
		--*left;
	line[n < size ? n : size - 1] = '\0';
	return n || c == '\n' ? (ssize_t)n : -1;
}

bool perf_map_read(FILE *f, struct symbols *symbols, size_t *bytes_left)
{
	char line[PERF_MAP_LINE_MAX], *rest;
	struct symbol_entry entry = {};
	bool complete = true;
	ssize_t n;

	while (*bytes_left && (n = read_line(f, line, sizeof(line), bytes_left)) >= 0) {
		entry.address = strtoull(line, &rest, 16);
		entry.bytes = strtoul(rest, &rest, 16);
		entry.rank++;
		if (n >= (ssize_t)sizeof(line))
			complete = false;
		else if (rest[0] == ' ' && entry.bytes)
			symbols_add(symbols, &entry, rest + 1, strlen(rest + 1));
	}
	return complete && *bytes_left;
}
