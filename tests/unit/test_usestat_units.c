// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* usestat: the failed units of a systemd that the test stands in for. */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usestat_root.h"

/* Read from @fd up to the end of @text; then write @n bytes of @answer. */
static void expect_and_answer(int fd, const char *text, const void *answer, size_t n)
{
	char got[1024];
	size_t len = 0;

	do
		if (read(fd, got + len, 1) != 1)
			_exit(1);
	while (++len < strlen(text) || memcmp(got + len - strlen(text), text, strlen(text)) != 0);
	if (write(fd, answer, n) != (ssize_t)n)
		_exit(1);
}

static size_t add_string(char *body, size_t at, const char *s)
{
	__u32 n = strlen(s);

	at = (at + 3) / 4 * 4;
	memcpy(body + at, &n, sizeof(n));
	memcpy(body + at + 4, s, n + 1);
	return at + 4 + n + 1;
}

/* Stand in for systemd: answer one call with two units, @cut bytes short. */
static void serve(int listener, __u32 cut)
{
	static const char *const names[] = { "web.service", "\x1b[31m.mount" };
	char reply[1024] = "l\2\0\1";
	__u32 fields = 8, len, job = 0;
	size_t at = 8;
	int fd = accept(listener, NULL, NULL);

	expect_and_answer(fd, "AUTH EXTERNAL ", "", 0);
	expect_and_answer(fd, "\r\n", "OK 0123456789abcdef\r\n", 21);
	expect_and_answer(fd, "BEGIN\r\n", "", 0);
	expect_and_answer(fd, "failed", "", 0);
	for (int i = 0; i < 2; i++) {
		at = add_string(reply + 24, (at + 7) / 8 * 8, names[i]);
		for (int k = 1; k < 7; k++)
			at = add_string(reply + 24, at, "failed");
		at = (at + 3) / 4 * 4;
		memcpy(reply + 24 + at, &job, sizeof(job));
		at = add_string(reply + 24, at + 4, "");
		at = add_string(reply + 24, at, "/");
	}
	len = at - 8;
	memcpy(reply + 24, &len, sizeof(len));
	len = at - cut;
	memcpy(reply + 4, &len, sizeof(len));
	memcpy(reply + 12, &fields, sizeof(fields));
	_exit(write(fd, reply, 24 + at - cut) < 0);
}

static void failed_units_of_systemd(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	lacks(json_of(&machine_subject), "failed_units");	/* no systemd */
	put("/run/systemd/system/x", "");
	lacks(json_of(&machine_subject), "failed_units");	/* it does not answer */
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/run/systemd/private", root);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	for (__u32 cut = 0; cut < 2; cut++) {
		pid_t pid = fork();

		if (!pid)
			serve(listener, cut);
		u.before_ns = 0;
		has(json_of(&machine_subject), cut ? "\"failed_units\":1,\"failed_unit_names\":[\"web.service\"]" :
		    "\"failed_units\":2,\"failed_unit_names\":[\"web.service\",\"\\u001b[31m.mount\"]");
		waitpid(pid, NULL, 0);
	}
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failed_units_of_systemd),
	};

	return cmocka_run_group_tests_name("usestat units", tests, begin, end);
}
