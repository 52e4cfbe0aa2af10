/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files of /proc and /sys that are read repeatedly, and the numbers in them.
 *
 * Opening such a file costs several times as much as reading it, so a source stays open
 * from its second read on.  Each open file holds a page of kernel memory, so at most
 * SOURCES_OPEN_MAX stay open; the others are opened for every read.
 */
#ifndef USESTAT_SOURCE_H
#define USESTAT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define SOURCES_OPEN_MAX 3000

/* Prefix of every absolute path; "" except in unit tests. */
extern const char *source_root;

struct source {
	const char *path;
	bool whole;		/* the kernel returns all of it in one read */
	bool again;		/* was read before: keep it open */
	int fd;			/* descriptor plus 1; 0: not open */
};

/* Raise the limit of open files to the hard limit. */
void source_init(void);

/*
 * Read the file from its start.  Returns its text, NUL-terminated, in a buffer that is
 * valid until the next read of any source; NULL and errno if it cannot be read.
 */
char *source_read(struct source *source);

/* Return the number of bytes of the last read: a file can contain NULs. */
size_t source_length(void);

void source_close(struct source *source);

/* Is there such a file below source_root? */
bool source_exists(const char *path);

/* Open @path below source_root for reading, or -1. */
int source_open(const char *path, int flags);

/*
 * Read a file once.  The arguments are a printf(3) format of its path.  Same buffer and errors as
 * source_read().
 */
char *source_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Copy the first line of such a file; return false if it is unreadable or empty. */
bool source_line(char *line, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Read the number in such a file; return false if there is none. */
bool source_number(__u64 *v, int base, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Split off the first line of @rest, without its end; NULL at the end. */
char *line_next(char **rest);

/* Split off the next word of @rest, blanks between; NULL at the end. */
char *word_next(char **rest);

/* Convert all of @word to a number; return false if it is not a number or too large. */
bool word_number(const char *word, int base, __u64 *v);

/* Read the next word of @rest as a decimal number. */
bool number_next(char **rest, __u64 *v);

#endif /* USESTAT_SOURCE_H */
