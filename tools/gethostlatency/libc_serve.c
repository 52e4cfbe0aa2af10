// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/parcel.h"
#include "core/regular_file.h"
#include "core/xalloc.h"
#include "functions.h"
#include "libc_protocol.h"
#include "libc_serve.h"

struct service {
	const struct libc_functions *functions;
	int socket;
	bool broken;			/* the tool has ended */
	struct libc_request request;	/* new libcs are added to the known ones */
	__u32 n_known;			/* in the request */
	struct libc_answer answer;	/* to be sent next */
	struct libc_answer last;
};

/* A line of /proc/PID/maps. */
struct mapping {
	unsigned long start, end;
	struct libc_key key;
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
	unsigned long long inode;
	char executable, *end;
	int at = 0;

	/* Few lines pass this test, which is much cheaper than sscanf(). */
	if (!strstr(line, "libc") && !strstr(line, "ld-musl") && !strstr(line, "libuClibc"))
		return false;
	if (sscanf(line, "%lx-%lx %*2c%c%*c %*x %x:%x %llu %n", &map->start, &map->end, &executable,
		   &map->key.major, &map->key.minor, &inode, &at) != 6 ||
	    executable != 'x' || line[at] != '/')
		return false;
	map->key.inode = inode;
	map->path = line + at;
	line[strcspn(line, "\n")] = '\0';
	end = strstr(line + at, " (deleted)");
	if (end)
		*end = '\0';
	return libc_is_name(strrchr(map->path, '/') + 1);
}

/*
 * Open the mapped file itself, even if its path now names another file or none.  If that is not
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

/* Send @answer with @fd (-1: none), which is closed. */
static void send_answer(struct service *service, struct libc_answer *answer, int fd)
{
	struct parcel parcel;

	parcel_init(&parcel, answer, sizeof(*answer));
	parcel_put(&parcel, fd);
	service->broken |= sendmsg(service->socket, &parcel.message, MSG_NOSIGNAL) < 0;
	if (fd >= 0)
		close(fd);
}

/* Return the number of the file in the request, or that of all. */
static __u32 find_known(const struct service *service, const struct libc_key *key)
{
	__u32 i = 0;

	while (i < service->request.n && memcmp(&service->request.known[i], key, sizeof(*key)) != 0)
		i++;
	return i;
}

static void look_at(struct service *service, pid_t pid, const struct mapping *map)
{
	struct libc_answer *answer = &service->answer;
	struct libc_request *request = &service->request;
	__u32 known = find_known(service, &map->key);
	int fd;

	service->last.found++;
	if (known < service->n_known)
		service->last.seen[known / 8] |= 1 << known % 8;
	if (known < request->n)
		return;
	if (request->n == LIBCS_MAX) {
		service->last.more = 1;
		return;
	}
	fd = open_mapped(pid, map);
	if (fd < 0)			/* the process has ended */
		return;
	request->known[request->n++] = map->key;
	memset(answer, 0, sizeof(*answer));
	answer->key = map->key;
	answer->error = functions_find(fd, service->functions->names, service->functions->n,
				       &answer->places);
	snprintf(answer->path, sizeof(answer->path), "%s", map->path);
	send_answer(service, answer, fd);
}

static void look(struct service *service, pid_t pid)
{
	struct mapping map;
	char path[32], *line = NULL;
	size_t size = 0;
	FILE *f;

	memset(&map, 0, sizeof(map));
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	if (!f) {
		service->last.denied += errno == EACCES || errno == EPERM;
		return;
	}
	while (getline(&line, &size, f) > 0)
		if (parse_mapping(line, &map))
			look_at(service, pid, &map);
	free(line);
	fclose(f);
}

static void look_all(struct service *service)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	while (proc && !service->broken && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			look(service, atoi(entry->d_name));
	if (proc)
		closedir(proc);
}

/* Open and read the file of the request.  Returns its descriptor or -1. */
static int open_path(struct service *service)
{
	struct libc_answer *last = &service->last;
	int fd;

	service->request.path[PATH_MAX - 1] = '\0';
	fd = regular_file_open(service->request.path);
	last->error = fd < 0 ? fd : functions_find(fd, service->functions->names,
						   service->functions->n, &last->places);
	return fd;
}

static void answer_request(struct service *service)
{
	int fd = -1;

	memset(&service->last, 0, sizeof(service->last));
	service->last.last = 1;
	service->n_known = service->request.n;
	switch (service->request.what) {
	case LIBC_PROCESS: look(service, service->request.pid); break;
	case LIBC_ALL: look_all(service); break;
	case LIBC_PATH: fd = open_path(service); break;
	}
	send_answer(service, &service->last, fd);
}

void libc_serve(void *functions, int socket)
{
	struct service *service = xcalloc(1, sizeof(*service));

	service->functions = functions;
	service->socket = socket;
	while (!service->broken &&
	       recv(socket, &service->request, sizeof(service->request), 0) > 0)
		answer_request(service);
	free(service);
}
