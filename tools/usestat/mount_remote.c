// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* statvfs(3) of file systems that may not answer, each in a thread that may wait forever. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/xalloc.h"
#include "mount.h"
#include "thread.h"

#define WAIT_MS 100
#define REQUESTS_MAX 8			/* limit of requests without an answer */

/* A request stays in its slot until its thread has the answer. */
static struct request {
	char *path;			/* NULL: the slot is free */
	struct statvfs fs;
	int err;
	bool answered;
} requests[REQUESTS_MAX];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *ask(void *arg)
{
	struct request *request = arg;
	struct statvfs fs = {};
	int err = statvfs(request->path, &fs) ? errno : 0;

	pthread_mutex_lock(&lock);
	request->fs = fs;
	request->err = err;
	request->answered = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Wait for the answer; the lock is held. */
static void wait_for_answer(const struct request *request)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!request->answered)
		if (pthread_cond_timedwait(&changed, &lock, &until))
			return;
}

/* Return the request for @path, or a free slot, or NULL. */
static struct request *request_of(const char *path)
{
	struct request *unused = NULL;

	for (size_t i = 0; i < REQUESTS_MAX; i++) {
		if (!requests[i].path)
			unused = &requests[i];
		else if (strcmp(requests[i].path, path) == 0)
			return &requests[i];
	}
	return unused;
}

/* Start the thread; the request stays free if there is none. */
static bool start(struct request *request, const char *path)
{
	request->answered = false;
	request->path = xstrdup(path);
	if (thread_start(ask, request))
		return true;
	free(request->path);
	request->path = NULL;
	return false;
}

static int take_answer(struct request *request, struct statvfs *fs)
{
	if (!request->answered)
		return ETIMEDOUT;
	*fs = request->fs;
	free(request->path);
	request->path = NULL;
	return request->err;
}

int remote_statvfs(const char *path, struct statvfs *fs)
{
	struct request *request;
	int err = EAGAIN;

	pthread_mutex_lock(&lock);
	request = request_of(path);
	if (request && request->path) {		/* of an earlier look */
		err = take_answer(request, fs);
	} else if (request && start(request, path)) {
		wait_for_answer(request);
		err = take_answer(request, fs);
	}
	pthread_mutex_unlock(&lock);
	return err;
}
