/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Replace a file atomically: write it under a temporary name in the same directory, and rename
 * it when it is complete.  Other users with write access to that directory can neither redirect
 * nor block the writing, because the temporary name is random and new, and an existing file with
 * the final name must be a regular file.
 */
#ifndef COMMON_NEW_FILE_H
#define COMMON_NEW_FILE_H

#include <stdbool.h>

struct new_file {
	char *path;		/* final name; NULL: not open */
	char *temporary;
	int fd;			/* for writing */
};

/*
 * Start to replace @path.  Returns 0 or a negative errno; -EINVAL if @path exists and is not a
 * regular file (a symbolic link is not one).  Finish with new_file_commit() or
 * new_file_discard().
 */
int new_file_open(struct new_file *file, const char *path);

/* Return true if @a and @b name the same file, even if it does not exist. */
bool new_file_is_same(const char *a, const char *b);

/* Give the file its final name.  Returns 0 or a negative errno; on error the old file stays. */
int new_file_commit(struct new_file *file);

/* Remove the temporary file; the old file stays. */
void new_file_discard(struct new_file *file);

#endif /* COMMON_NEW_FILE_H */
