// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "core/log.h"

#define EXIT_NOT_RUN 127		/* as a shell has it */

/* Restore the signals as a program expects them: run_block_signals() changed them. */
static void restore_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
}

/*
 * Run in the new process: wait for the signal to start, and run the command or report why it
 * cannot run.
 */
static _Noreturn void wait_and_run(int fd, char **argv)
{
	int err;
	char go;

	restore_signals();
	if (read(fd, &go, 1) == 1) {
		execvp(argv[0], argv);
		err = errno;
		if (write(fd, &err, sizeof(err)) < 0)
			_exit(EXIT_NOT_RUN);
	}
	_exit(EXIT_NOT_RUN);
}

int command_prepare(struct command *command, char **argv)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return log_err(-errno, "cannot run '%s'", argv[0]);
	command->argv = argv;
	command->fd = fds[0];
	command->pid = fork();
	if (command->pid < 0)
		return log_err(-errno, "cannot run '%s'", argv[0]);
	if (command->pid == 0) {
		close(fds[0]);
		wait_and_run(fds[1], argv);
	}
	close(fds[1]);
	return 0;
}

int command_start(struct command *command)
{
	ssize_t n;
	int err = 0;

	/* The other end closes when the command is executed. */
	n = send(command->fd, "", 1, MSG_NOSIGNAL);
	if (n == 1)
		n = read(command->fd, &err, sizeof(err));
	if (n < 0)
		err = errno;
	close(command->fd);
	return err ? log_err(-err, "cannot run '%s'", command->argv[0]) : 0;
}

bool command_ended(struct command *command)
{
	if (command->pid && waitpid(command->pid, NULL, WNOHANG) == command->pid)
		command->pid = 0;
	return !command->pid;
}
