/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file that is replaced as a whole: it is written under a temporary name in the same
 * directory and renamed when it is complete.  Others who may write to that directory can
 * neither redirect the writing nor block it: the temporary name is random and new, and what
 * exists under the final name must be a regular file.
 */
#ifndef COMMON_NEW_FILE_H
#define COMMON_NEW_FILE_H

struct new_file {
	char *path;		/* final name; NULL: not open */
	char *temporary;
	int fd;			/* for writing */
};

/*
 * Start to replace @path.  0 or a negative errno; -EINVAL: what exists there is not a regular
 * file (a symbolic link is not, either).  Ends with new_file_commit() or new_file_discard().
 */
int new_file_open(struct new_file *file, const char *path);

/* Give the file its final name.  On an error, a negative errno, the old file stays. */
int new_file_commit(struct new_file *file);

/* Remove it; the old file stays. */
void new_file_discard(struct new_file *file);

#endif /* COMMON_NEW_FILE_H */
