// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/privilege.h"
#include "core/text.h"
#include "core/worker.h"
#include "core/xalloc.h"
#include "symbols/helper_protocol.h"
#include "symbols/helper_serve.h"

/*
 * Maximum number of requests without an answer.  Their answers fit into the socket's buffer, so the
 * helper and the tool never wait for each other.
 */
#define QUEUE_MAX 16
/* Maximum wait for an answer during the run: while the tool waits, events are lost. */
#define SETTLE_NS (5 * NS_PER_S)
/* Maximum wait for names.  Reading the symbols of a browser's 1 GB debug file takes 2 to 3 s. */
#define NAME_NS (10 * NS_PER_S)
#define SEND_S 5
#define MEMORY_BYTES (2ULL << 30)
#define FILES_MAX 8192
/* A process that ended the helper this many times is not asked about again. */
#define ENDS_EACH_MAX 2

struct queued {
	struct helper_request request;
	helper_unwound_fn fn;		/* NULL: ignore the answer */
	void *ctx;
};

struct helper {
	struct worker worker;
	struct queued queue[QUEUE_MAX];	/* requests under way, from queue[first] on */
	unsigned int first, n;
	__u8 *ends_each;		/* by process number: how often the helper ended */
	size_t n_processes;
	__u32 limited;			/* highest number that a helper has reported */
	union {
		char bytes[HELPER_PACKET_BYTES];
		__u64 align;
	} packet;
};

/* Capabilities needed to read the processes of all users, and to open map_files in /proc. */
static __u64 capabilities(void)
{
	return 1ULL << CAP_SYS_PTRACE | 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_CHECKPOINT_RESTORE;
}

struct helper *helper_start(const struct keeper_job *job)
{
	struct helper *helper = xcalloc(1, sizeof(*helper));
	int err = worker_start(&helper->worker, job);

	if (err)
		log_err(err, "no names of user functions: cannot start a process");
	return helper;
}

/* The vDSO is copied to a file in memory. */
static const struct sandbox_call vdso_calls[] = { { "memfd_create" }, {} };

struct helper *helper_new(bool frame_pointers, bool filter)
{
	static const struct sandbox_call *const calls[] = {
		sandbox_read_files, sandbox_talk, vdso_calls, NULL
	};
	struct keeper_job job = {
		.serve = helper_serve, .ctx = &frame_pointers, .calls = filter ? calls : NULL,
		.capabilities = capabilities(), .memory_bytes = MEMORY_BYTES, .files = FILES_MAX,
		.deadline_s = SEND_S,
	};

	return helper_start(&job);
}

static void pop(struct helper *helper, const struct helper_unwound *unwound)
{
	struct queued queued = helper->queue[helper->first];

	helper->first = (helper->first + 1) % QUEUE_MAX;
	helper->n--;
	if (queued.fn)
		queued.fn(queued.ctx, unwound);
}

/* Record that the helper ended while it worked on process @number. */
static void blame(struct helper *helper, __u32 number)
{
	size_t more = 2 * (size_t)number + 64;

	if (number >= helper->n_processes) {
		helper->ends_each = xreallocarray(helper->ends_each, more, 1);
		memset(helper->ends_each + helper->n_processes, 0, more - helper->n_processes);
		helper->n_processes = more;
	}
	helper->ends_each[number]++;
}

static bool blamed(const struct helper *helper, __u32 number)
{
	return number < helper->n_processes && helper->ends_each[number] >= ENDS_EACH_MAX;
}

/* The helper has ended, is stuck, or sends nonsense: close its socket, and answer its requests. */
static void give_up(struct helper *helper)
{
	const struct helper_unwound none = { .end = UNWIND_NO_HELPER };

	worker_lost(&helper->worker);
	if (helper->n && !helper->worker.stopped)
		blame(helper, helper->queue[helper->first].request.process.number);
	while (helper->n)
		pop(helper, &none);
}

/* Receive the answer to the first request under way.  Return false after give_up(). */
static bool receive(struct helper *helper, __u64 end_ns)
{
	const struct helper_request *request = &helper->queue[helper->first].request;
	ssize_t len = worker_receive(&helper->worker, helper->packet.bytes,
				     sizeof(helper->packet.bytes), NULL, end_ns);

	if (len >= 0 && helper_check_answer(request, helper->packet.bytes, len)) {
		const struct helper_answer *answer = (const void *)helper->packet.bytes;

		if (answer->limited > helper->limited)
			helper->limited = answer->limited;
		return true;
	}
	give_up(helper);
	return false;
}

/* Receive one answer that has no names. */
static void take_answer(struct helper *helper, __u64 end_ns)
{
	const struct helper_answer *answer = (const void *)helper->packet.bytes;
	struct helper_unwound unwound;

	if (!receive(helper, end_ns))
		return;
	unwound = (struct helper_unwound){
		.end = answer->end, .n = answer->n, .java = answer->java,
		.addresses = (const __u64 *)(answer + 1),
	};
	pop(helper, &unwound);
}

void helper_settle(struct helper *helper)
{
	__u64 end_ns = helper->n ? clock_now_ns() + SETTLE_NS : 0;

	while (helper->n)
		take_answer(helper, end_ns);
}

