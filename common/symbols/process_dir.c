// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "symbols/process_dir.h"

#define BUFFER_BYTES 4096

FILE *process_dir_text(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (!f && fd >= 0)
		close(fd);
	if (f)		/* the kernel's pieces of maps; the C library reads 1 KB at a time */
		setvbuf(f, NULL, _IOFBF, BUFFER_BYTES);
	return f;
}

/* Return true if the process in @dir started in the clock tick of @start_boottime_ns. */
static bool is_same(int dir, __u64 start_boottime_ns)
{
	/* /proc shows the start time in the reader's time namespace */
	__u64 start_ns = start_boottime_ns + clock_boottime_offset_ns();
	unsigned long long ticks = 0;
	char line[1024], *fields;
	FILE *f;
	size_t n;

	if (!start_boottime_ns)
		return true;
	f = process_dir_text(dir, "stat");
	if (!f)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	fields = strrchr(line, ')');	/* the name before it may contain anything */
	if (!fields || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
			      "%*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return false;
	return ticks == start_ns / (NS_PER_S / sysconf(_SC_CLK_TCK));
}

int process_dir_open(pid_t pid, __u64 start_boottime_ns)
{
	char name[32];
	int dir;

	snprintf(name, sizeof(name), "/proc/%d", pid);
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && !is_same(dir, start_boottime_ns)) {
		close(dir);
		dir = -1;
	}
	return dir;
}

pid_t process_dir_own_pid(int dir)
{
	FILE *f = process_dir_text(dir, "status");
	char line[256];
	pid_t pid = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "NSpid:", 6) == 0)
			pid = atoi(strrchr(line, '\t') + 1);
	if (f)
		fclose(f);
	return pid;
}
