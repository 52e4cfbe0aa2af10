// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table: one row per resource. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "usestat.h"

#define NAME_WIDTH 20
#define NAME_HEAD 7			/* of a long name: a process begins with its PID */

static struct column columns[COLUMNS] = {
	[COL_RESOURCE] = { "RESOURCE", "resource", -11, COLUMN_STRING, .about = "Kind of resource" },
	[COL_NAME] = { "NAME", "name", -NAME_WIDTH, COLUMN_STRING, .about = "Which one" },
	[COL_UTILISATION] = { "UTIL", "utilisation_pct", 7, COLUMN_PERCENT, .optional = true,
			      .about = "How busy it is" },
	[COL_SATURATION] = { "SATURATION", "saturation", -30, COLUMN_STRING, .optional = true,
			     .about = "What waits for it" },
	[COL_ERRORS] = { "ERRORS", "errors", -6, COLUMN_STRING, .optional = true,
			 .about = "What failed" },
};

struct table usestat_table = {
	.type = "row", .about = "A row of the table", .kind = TABLE_TEXT,
	.columns = columns, .n = COLUMNS,
};

static struct {
	const char *resource, *name;
	bool known;			/* the utilisation */
	__u64 hundredths;		/* of a percent */
	char cells[COLUMNS][160];
} row;

void row_begin(struct usestat *u, const char *resource, const char *name)
{
	memset(&row, 0, sizeof(row));
	row.resource = resource;
	row.name = name;
}

void row_utilisation(__u64 part, __u64 whole)
{
	if (!whole)
		return;
	row.known = true;
	row.hundredths = (double)part * 10000 / whole;
}

void row_add(int column, const char *fmt, ...)
{
	char *cell = row.cells[column];
	size_t len = strlen(cell);
	va_list ap;

	if (len)
		len += snprintf(cell + len, sizeof(row.cells[0]) - len, ", ");
	if (len >= sizeof(row.cells[0]))
		return;
	va_start(ap, fmt);
	vsnprintf(cell + len, sizeof(row.cells[0]) - len, fmt, ap);
	va_end(ap);
}

void row_mark(int column, int number)
{
	row_add(column, "?%d", number);
}

const char *plural(__u64 n)
{
	return n == 1 ? "" : "s";
}

void row_errors(__u64 n, const char *what)
{
	const char *mark = strstr(what, "(s)");
	int len = mark ? mark - what : (int)strlen(what);

	if (n)
		row_add(COL_ERRORS, "%llu %.*s%s%s", n, len, what, mark ? plural(n) : "",
			mark ? mark + 3 : "");
}

/* Return true if @c continues a UTF-8 character. */
static bool inside_character(char c)
{
	return (c & 0xc0) == 0x80;
}

/* Replace the middle of a long name by "..", because the end of a path is more specific. */
static const char *fitting(const char *name)
{
	static char shortened[NAME_WIDTH + 1];
	size_t len = strlen(name), head = NAME_HEAD;
	const char *end = name + len - (NAME_WIDTH - NAME_HEAD - 2);

	if (len <= NAME_WIDTH)
		return name;
	while (head && inside_character(name[head]))
		head--;
	while (inside_character(*end))
		end++;
	snprintf(shortened, sizeof(shortened), "%.*s..%s", (int)head, name, end);
	return shortened;
}

void row_end(struct usestat *u)
{
	out_row(u->out, u->ns);
	out_name(u->out, COL_RESOURCE, row.resource);
	out_name(u->out, COL_NAME, fitting(row.name));
	if (row.known)
		out_uint(u->out, COL_UTILISATION, row.hundredths);
	else if (row.cells[COL_UTILISATION][0])
		out_show(u->out, COL_UTILISATION, row.cells[COL_UTILISATION]);
	if (row.cells[COL_SATURATION][0])
		out_name(u->out, COL_SATURATION, row.cells[COL_SATURATION]);
	if (row.cells[COL_ERRORS][0])
		out_name(u->out, COL_ERRORS, row.cells[COL_ERRORS]);
	out_end(u->out);
}

__u64 interval_ns(const struct object *object)
{
	return object->before_ns && object->ns > object->before_ns ?
		object->ns - object->before_ns : 1;
}

__u64 per_second(const struct object *object, __u64 n)
{
	return (double)n * NS_PER_S / interval_ns(object) + 0.5;
}

const char *human(__u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	static char buffers[4][16];
	static unsigned int next;
	double v = bytes;
	size_t unit = 0;
	char *s = buffers[next++ % 4];

	for (; v >= 1023.5; unit++)
		v /= 1024;
	snprintf(s, sizeof(buffers[0]), "%.*f %s", unit && v < 9.95 ? 1 : 0, v, units[unit]);
	return s;
}
