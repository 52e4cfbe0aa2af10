// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sandbox, installed in a child process that then tries what it must not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/bpf.h>

#include "core/log.h"
#include "core/new_file.h"
#include "core/sandbox.h"

/* In the child: end with a message, which the parent compares with the expected text. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			log_warn("line %d: %s", __LINE__, #condition); \
			_exit(99); \
		} \
	} while (0)

#define REFUSED(call) CHECK((call) == -1 && errno == ENOSYS)

#define MESSAGE(what) \
	"test_sandbox: system call " what " is not allowed in the sandbox; this is a bug, please " \
	"report it, or run with --no-sandbox\n"

static char messages[4096];	/* of the child, with "N" for each system call number */

static void read_messages(int fd)
{
	char line[sizeof(messages)], *to = messages;
	ssize_t n, len = 0;

	while ((n = read(fd, line + len, sizeof(line) - 1 - len)) > 0)
		len += n;
	line[len] = '\0';
	for (const char *at = line; *at;) {
		const char *call = "system call ";

		if (strncmp(at, call, strlen(call)) == 0) {
			at += strlen(call) + strspn(at + strlen(call), "0123456789");
			to = stpcpy(to, "system call N");
		} else {
			*to++ = *at++;
		}
	}
	*to = '\0';
}

/* Run @fn in a child with the sandbox.  Returns the child's status as of wait(2). */
static int in_sandbox(void (*fn)(void), const struct sandbox_call *list)
{
	int fds[2], status;
	pid_t child;

#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		dup2(fds[1], STDERR_FILENO);
		if (list)
			sandbox_allow(list);
		CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		CHECK(!sandbox_install());
		fn();
		_exit(log_exit_code(0));
	}
	close(fds[1]);
	read_messages(fds[0]);
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void expect_exit(int expected, int status)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(expected, WEXITSTATUS(status));
}

static void try_forbidden(void)
{
	char *argv[] = { "true", NULL };

	REFUSED(open("/etc/passwd", O_RDONLY));
	REFUSED(execv("/bin/true", argv));
	REFUSED(socket(AF_INET, SOCK_STREAM, 0));
	REFUSED(connect(0, (struct sockaddr *)argv, 0));
	REFUSED(syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0));
	REFUSED(syscall(SYS_bpf, BPF_PROG_LOAD, NULL, 0));
	REFUSED(kill(getpid(), 0));
	REFUSED(syscall(SYS_tgkill, 1, 1, 0));
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	      MAP_FAILED);
	CHECK(sandbox_was_hit());
}

static void what_a_tool_must_not_do_fails_with_a_message(void **state)
{
	expect_exit(EXIT_FAILURE, in_sandbox(try_forbidden, NULL));
	assert_string_equal(messages, MESSAGE("N (openat)") MESSAGE("N (execve)")
			    MESSAGE("N (socket)") MESSAGE("N (connect)") MESSAGE("N (ptrace)")
			    MESSAGE("N (bpf)") MESSAGE("N (kill)") MESSAGE("N (tgkill)")
			    MESSAGE("N (mmap)"));
}

static void try_often(void)
{
	for (int i = 0; i < 3; i++)
		REFUSED(open("/etc/passwd", O_RDONLY));
	REFUSED(syscall(1000));
}

static void each_call_is_reported_once(void **state)
{
	expect_exit(EXIT_FAILURE, in_sandbox(try_often, NULL));
	assert_string_equal(messages, MESSAGE("N (openat)") MESSAGE("N"));
}

/* isatty(3) as any glibc calls it: 2.42 and later ask for a struct termios2, of 44 bytes. */
static void ask_for_terminal(void)
{
	char termios[64];

	CHECK(!isatty(STDERR_FILENO));
	CHECK(syscall(SYS_ioctl, STDERR_FILENO, TCGETS, termios) == -1 && errno != ENOSYS);
	CHECK(syscall(SYS_ioctl, STDERR_FILENO, _IOC(_IOC_READ, 'T', 0x2a, 44), termios) == -1 &&
	      errno != ENOSYS);
}

static void work(void)
{
	char *big = malloc(64 << 20);

	CHECK(big && memset(big, 1, 64 << 20));
	free(big);
	for (int i = 0; i < 1000; i++)
		CHECK(malloc(4000));
	usleep(1000);
	CHECK(strerror(ENOENT) && fflush(stdout) == 0);
	ask_for_terminal();
	CHECK(write(STDERR_FILENO, "done\n", 5) == 5);
	CHECK(!sandbox_was_hit());
}

static void memory_time_and_output_need_no_list(void **state)
{
	expect_exit(EXIT_SUCCESS, in_sandbox(work, NULL));
	assert_string_equal(messages, "done\n");
}

static void abort_now(void)
{
	abort();
}

static void abort_ends_the_process(void **state)
{
	int status = in_sandbox(abort_now, NULL);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(SIGABRT, WTERMSIG(status));
	assert_string_equal(messages, "");
}

static void read_and_write(void)
{
	char bytes[16];
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && read(fd, bytes, sizeof(bytes)) > 0);
	REFUSED(open("/dev/null", O_WRONLY));
	REFUSED(open("/dev/null", O_RDWR));
	REFUSED(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	REFUSED(open("/dev/null", O_RDONLY | O_CREAT | O_EXCL, 0600));
	REFUSED(open("/dev/null", O_RDONLY | O_TRUNC));
}

static void the_list_for_reading_does_not_allow_writing(void **state)
{
	expect_exit(EXIT_FAILURE, in_sandbox(read_and_write, sandbox_read_files));
	assert_string_equal(messages, MESSAGE("N (openat)"));
}

static void replace_file(void)
{
	struct new_file file;

	CHECK(!new_file_open(&file, "test_sandbox.new"));
	CHECK(!new_file_commit(&file));
	CHECK(!new_file_open(&file, "test_sandbox.new"));
	new_file_discard(&file);
	CHECK(!unlink("test_sandbox.new"));
	CHECK(!sandbox_was_hit());
	REFUSED(open("test_sandbox.new", O_WRONLY | O_CREAT, 0600));
}

static void the_list_for_new_files_replaces_files_only(void **state)
{
	char directory[] = "/tmp/test_sandbox.XXXXXX";

	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	expect_exit(EXIT_FAILURE, in_sandbox(replace_file, sandbox_new_file));
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_string_equal(messages, MESSAGE("N (openat)"));
}

static void *nothing(void *arg)
{
	return arg;
}

/* Not fork(): from glibc 2.42 on it blocks all signals, and then the kernel kills the process. */
static long new_process(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void start_thread(void)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, nothing, NULL));
	CHECK(!pthread_join(thread, NULL));
	CHECK(!sandbox_was_hit());
	REFUSED(new_process());
}

static void the_list_for_threads_allows_no_process(void **state)
{
	expect_exit(EXIT_FAILURE, in_sandbox(start_thread, sandbox_threads));
	assert_string_equal(messages, MESSAGE("N (clone)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_tool_must_not_do_fails_with_a_message),
		cmocka_unit_test(each_call_is_reported_once),
		cmocka_unit_test(memory_time_and_output_need_no_list),
		cmocka_unit_test(abort_ends_the_process),
		cmocka_unit_test(the_list_for_reading_does_not_allow_writing),
		cmocka_unit_test(the_list_for_new_files_replaces_files_only),
		cmocka_unit_test(the_list_for_threads_allows_no_process),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
