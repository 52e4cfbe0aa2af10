/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages and exit codes.
 *
 * Functions in common/ return 0 or a negative errno and say on stderr, once
 * and at the point that knows most, what went wrong.  Callers pass the error
 * on; they do not print it again.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdarg.h>

/* Exit codes, from <sysexits.h>; each man page lists them. */
enum {
	EXIT_USAGE = 64,		/* bad command line */
	EXIT_UNSUPPORTED = 69,		/* this kernel lacks what the tool hooks: -EOPNOTSUPP */
	EXIT_DENIED = 77,		/* not permitted: -EPERM, -EACCES */
};

/* "<tool>: <message>\n" on stderr: always one line, whatever the arguments hold. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_vwarn(const char *fmt, va_list ap);

/*
 * log_warn() followed by ": <strerror>" and, for a shortage of files or memory, what to do.
 * Returns @err, so: return log_err(err, ...).
 */
int log_err(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit code for @err (0 or a negative errno). */
int log_exit_code(int err);

#endif /* COMMON_LOG_H */
