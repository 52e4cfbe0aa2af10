// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where a thread hangs: the functions of the kernel, and the file of its system call. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "task.h"

/* "[<0>] name+0x1/0x2" per line, the innermost function first; readable by root only. */
static bool look_stack(struct task *task)
{
	char *text = source_text("/proc/%d/task/%s/stack", task->pid, task->object.name), *line;
	size_t len = 0;

	while (len + 1 < sizeof(task->stack) && (line = line_next(&text))) {
		char *name = strstr(line, "] ");

		if (!name)
			continue;
		name += 2;
		len += snprintf(task->stack + len, sizeof(task->stack) - len, "%s%.*s",
				len ? "\n" : "", (int)strcspn(name, "+"), name);
	}
	return len;
}

static void look_wchan(struct task *task)
{
	if (source_line(task->stack, sizeof(task->stack), "/proc/%d/task/%s/wchan", task->pid,
			task->object.name) && strcmp(task->stack, "0") != 0)
		return;
	task->stack[0] = '\0';
	missing("where threads hang", "the kernel hides its functions",
		"run as root, or with CAP_SYS_ADMIN");
}

/* Return true for a system call whose first argument is the descriptor of a file that it uses. */
static bool takes_descriptor(__u64 number)
{
	static const long numbers[] = {
		SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_preadv,
		SYS_pwritev, SYS_preadv2, SYS_pwritev2, SYS_fsync, SYS_fdatasync, SYS_ftruncate,
		SYS_fallocate, SYS_fstat, SYS_getdents64, SYS_ioctl, SYS_fchmod, SYS_fchown,
		SYS_sync_file_range, SYS_syncfs, SYS_copy_file_range,
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (number == (__u64)numbers[i])
			return true;
	return false;
}

/* "1 0x3 0x7ffe...": the number of the system call and its arguments. */
static void look_file(struct task *task)
{
	char *text = source_text("/proc/%d/task/%s/syscall", task->pid, task->object.name), *word;
	char path[320];
	__u64 number, fd;
	ssize_t len;

	task->file[0] = '\0';
	if (!text || !number_next(&text, &number) || !takes_descriptor(number))
		return;
	word = word_next(&text);
	if (!word || strncmp(word, "0x", 2) != 0 || !word_number(word + 2, 16, &fd))
		return;
	snprintf(path, sizeof(path), "%s/proc/%d/fd/%llu", source_root, task->pid, fd);
	len = readlink(path, task->file, sizeof(task->file) - 1);
	task->file[len > 0 ? len : 0] = '\0';
	if (task->file[0] != '/')		/* a pipe or a socket */
		task->file[0] = '\0';
}

void task_look_where(struct task *task)
{
	task->stack[0] = '\0';
	if (!look_stack(task))
		look_wchan(task);
	look_file(task);
}
