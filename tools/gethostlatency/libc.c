// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/privilege.h"
#include "core/regular_file.h"
#include "core/sandbox.h"
#include "libc.h"

#define UNUSED_NS 60000000000ULL	/* how long an unmapped libc is kept */
#define LIBCS_MAX 1024			/* a host has one for each container image */

static struct libc *libcs;
static size_t n_libcs;

/* A line of /proc/PID/maps. */
struct mapping {
	unsigned long start, end;
	unsigned int major, minor;
	unsigned long inode;
	const char *path;
};

bool libc_is_name(const char *name)
{
	static const char *const patterns[] = {
		"libc.so.6", "libc-[0-9]*.so",			/* glibc, before 2.34 */
		"libc.so", "ld-musl-*.so.1", "libc.musl-*.so*",	/* musl; bionic */
		"libuClibc-*.so",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return false;
}

/* Return true if @line of /proc/PID/maps is the code of a libc. */
static bool parse_mapping(char *line, struct mapping *map)
{
	char executable, *end;
	int at = 0;

	/* Few lines pass this test, which is much cheaper than sscanf(). */
	if (!strstr(line, "libc") && !strstr(line, "ld-musl") && !strstr(line, "libuClibc"))
		return false;
	if (sscanf(line, "%lx-%lx %*2c%c%*c %*x %x:%x %lu %n", &map->start, &map->end, &executable,
		   &map->major, &map->minor, &map->inode, &at) != 6 ||
	    executable != 'x' || line[at] != '/')
		return false;
	map->path = line + at;
	line[strcspn(line, "\n")] = '\0';
	end = strstr(line + at, " (deleted)");
	if (end)
		*end = '\0';
	return libc_is_name(strrchr(map->path, '/') + 1);
}

static struct libc *find_known(const struct mapping *map)
{
	for (size_t i = 0; i < n_libcs; i++)
		if (libcs[i].inode == map->inode && libcs[i].major == map->major &&
		    libcs[i].minor == map->minor)
			return &libcs[i];
	return NULL;
}

/*
 * Open the mapped file itself, even if its path now names another file or none. If that is not
 * permitted, open the path as the process sees it, which takes fewer privileges.
 */
static int open_mapped(pid_t pid, const struct mapping *map)
{
	char path[PATH_MAX + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", pid, map->start, map->end);
	fd = regular_file_open(path);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, map->path);
	return regular_file_open(path);
}

/* Handle the file that is open as @fd, and close it. */
static void add_new(int fd, const struct mapping *map, libc_fn fn, void *ctx)
{
	struct libc *more = n_libcs < LIBCS_MAX ?
			    realloc(libcs, (n_libcs + 1) * sizeof(*libcs)) : NULL;
	static bool reported;

	if (n_libcs == LIBCS_MAX && !reported)
		log_warn("more than %d different libcs are mapped: calls of the others are not seen",
			 LIBCS_MAX);
	reported |= n_libcs == LIBCS_MAX;
	if (more) {
		libcs = more;
		libcs[n_libcs] = (struct libc){
			.major = map->major, .minor = map->minor, .inode = map->inode,
			.seen_ns = clock_now_ns(),
		};
		fn(ctx, &libcs[n_libcs++], fd, map->path);
	}
	close(fd);
}

static void look_at(pid_t pid, const struct mapping *map, libc_fn fn, void *ctx)
{
	struct libc *known = find_known(map);
	int fd;

	if (known) {
		known->seen_ns = clock_now_ns();
		return;
	}
	fd = open_mapped(pid, map);
	if (fd >= 0)			/* otherwise the process has ended */
		add_new(fd, map, fn, ctx);
}

int libc_open(const char *path, libc_fn fn, void *ctx)
{
	struct mapping map = { .path = path };
	int fd = regular_file_open(path);

	if (fd < 0)
		return fd;
	add_new(fd, &map, fn, ctx);
	return 0;
}

int libc_look(pid_t pid, libc_fn fn, void *ctx)
{
	struct mapping map;
	char path[32], *line = NULL;
	size_t size = 0;
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	if (!f)
		return errno == EACCES || errno == EPERM ? -EACCES : 0;
	while (getline(&line, &size, f) > 0) {
		if (!parse_mapping(line, &map))
			continue;
		found++;
		look_at(pid, &map, fn, ctx);
	}
	free(line);
	fclose(f);
	return found;
}

static void *close_link(void *link)
{
	close(*(int *)link);
	return NULL;
}

/*
 * Close the links of @n libcs, beginning with @first. Each close() waits about 50 ms until no
 * CPU runs the program any more, so they run at the same time.
 */
static void close_links(struct libc *first, size_t n)
{
	pthread_t *threads = calloc(n, LIBC_LINKS_MAX * sizeof(*threads));
	size_t started = 0;

	for (struct libc *libc = first; libc < first + n; libc++)
		for (size_t i = 0; i < libc->n_links; i++) {
			int *link = &libc->links[i];

			if (threads && !pthread_create(&threads[started], NULL, close_link, link))
				started++;
			else
				close_link(link);
		}
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void drop_unused(void)
{
	__u64 now = clock_now_ns();

	for (size_t i = n_libcs; i-- > 0;)
		if (now - libcs[i].seen_ns > UNUSED_NS) {
			close_links(&libcs[i], 1);
			libcs[i] = libcs[--n_libcs];
		}
}

unsigned int libc_look_all(libc_fn fn, void *ctx)
{
	unsigned int denied = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    libc_look(atoi(entry->d_name), fn, ctx) < 0)
			denied++;
	if (proc)
		closedir(proc);
	drop_unused();
	return denied;
}

size_t libc_count(void)
{
	return n_libcs;
}

void libc_end(void)
{
	close_links(libcs, n_libcs);
	free(libcs);
	libcs = NULL;
	n_libcs = 0;
}

void libc_keep_privileges(void)
{
	sandbox_allow(sandbox_read_files);
	sandbox_allow(sandbox_attach);
	sandbox_allow(sandbox_threads);
	privilege_keep(CAP_SYS_PTRACE);
	privilege_keep(CAP_DAC_READ_SEARCH);
	privilege_keep(CAP_CHECKPOINT_RESTORE);	/* /proc/PID/map_files */
	privilege_keep(CAP_BPF);
	privilege_keep(CAP_PERFMON);
	privilege_keep(CAP_SYS_ADMIN);		/* uprobes before v6.6 */
}
