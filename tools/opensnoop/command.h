/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A command that is there, with its pid, before it runs: to be traced from its
 * first instruction on.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
	char **argv;		/* ended by NULL */
	pid_t pid;		/* 0: not there, or it has ended */
	int fd;			/* to its process until it runs */
};

/* Make the process.  If we end before command_start(), so does it. */
int command_prepare(struct command *command, char **argv);

/* Let it run @argv.  Returns 0 once it does, or says why it does not. */
int command_start(struct command *command);

/* True if it has ended (its children may not have). */
bool command_ended(struct command *command);

#endif /* COMMON_COMMAND_H */
