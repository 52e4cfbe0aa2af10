/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The executable mappings of a process, from /proc/PID/maps. */
#ifndef COMMON_MAPPINGS_H
#define COMMON_MAPPINGS_H

#include <stddef.h>
#include <stdio.h>
#include "symbols/elf_file.h"

struct mapping {
	__u64 start, end;	/* addresses in the process */
	__u64 offset;		/* offset of start in the file, in bytes */
	struct elf_file *file;	/* NULL: no file, or unopened */
	bool unopened;		/* the file could not be opened: the process has ended */
};

struct mappings {		/* starts as all zeros */
	struct mapping *at;	/* sorted by address */
	size_t n;
};

/*
 * Replace @mappings by those in @maps, an open /proc/PID/maps.  @dir is the process's directory
 * in /proc.  Mappings that are gone stay unless a new one overlaps them, because earlier
 * samples may need them.  Returns false, and changes nothing, if there are none (the process is
 * exiting).
 */
bool mappings_read(struct mappings *mappings, struct elf_files *files, int dir, FILE *maps);

/* Return the mapping that covers @address, or NULL. */
const struct mapping *mappings_find(const struct mappings *mappings, __u64 address);

#endif /* COMMON_MAPPINGS_H */
