// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where a thread hangs: the functions of the kernel, and the file of its system call. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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

/* Return true if @number is one of the @n system calls. */
static bool is_one_of(__u64 number, const long *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (number == (__u64)numbers[i])
			return true;
	return false;
}

/* The first argument of these is the descriptor of the file. */
static const long take_descriptor[] = {
	SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_preadv,
	SYS_pwritev, SYS_preadv2, SYS_pwritev2, SYS_fsync, SYS_fdatasync, SYS_ftruncate,
	SYS_fallocate, SYS_fstat, SYS_getdents64, SYS_ioctl, SYS_fchmod, SYS_fchown,
	SYS_sync_file_range, SYS_syncfs, SYS_copy_file_range,
};

/* The first argument of these is the descriptor of a directory, the second one a path. */
static const long take_path[] = {
	SYS_openat, SYS_openat2, SYS_mkdirat, SYS_unlinkat, SYS_renameat2, SYS_fchmodat,
	SYS_fchownat, SYS_readlinkat, SYS_utimensat, SYS_statx, SYS_faccessat, SYS_linkat,
};

static void read_link(const struct task *task, const char *name, char *path, size_t size)
{
	char link[320];
	ssize_t len;

	snprintf(link, sizeof(link), "%s/proc/%d/%s", source_root, task->pid, name);
	len = readlink(link, path, size - 1);
	path[len > 0 ? len : 0] = '\0';
}

static void look_descriptor(struct task *task, int fd)
{
	char name[32];

	snprintf(name, sizeof(name), fd == AT_FDCWD ? "cwd" : "fd/%d", fd);
	read_link(task, name, task->file, sizeof(task->file));
	if (task->file[0] != '/')		/* a pipe or a socket */
		task->file[0] = '\0';
}

/* Read the path from the memory of the process; a relative one begins at the directory @fd. */
static void look_path(struct task *task, int fd, __u64 address)
{
	char path[sizeof(task->file)] = "";
	size_t page = sysconf(_SC_PAGESIZE), len = page - address % page;
	struct iovec to = { path, sizeof(path) - 1 }, from[2];

	/* A path can end before a page that is not mapped: that one is the second part. */
	len = len < to.iov_len ? len : to.iov_len;
	from[0] = (struct iovec){ (void *)(uintptr_t)address, len };
	from[1] = (struct iovec){ (void *)(uintptr_t)(address + len), to.iov_len - len };
	if (process_vm_readv(task->pid, &to, 1, from, 2, 0) <= 0 || !path[0])
		return;
	if (path[0] != '/')
		look_descriptor(task, fd);
	len = strlen(task->file);
	snprintf(task->file + len, sizeof(task->file) - len, "%s%s", path[0] == '/' ? "" : "/", path);
}

/* "1 0x3 0x7ffe...": the number of the system call and its arguments. */
static void look_file(struct task *task)
{
	char *text = source_text("/proc/%d/task/%s/syscall", task->pid, task->object.name);
	__u64 number, v[2];

	task->file[0] = '\0';
	if (!text || !number_next(&text, &number))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		char *word = word_next(&text);

		if (!word || strncmp(word, "0x", 2) != 0 || !word_number(word + 2, 16, &v[i]))
			return;
	}
	if (is_one_of(number, take_descriptor, ARRAY_SIZE(take_descriptor)))
		look_descriptor(task, v[0]);
	else if (is_one_of(number, take_path, ARRAY_SIZE(take_path)))
		look_path(task, v[0], v[1]);
}

void task_look_where(struct task *task)
{
	task->stack[0] = '\0';
	if (!look_stack(task))
		look_wchan(task);
	look_file(task);
}
