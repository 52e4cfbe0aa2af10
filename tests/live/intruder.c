// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A library to preload into a tool.  It simulates a fault that lets an attacker run code in the
 * tool's main loop.  That code tries to open a file, to run a program and to connect.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void intrude(void)
{
	const struct sockaddr_un address = { AF_UNIX, "/run/systemd/private" };
	char *argv[] = { "touch", "intruded", NULL };

	open("intruded", O_WRONLY | O_CREAT, 0600);
	execv("/usr/bin/touch", argv);
	connect(0, (const struct sockaddr *)&address, sizeof(address));
}

/* The main loop calls this function first after the tool has dropped its privileges. */
int epoll_wait(int epoll, struct epoll_event *events, int n, int timeout)
{
	static bool called;

	if (!called)
		intrude();
	called = true;
	return epoll_pwait(epoll, events, n, timeout, NULL);
}
