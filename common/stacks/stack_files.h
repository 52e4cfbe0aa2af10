/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files of --flame and --pprof. */
#ifndef COMMON_STACK_FILES_H
#define COMMON_STACK_FILES_H

#include "core/new_file.h"
#include "stacks/pprof.h"
#include "stacks/stacks.h"

/* A file to write besides the output. */
struct stack_file {
	const char *path;		/* NULL: not requested */
	struct new_file new;
};

struct stack_files {
	struct stack_file flame, pprof;
};

/* Return the path if two of --flame, --pprof and @metrics name the same one, or NULL. */
const char *stack_files_clash(const struct stack_files *files, const char *metrics);

/*
 * Open the files.  Call it before the run, so that a path that cannot be written is reported at
 * once.  Keeps the privileges to write them.  Returns 0 or a negative errno, which is reported;
 * then nothing is open.
 */
int stack_files_open(struct stack_files *files);

/*
 * Write the files that stack_files_open() opened.  @unit: unit of the counts in the flame graph.
 * Returns 0 or a negative errno, which is reported.
 */
int stack_files_write(struct stack_files *files, const struct stacks *stacks, const char *unit,
		      const char *title, const struct pprof_unit *pprof_unit, __u64 duration_ns);

/* Remove the files that were opened but not written. */
void stack_files_discard(struct stack_files *files);

#endif /* COMMON_STACK_FILES_H */
