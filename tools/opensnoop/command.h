/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A command whose process and pid exist before the command runs, so that it is traced from its
 * first instruction.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
	char **argv;		/* ended by NULL */
	pid_t pid;		/* 0: no process, or it has ended */
	int fd;			/* connects to its process until it runs */
};

/* Create the process. If the tool ends before command_start(), the process ends too. */
int command_prepare(struct command *command, char **argv);

/* Let it run @argv.  Returns 0 on success, otherwise a negative errno after a message. */
int command_start(struct command *command);

/* Return true if it has ended; its children may still run. */
bool command_ended(struct command *command);

#endif /* COMMON_COMMAND_H */
