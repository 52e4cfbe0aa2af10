// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/privilege.h"
#include "core/sandbox.h"
#include "core/worker.h"
#include "core/xalloc.h"
#include "libc.h"

#define UNUSED_NS (60 * NS_PER_S)	/* how long an unmapped libc is kept */
#define ANSWER_NS (10 * NS_PER_S)	/* a worker that sends nothing for that time is stuck */
#define SEND_S 5
#define MEMORY_BYTES (256ULL << 20)
#define FILES_MAX 64

static struct libc *libcs;
static size_t n_libcs;
static struct worker worker = { .socket = -1 };
static size_t n_functions;

void libc_start(const struct libc_functions *functions, bool filter)
{
	static const struct sandbox_call *const calls[] = {
		sandbox_read_files, sandbox_talk, NULL
	};
	const struct keeper_job job = {
		.serve = libc_serve, .ctx = (void *)functions, .calls = filter ? calls : NULL,
		.capabilities = 1ULL << CAP_SYS_PTRACE | 1ULL << CAP_DAC_READ_SEARCH |
				1ULL << CAP_CHECKPOINT_RESTORE | 1ULL << CAP_PERFMON,
		.memory_bytes = MEMORY_BYTES, .files = FILES_MAX, .deadline_s = SEND_S,
	};
	int err = worker_start(&worker, &job);

	n_functions = functions->n;
	if (err)
		log_err(err, "no libc will be found: cannot start a process");
}

static struct libc *find_known(const struct libc_key *key)
{
	for (size_t i = 0; i < n_libcs; i++)
		if (memcmp(&libcs[i].key, key, sizeof(*key)) == 0)
			return &libcs[i];
	return NULL;
}

/* Handle the file that is open as found->fd, and close it. */
static void add_new(const struct libc_key *key, const struct libc_found *found, libc_fn fn,
		    void *ctx)
{
	if (n_libcs < LIBCS_MAX && !find_known(key)) {
		libcs = xreallocarray(libcs, n_libcs + 1, sizeof(libcs[0]));
		libcs[n_libcs] = (struct libc){ .key = *key, .seen_ns = clock_now_ns() };
		fn(ctx, &libcs[n_libcs++], found);
	}
	close(found->fd);
}

/* The worker has read hostile files: check what it sends. */
static bool is_valid(struct libc_answer *answer, ssize_t bytes, int fd)
{
	if (bytes != sizeof(*answer) || answer->places.n > UPROBE_PLACES_MAX || answer->error > 0 ||
	    (fd < 0 && !answer->last))
		return false;
	for (size_t i = 0; i < answer->places.n; i++)
		if (answer->places.which[i] >= n_functions)
			return false;
	answer->path[sizeof(answer->path) - 1] = '\0';
	return true;
}

/* Receive one answer.  Returns false if the worker is lost. */
static bool receive(struct libc_answer *answer, int *fd)
{
	__u64 end_ns = clock_now_ns() + ANSWER_NS;
	ssize_t bytes = worker_receive(&worker, answer, sizeof(*answer), fd, end_ns);

	if (is_valid(answer, bytes, *fd))
		return true;
	if (*fd >= 0)
		close(*fd);
	worker_lost(&worker);
	return false;
}

static bool send_request(struct libc_request *request, size_t bytes)
{
	struct iovec iov = { request, bytes };
	const struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	/* If the worker has ended since the last request, the next one gets this. */
	for (int tries = 0; tries < 2; tries++)
		if (worker_send(&worker, &message))
			return true;
	return false;
}

static void mark_seen(const struct libc_answer *last, size_t n_known)
{
	__u64 now = clock_now_ns();

	for (size_t i = 0; i < n_known; i++)
		if (last->seen[i / 8] >> i % 8 & 1)
			libcs[i].seen_ns = now;
}

/* Look at process @pid, or at all.  Sets @last to the last answer.  Returns false without one. */
static bool look(enum libc_what what, pid_t pid, libc_fn fn, void *ctx, struct libc_answer *last)
{
	struct libc_request request = { .what = what, .pid = pid, .n = n_libcs };
	int fd;

	for (size_t i = 0; i < n_libcs; i++)
		request.known[i] = libcs[i].key;
	if (!send_request(&request, offsetof(struct libc_request, known[n_libcs])))
		return false;
	for (size_t answers = 0; answers <= LIBCS_MAX && receive(last, &fd); answers++) {
		const struct libc_found found = { fd, last->error, &last->places, last->path };

		if (!last->last) {
			add_new(&last->key, &found, fn, ctx);
			continue;
		}
		if (fd >= 0)
			close(fd);
		mark_seen(last, request.n);
		return true;
	}
	worker_lost(&worker);
	return false;
}

static void warn_more(const struct libc_answer *last)
{
	static bool reported;

	if (last->more && !reported)
		log_warn("more than %d different libcs are mapped: calls of the others are not seen",
			 LIBCS_MAX);
	reported |= last->more;
}

int libc_look(pid_t pid, libc_fn fn, void *ctx)
{
	static struct libc_answer last;

	if (!look(LIBC_PROCESS, pid, fn, ctx, &last))
		return -ECHILD;
	warn_more(&last);
	return last.denied ? -EACCES : (int)last.found;
}

int libc_open(const char *path, struct uprobe_places *places)
{
	static struct libc_request request = { .what = LIBC_PATH };
	static struct libc_answer answer;
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(request.path))
		return -ENAMETOOLONG;
	memcpy(request.path, path, len + 1);
	if (!send_request(&request, sizeof(request)) || !receive(&answer, &fd))
		return -ECHILD;
	*places = answer.places;
	if (fd >= 0 && answer.error) {
		close(fd);
		fd = -1;
	}
	return fd < 0 ? (answer.error ? answer.error : -ECHILD) : fd;
}

const char *libc_problem(int err)
{
	switch (-err) {
	case EINVAL: return "not a regular file";
	case EFBIG: return "too large for one";
	case ENOEXEC: return "not an ELF file";
	case EOPNOTSUPP: return "it is for other processors";
	}
	return strerror(-err);
}

void libc_use(const char *path, int fd, const struct uprobe_places *places, libc_fn fn, void *ctx)
{
	const struct libc_found found = { fd, 0, places, path };
	const struct libc_key key = {};

	add_new(&key, &found, fn, ctx);
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
	static struct libc_answer last;

	if (!look(LIBC_ALL, 0, fn, ctx, &last))
		return 0;
	warn_more(&last);
	drop_unused();
	return last.denied;
}

size_t libc_count(void)
{
	return n_libcs;
}

void libc_end(void)
{
	if (worker.ends)
		log_warn("the helper that looks for libcs ended %lu times: calls may be missing",
			 worker.ends);
	close_links(libcs, n_libcs);
	free(libcs);
	libcs = NULL;
	n_libcs = 0;
	worker_end(&worker);
}

void libc_keep_privileges(bool multi)
{
	worker_allow_calls();
	sandbox_allow(sandbox_attach);
	sandbox_allow(sandbox_threads);
	privilege_keep(CAP_BPF);
	privilege_keep(CAP_PERFMON);
	if (!multi)
		privilege_keep(CAP_SYS_ADMIN);
}
