// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Files of /proc and /sys, kept open. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "source.h"

#define PATH_SIZE 4352			/* PATH_MAX and a file name */
#define BUFFER_SIZE 65536		/* at first */
#define BUFFER_MAX (16 << 20)		/* the rest of a larger file is not read */

const char *source_root = "";

static struct {
	char *at;
	size_t size;
	size_t len;			/* of the last read */
	int open;			/* sources that are kept open */
} buffer;

void source_init(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool buffer_grow(void)
{
	size_t size = buffer.size ? buffer.size * 2 : BUFFER_SIZE;
	char *at = size <= BUFFER_MAX ? realloc(buffer.at, size) : NULL;

	if (!at)
		return false;
	buffer.at = at;
	buffer.size = size;
	return true;
}

/*
 * One read is enough for @whole files.  Another read, only to find the end, would make the kernel
 * format some of them again.
 */
static char *read_fd(int fd, bool whole)
{
	size_t len = 0;
	ssize_t n;

	if (!buffer.size && !buffer_grow())
		return NULL;
	do {
		n = pread(fd, buffer.at + len, buffer.size - 1 - len, len);
		if (n < 0)
			return NULL;
		len += n;
		if (len == buffer.size - 1 && !buffer_grow())
			break;
	} while (n && !(whole && len < buffer.size / 2));
	buffer.at[len] = '\0';
	buffer.len = len;
	return buffer.at;
}

size_t source_length(void)
{
	return buffer.len;
}

bool source_exists(const char *path)
{
	char full[PATH_SIZE];

	return snprintf(full, sizeof(full), "%s%s", source_root, path) < (int)sizeof(full) &&
		!access(full, F_OK);
}

int source_open(const char *path, int flags)
{
	char full[PATH_SIZE];

	if (snprintf(full, sizeof(full), "%s%s", source_root, path) >= (int)sizeof(full)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(full, flags | O_CLOEXEC);
}

void source_close(struct source *source)
{
	if (!source->fd)
		return;
	close(source->fd - 1);
	source->fd = 0;
	buffer.open--;
}

char *source_read(struct source *source)
{
	int fd = source->fd - 1, saved;
	char *text;

	if (fd < 0)
		fd = source_open(source->path, O_RDONLY);
	if (fd < 0)
		return NULL;
	text = read_fd(fd, source->whole);
	if (source->fd)
		return text;
	if (text && source->again && buffer.open < SOURCES_OPEN_MAX) {
		source->fd = fd + 1;
		buffer.open++;
		return text;
	}
	source->again = true;
	saved = errno;
	close(fd);
	errno = saved;
	return text;
}

static char *text_of(const char *fmt, va_list ap)
{
	char path[PATH_SIZE], *text;
	int fd, saved;

	if (vsnprintf(path, sizeof(path), fmt, ap) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = source_open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	text = read_fd(fd, false);
	saved = errno;
	close(fd);
	errno = saved;
	return text;
}

char *source_text(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = text_of(fmt, ap);
	va_end(ap);
	return text;
}

bool source_line(char *line, size_t size, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = text_of(fmt, ap);
	va_end(ap);
	if (!text)
		return false;
	text[strcspn(text, "\n")] = '\0';
	snprintf(line, size, "%s", text);
	return line[0] != '\0';
}

bool source_number(__u64 *v, int base, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = text_of(fmt, ap);
	va_end(ap);
	return text && word_number(word_next(&text), base, v);
}

char *line_next(char **rest)
{
	return *rest && **rest ? strsep(rest, "\n") : NULL;
}

char *word_next(char **rest)
{
	char *word;

	if (!*rest)
		return NULL;
	*rest += strspn(*rest, " \t\n");
	if (!**rest)
		return NULL;
	word = strsep(rest, " \t\n");
	return word;
}

bool word_number(const char *word, int base, __u64 *v)
{
	unsigned long long n;
	char *end;

	if (!word || !isxdigit((unsigned char)word[0]))
		return false;
	errno = 0;
	n = strtoull(word, &end, base);
	if (errno || end == word || *end)
		return false;
	*v = n;
	return true;
}

bool number_next(char **rest, __u64 *v)
{
	return word_number(word_next(rest), 10, v);
}