/* Send @queued with the @n parts at @parts after it.  Return false if there is no helper. */
static bool enqueue(struct helper *helper, const struct queued *queued, const struct iovec *parts,
		    size_t n)
{
	struct iovec iov[3] = { { (void *)&queued->request, sizeof(queued->request) } };
	const struct msghdr message = { .msg_iov = iov, .msg_iovlen = n + 1 };

	if (blamed(helper, queued->request.process.number))
		return false;
	if (helper->n == QUEUE_MAX)
		take_answer(helper, clock_now_ns() + SETTLE_NS);
	memcpy(iov + 1, parts, n * sizeof(parts[0]));
	/* If the helper has ended, send the request to a new one. */
	for (int tries = 0; !worker_send(&helper->worker, &message);) {
		give_up(helper);
		if (++tries == 2)
			return false;
	}
	helper->queue[(helper->first + helper->n++) % QUEUE_MAX] = *queued;
	return true;
}

void helper_unwind(struct helper *helper, const struct helper_process *process, __u32 map_count,
		   const struct user_stack *stack, const void *bytes, helper_unwound_fn fn,
		   void *ctx)
{
	const struct helper_unwound none = { .end = UNWIND_NO_HELPER };
	const struct queued queued = {
		.request = { *process, .kind = HELPER_UNWIND, .map_count = map_count },
		.fn = fn, .ctx = ctx,
	};
	const struct iovec parts[] = {
		{ (void *)stack, sizeof(*stack) }, { (void *)bytes, stack->bytes },
	};

	if (!enqueue(helper, &queued, parts, 2))
		fn(ctx, &none);
}

void helper_look(struct helper *helper, const struct helper_process *process, __u32 map_count,
		 const __u64 *addresses, __u32 n)
{
	__u32 kept = n < UNWIND_FRAMES_MAX ? n : UNWIND_FRAMES_MAX;
	const struct queued queued = {
		.request = { *process, .kind = HELPER_LOOK, .map_count = map_count, .n = kept },
	};
	const struct iovec part = { (void *)addresses, kept * sizeof(addresses[0]) };

	enqueue(helper, &queued, &part, 1);
}

/* Append the @bytes at @from to @text; return a pointer to the result, NULL for nothing. */
static const char *take_string(struct text *text, const char *from, __u32 bytes)
{
	text->len = 0;
	text_bytes(text, from, bytes);
	text_char(text, '\0');
	return text->at[0] ? text->at : NULL;
}

/* Pass the names in the packet to @fn, as those of the addresses from @first on. */
static void take_names(const struct helper *helper, size_t first, helper_named_fn fn, void *ctx)
{
	const struct helper_answer *answer = (const void *)helper->packet.bytes;
	const char *at = (const char *)(answer + 1);
	struct text name = {}, module = {};
	struct helper_name head;

	for (__u32 i = 0; i < answer->n; i++) {
		struct symbol symbol;

		memcpy(&head, at, sizeof(head));
		at += sizeof(head);
		symbol.offset = head.offset;
		symbol.name = take_string(&name, at, head.name_bytes);
		symbol.module = take_string(&module, at + head.name_bytes, head.module_bytes);
		at += head.name_bytes + head.module_bytes;
		fn(ctx, first + i, &symbol);
	}
	text_free(&name);
	text_free(&module);
}

/*
 * Request names for @n addresses; return how many were named before @end_ns, 0 if there is no
 * helper.
 */
static size_t name_some(struct helper *helper, const struct helper_process *process,
			const __u64 *addresses, size_t n, __u64 end_ns)
{
	__u32 some = n < HELPER_PLACES_MAX ? n : HELPER_PLACES_MAX;
	const struct queued queued = {
		.request = { *process, .kind = HELPER_NAME, .n = some },
	};
	const struct iovec part = { (void *)addresses, some * sizeof(addresses[0]) };
	const struct helper_answer *answer = (const void *)helper->packet.bytes;

	if (!enqueue(helper, &queued, &part, 1) || !receive(helper, end_ns))
		return 0;
	pop(helper, NULL);
	return answer->n;
}

bool helper_name(struct helper *helper, const struct helper_process *process,
		 const __u64 *addresses, size_t n, __u64 end_ns, helper_named_fn fn, void *ctx)
{
	const struct symbol none = {};
	size_t done = 0, some;
	__u64 now;
	bool late;

	helper_settle(helper);
	while (done < n) {
		now = clock_now_ns();
		if (now >= end_ns || helper->worker.stopped)
			break;
		some = name_some(helper, process, addresses + done, n - done,
				 end_ns - now < NAME_NS ? end_ns : now + NAME_NS);
		if (!some)
			break;
		take_names(helper, done, fn, ctx);
		done += some;
	}
	late = done < n && (helper->worker.stopped || clock_now_ns() >= end_ns);
	for (; done < n; done++)
		fn(ctx, done, &none);
	return !late;
}

bool helper_owner(struct helper *helper, const struct helper_process *process, __u64 address,
		  bool inherits, __u64 end_ns, struct mutex_owner *owner)
{
	const struct helper_mutex mutex = { .address = address, .inherits = inherits };
	const struct queued queued = { .request = { *process, .kind = HELPER_OWNER } };
	const struct iovec part = { (void *)&mutex, sizeof(mutex) };
	const struct helper_answer *answer = (const void *)helper->packet.bytes;

	helper_settle(helper);
	if (!enqueue(helper, &queued, &part, 1) || !receive(helper, end_ns))
		return false;
	memcpy(owner, answer + 1, sizeof(*owner));
	pop(helper, NULL);
	return true;
}

void helper_stop_by(struct helper *helper, int fd)
{
	helper->worker.stop_fd = fd;
}

__u32 helper_limited(const struct helper *helper)
{
	return helper->limited;
}

unsigned long helper_ends(const struct helper *helper)
{
	return helper->worker.ends;
}

void helper_free(struct helper *helper)
{
	if (!helper)
		return;
	worker_end(&helper->worker);
	free(helper->ends_each);
	free(helper);
}
