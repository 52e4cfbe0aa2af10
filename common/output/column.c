// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "output/column.h"

int column_find(const struct table *table, const char *name, size_t len)
{
	int found = -ENOENT;

	for (int i = 0; i < table->n; i++) {
		const char *key = table->columns[i].key;

		if (strncasecmp(key, name, len) != 0 || !len)
			continue;
		if (!key[len])
			return i;
		found = found == -ENOENT ? i : -EINVAL;
	}
	return found;
}

int columns_choose(const struct table *table, const char *list, int cols[COLUMNS_MAX],
		   const char **bad)
{
	size_t len;
	int n = 0;

	for (const char *name = list; ; name += len + 1) {
		len = strcspn(name, ",");
		*bad = name;
		if (n == COLUMNS_MAX)
			return -E2BIG;
		cols[n] = column_find(table, name, len);
		if (cols[n] < 0)
			return cols[n];
		for (int i = 0; i < n; i++)
			if (cols[i] == cols[n])
				return -EEXIST;
		n++;
		if (!name[len])
			return n;
	}
}
