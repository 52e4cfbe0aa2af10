/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages and exit codes.
 *
 * Functions in common/ return 0 or a negative errno.  An error is reported on stderr once,
 * where the most context is known.  Callers pass the error on and do not print it again.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdarg.h>

/* Exit codes, from <sysexits.h>; each man page lists them. */
enum {
	EXIT_USAGE = 64,		/* bad command line */
	EXIT_UNSUPPORTED = 69,		/* the kernel lacks a hook that is needed: -EOPNOTSUPP */
	EXIT_DENIED = 77,		/* not permitted: -EPERM, -EACCES */
};

/* Print "<tool>: <message>\n" on stderr.  Always one line: the arguments are escaped. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_vwarn(const char *fmt, va_list ap);

/*
 * Print log_warn() with ": <strerror>" appended and, for a shortage of files or memory, how to
 * resolve it.  Returns @err, for "return log_err(err, ...)".
 */
int log_err(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Return the exit code for @err (0 or a negative errno). */
int log_exit_code(int err);

#endif /* COMMON_LOG_H */
