// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Values of options: numbers, lists, processes and users. */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/args.h"

#define PID_MAX (1UL << 22)		/* PID_MAX_LIMIT of 64-bit kernels */

unsigned long args_number(const char *arg, const char *what, unsigned long min, unsigned long max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(arg, &end, 10);
	if (errno || !isdigit((unsigned char)arg[0]) || *end || value < min || value > max)
		args_fail("invalid %s '%s': expected a number from %lu to %lu", what, arg, min,
			  max);
	return value;
}

__u64 args_ms(const char *arg, const char *what)
{
	double ms;
	char *end;

	errno = 0;
	ms = strtod(arg, &end);
	if (errno || !isdigit((unsigned char)arg[0]) || strspn(arg, "0123456789.") != strlen(arg) ||
	    *end || ms > 1000.0 * DURATION_MAX)
		args_fail("invalid %s '%s': expected milliseconds", what, arg);
	return ms * 1e6 + 0.5;
}

pid_t args_pid(const char *arg)
{
	pid_t pid = args_number(arg, "pid", 1, PID_MAX);

	if (kill(pid, 0) && errno == ESRCH)
		args_fail("there is no process %d", pid);
	return pid;
}

const char *args_comm(const char *arg)
{
	if (!*arg || strlen(arg) >= TASK_COMM_LEN)
		args_fail("invalid name '%s': expected 1 to %d bytes", arg,
			  TASK_COMM_LEN - 1);
	return arg;
}

uid_t args_uid(const char *arg)
{
	struct passwd *user;

	if (isdigit((unsigned char)arg[0]))
		return args_number(arg, "user id", 0, FILTER_ANY_UID - 1);
	user = getpwnam(arg);
	if (user)
		return user->pw_uid;
	args_fail("there is no user '%s'", arg);
}

void args_list(const char *arg, const char *what, unsigned long min, unsigned long max,
	       size_t most, void (*fn)(void *ctx, unsigned long number), void *ctx)
{
	char *list = strdup(arg), *rest = list, *item;
	size_t n = 0;

	while (list && (item = strsep(&rest, ","))) {
		if (++n > most)
			args_fail("too many values in %s list '%s': at most %zu", what, arg, most);
		fn(ctx, args_number(item, what, min, max));
	}
	free(list);
}
