// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * execs HOW N [ARG...] - exec this program N times, each in a separate child
 * that then exits at once.  HOW:
 *
 *	execve	 execve(2)
 *	fexecve	 execveat(2) of a file descriptor
 *	memfd	 the same, of a copy in memory
 *	deleted	 the same, of a copy in the current directory that is deleted
 *	vfork	 execve from a vfork child
 *	thread	 execve from a thread that is not the leader
 *	missing	 execve of a file that does not exist, failing with ENOENT
 *	denied	 execve of a directory, failing with EACCES
 *	void	 used for the children: print "exe PATH", the /proc/self/exe, and exit
 *
 * Prints "parent PID".
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char **child_argv;
static char self_path[4096];
static char *no_env[] = { NULL };

static void do_execve(void)
{
	execve(self_path, child_argv, no_env);
}

static void do_fexecve(void)
{
	fexecve(open(self_path, O_RDONLY | O_CLOEXEC), child_argv, no_env);
}

/* Copy this program to @fd. */
static void copy_self(int fd)
{
	int self = open(self_path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fstat(self, &st) || sendfile(fd, self, NULL, st.st_size) != st.st_size)
		exit(2);
}

static void do_memfd(void)
{
	int copy = memfd_create("copy", MFD_CLOEXEC);

	copy_self(copy);
	fexecve(copy, child_argv, no_env);
}

/* Exec a copy after closing it: a file that is open for writing cannot be executed. */
static void do_deleted(void)
{
	int copy = open("a copy", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	copy_self(copy);
	close(copy);
	copy = open("a copy", O_RDONLY | O_CLOEXEC);
	unlink("a copy");
	fexecve(copy, child_argv, no_env);
}

static void *in_thread(void *arg)
{
	do_execve();
	return NULL;
}

static void do_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
}

/* Make them readable without a page fault, as in a program that has just written them. */
static void touch_arguments(void)
{
	volatile char first;

	for (char **arg = child_argv; *arg; arg++)
		first = **arg;
	(void)first;
}

static void do_missing(void)
{
	touch_arguments();
	execve("/nonexistent/program", child_argv, no_env);
	exit(errno == ENOENT ? 0 : 2);
}

static void do_denied(void)
{
	touch_arguments();
	execve("/", child_argv, no_env);
	exit(errno == EACCES ? 0 : 2);
}

static const struct {
	const char *how;
	void (*fn)(void);
} ways[] = {
	{ "execve", do_execve }, { "vfork", do_execve }, { "fexecve", do_fexecve },
	{ "memfd", do_memfd }, { "deleted", do_deleted }, { "thread", do_thread }, { "missing", do_missing },
	{ "denied", do_denied },
};

static void one(const char *how)
{
	pid_t child = strcmp(how, "vfork") == 0 ? vfork() : fork();
	int status;

	if (child == 0) {
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			if (strcmp(how, ways[i].how) == 0)
				ways[i].fn();
		_exit(2);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status) {
		fprintf(stderr, "execs: the child failed\n");
		exit(1);
	}
}

static int print_exe(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));

	printf("exe %.*s\n", (int)len, path);
	return len < 0;
}

int main(int argc, char **argv)
{
	int n;

	if (argc > 1 && strcmp(argv[1], "void") == 0)
		return print_exe();
	if (argc < 3) {
		fprintf(stderr, "usage: execs HOW N [ARG...]\n");
		return 64;
	}
	if (readlink("/proc/self/exe", self_path, sizeof(self_path) - 1) < 0)
		return 1;
	n = atoi(argv[2]);
	printf("parent %d\n", getpid());
	fflush(stdout);

	/*
	 * The child is called like this program: argv[0] void ARG...  The memory after the
	 * terminating NULL must not be taken for further arguments.
	 */
	child_argv = calloc(argc + 64, sizeof(*child_argv));
	for (int i = argc; i < argc + 64; i++)
		child_argv[i] = argv[0];
	child_argv[0] = argv[0];
	child_argv[1] = "void";
	for (int i = 3; i < argc; i++)
		child_argv[i - 1] = argv[i];
	while (n-- > 0)
		one(argv[1]);
	return 0;
}
