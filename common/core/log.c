// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/sandbox.h"
#include "core/text.h"

/* Write each message with one write(2), so that lines of two tools on one terminal do not mix. */
void log_vwarn(const char *fmt, va_list ap)
{
	struct text line = {};
	char *message;

	if (vasprintf(&message, fmt, ap) < 0)
		return;
	text_str(&line, program_invocation_short_name);
	text_str(&line, ": ");
	text_escape(&line, message, strlen(message), false);
	text_char(&line, '\n');
	if (write(STDERR_FILENO, line.at, line.len) < 0) {
		/* stderr itself fails: nothing left to do */
	}
	text_free(&line);
	free(message);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vwarn(fmt, ap);
	va_end(ap);
}

/* Return how to resolve a shortage, as a suffix of the error message. */
static const char *remedy(int err)
{
	switch (-err) {
	case EMFILE:
		return "; raise the limit (ulimit -n)";
	case ENFILE:
		return "; raise fs.file-max";
	case ENOMEM:
		return "; free memory, or raise the limit (ulimit -v, memory.max)";
	}
	return "";
}

int log_err(int err, const char *fmt, ...)
{
	char *message;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&message, fmt, ap);
	va_end(ap);
	if (len >= 0) {
		log_warn("%s: %s%s", message, strerror(-err), remedy(err));
		free(message);
	}
	return err;
}

int log_exit_code(int err)
{
	switch (-err) {
	case 0:
		return sandbox_was_hit() ? EXIT_FAILURE : EXIT_SUCCESS;
	case EPERM:
	case EACCES:
		return EXIT_DENIED;
	case EOPNOTSUPP:
		return EXIT_UNSUPPORTED;
	}
	return EXIT_FAILURE;
}
