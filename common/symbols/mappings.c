// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "symbols/mappings.h"

/* Parse one line of /proc/PID/maps.  Return false if the mapping is not executable. */
static bool parse_mapping(struct elf_files *files, int dir, char *line, struct mapping *mapping)
{
	static const char deleted[] = " (deleted)";
	unsigned int major, minor;
	char perms[5], range[64], *path;
	struct elf_mapped mapped;
	size_t len;
	int at = 0;

	if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &mapping->start, &mapping->end,
		   perms, &mapping->offset, &major, &minor, &mapped.ino, &at) < 7 ||
	    perms[2] != 'x')
		return false;
	path = line + at;
	len = strcspn(path, "\n");
	path[len] = '\0';
	mapping->file = NULL;
	mapping->unopened = false;
	if (strcmp(path, "[vdso]") == 0 && mapping->start >> 32)
		mapping->file = elf_files_vdso(files);
	if (path[0] != '/')
		return true;
	if (len > strlen(deleted) && strcmp(path + len - strlen(deleted), deleted) == 0)
		path[len - strlen(deleted)] = '\0';
	snprintf(range, sizeof(range), "%llx-%llx", mapping->start, mapping->end);
	mapped.range = range;
	mapped.path = path;
	mapped.dev = (__u64)major << 32 | minor;
	mapping->file = elf_files_mapped(files, dir, &mapped);
	mapping->unopened = !mapping->file;
	return true;
}

const struct mapping *mappings_find(const struct mappings *mappings, __u64 address)
{
	size_t low = 0, high = mappings->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mappings->at[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < mappings->n && mappings->at[low].start <= address)
		return &mappings->at[low];
	return NULL;
}

static int by_address(const void *va, const void *vb)
{
	const struct mapping *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void append(struct mappings *mappings, const struct mapping *mapping)
{
	mappings->at = xreallocarray(mappings->at, mappings->n + 1, sizeof(mappings->at[0]));
	mappings->at[mappings->n++] = *mapping;
}

/* Replace @mappings by @now, but keep the old mappings that @now does not overlap. */
static void replace(struct mappings *mappings, struct mappings *now)
{
	struct mappings gone = {};

	for (size_t i = 0; i < mappings->n; i++) {
		const struct mapping *old = &mappings->at[i];

		if (!mappings_find(now, old->start) && !mappings_find(now, old->end - 1))
			append(&gone, old);
	}
	for (size_t i = 0; i < gone.n; i++)
		append(now, &gone.at[i]);
	free(gone.at);
	free(mappings->at);
	qsort(now->at, now->n, sizeof(now->at[0]), by_address);
	*mappings = *now;
}

bool mappings_read(struct mappings *mappings, struct elf_files *files, int dir, FILE *maps)
{
	struct mappings now = {};
	struct mapping mapping;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, maps) > 0)
		if (parse_mapping(files, dir, line, &mapping))
			append(&now, &mapping);
	free(line);
	if (!now.n) {
		free(now.at);
		return false;
	}
	replace(mappings, &now);
	return true;
}
