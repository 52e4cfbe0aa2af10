// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Helpers that end, hang, or send damaged answers; and one that works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/parcel.h"
#include "symbols/helper_protocol.h"
#include "symbols/helper_serve.h"

/* What the helper of a test does; in memory that the test and all helpers share. */
struct plan {
	int fatal;		/* number of first requests at which it kills itself */
	int hung;		/* number of requests after these that it never answers */
	__u32 fatal_process;	/* it kills itself when it is asked about this process */
	char packet[256];	/* its answer */
	size_t len;		/* bytes of the answer; 0: answer like the real helper */
	int served;		/* requests so far */
	pid_t pid;		/* of the last helper */
};

static void follow_plan(void *ctx, int socket)
{
	static bool frame_pointers = true;
	struct plan *plan = ctx;
	struct helper_request request;

	plan->pid = getpid();
	/* Look at the request, but leave it in the socket for helper_serve(). */
	while (recv(socket, &request, sizeof(request), MSG_PEEK) > 0) {
		if (++plan->served <= plan->fatal || request.process.number == plan->fatal_process)
			kill(getpid(), SIGKILL);
		if (plan->served <= plan->hung)
			pause();
		if (!plan->len) {
			helper_serve(&frame_pointers, socket);
			return;
		}
		recv(socket, &request, sizeof(request), 0);
		send(socket, plan->packet, plan->len, 0);
	}
}

static struct plan *plan;

static int start(void **state)
{
	struct keeper_job job = {
		.serve = follow_plan, .capabilities = ~0ULL, .memory_bytes = 1 << 30,
		.files = 1024, .deadline_s = 1,
	};

	plan = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(plan, MAP_FAILED);
	plan->fatal_process = ~0U;
	job.ctx = plan;
	*state = helper_start(&job);
	return 0;
}

static int end(void **state)
{
	helper_free(*state);
	munmap(plan, sizeof(*plan));
	return 0;
}

__attribute__((noinline, used)) static int known_function(int i)
{
	return i * 3;
}

/* Return true if process @pid has ended but still has an entry in /proc. */
static bool is_zombie(pid_t pid)
{
	char path[64], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (f)
		fclose(f);
	return state == 'Z';
}

/* The result of name_for(). */
static struct {
	char name[64];
	size_t calls;
} named;

static void take_name(void *ctx, size_t i, const struct symbol *symbol)
{
	assert_int_equal(i, named.calls++);
	strncpy(named.name, symbol->name ? symbol->name : "", sizeof(named.name) - 1);
}

/* Return the name of known_function(), "" without one, as found for process @number. */
static const char *name_for(struct helper *helper, __u32 number)
{
	const struct helper_process self = { .number = number, .pid = getpid() };
	const __u64 address = (__u64)(uintptr_t)known_function | UNWIND_EXACT;

	memset(&named, 0, sizeof(named));
	assert_true(helper_name(helper, &self, &address, 1, ~0ULL, take_name, NULL));
	assert_int_equal(named.calls, 1);
	return named.name;
}

/* The owner that the helper finds in @bytes, memory of this process. */
static struct mutex_owner owner_in(struct helper *helper, const void *bytes, bool inherits)
{
	const struct helper_process self = { .pid = getpid() };
	struct mutex_owner owner;

	assert_true(helper_owner(helper, &self, (__u64)(uintptr_t)bytes, inherits, ~0ULL, &owner));
	return owner;
}

static void the_owner_of_a_mutex_is_found(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	__u32 words[4] = { 2, 0, getpid(), 1 }, inherited = getpid() | FUTEX_WAITERS;

	assert_int_equal(owner_in(*state, &mutex, false).tid, 0);
	pthread_mutex_lock(&mutex);
	assert_int_equal(owner_in(*state, &mutex, false).tid, getpid());
	assert_string_equal(owner_in(*state, &mutex, false).comm, "test_helper");
	pthread_mutex_unlock(&mutex);
	assert_int_equal(owner_in(*state, words, false).tid, getpid());
	words[3] = 0;				/* a lock inside the C library */
	assert_int_equal(owner_in(*state, words, false).tid, 0);
	words[3] = 1;
	words[2] = 1;				/* a thread of another process */
	assert_int_equal(owner_in(*state, words, false).tid, 0);
	words[0] = inherited;
	assert_int_equal(owner_in(*state, words, true).tid, getpid());
	assert_int_equal(owner_in(*state, NULL, false).tid, 0);
	assert_int_equal(owner_in(*state, (void *)-1, true).tid, 0);
}

static struct helper_unwound last;
static size_t answers;

static void take_unwound(void *ctx, const struct helper_unwound *unwound)
{
	last = *unwound;
	answers++;
}

/* Request to unwind an empty stack of process @number. */
static void request_unwind(struct helper *helper, __u32 number)
{
	const struct helper_process self = { .number = number, .pid = getpid() };
	const struct user_stack stack = {};

	helper_unwind(helper, &self, 0, &stack, "", take_unwound, NULL);
}

static void a_function_is_named(void **state)
{
	assert_string_equal(name_for(*state, 0), "known_function");
	assert_int_equal(helper_ends(*state), 0);
}

static void many_addresses_are_named_in_order(void **state)
{
	const struct helper_process self = { .pid = getpid() };
	__u64 addresses[5 * HELPER_PLACES_MAX + 1];
	const size_t n = sizeof(addresses) / sizeof(addresses[0]);

	for (size_t i = 0; i < n; i++)
		addresses[i] = (__u64)(uintptr_t)known_function | UNWIND_EXACT;
	memset(&named, 0, sizeof(named));
	assert_true(helper_name(*state, &self, addresses, n, ~0ULL, take_name, NULL));
	assert_int_equal(named.calls, n);
	assert_string_equal(named.name, "known_function");
}

static void more_requests_than_fit_are_all_answered(void **state)
{
	answers = 0;
	for (int i = 0; i < 100; i++)
		request_unwind(*state, i % 3);
	helper_settle(*state);
	assert_int_equal(answers, 100);
	assert_int_equal(last.n, 1);		/* address 0, which is not mapped */
	assert_int_equal(last.end, UNWIND_GONE);
}

static void another_helper_answers_after_one_has_ended(void **state)
{
	plan->fatal = 1;
	assert_string_equal(name_for(*state, 0), "");
	assert_int_equal(helper_ends(*state), 1);
	assert_string_equal(name_for(*state, 0), "known_function");
	assert_int_equal(helper_ends(*state), 1);
}

static void all_requests_under_way_are_answered_when_it_ends(void **state)
{
	plan->fatal = 1;
	answers = 0;
	for (int i = 0; i < 3; i++)
		request_unwind(*state, 1);
	helper_settle(*state);
	assert_int_equal(answers, 3);
	assert_true(helper_ends(*state) >= 1);
}

static void a_process_that_ends_helpers_is_not_asked_about_again(void **state)
{
	plan->fatal_process = 7;
	for (int i = 0; i < 5; i++)
		assert_string_equal(name_for(*state, 7), "");
	assert_int_equal(helper_ends(*state), 2);
	assert_string_equal(name_for(*state, 8), "known_function");
}

static void helpers_that_always_end_are_not_started_for_ever(void **state)
{
	plan->fatal = 1 << 30;
	for (__u32 i = 0; i < 100; i++)
		assert_string_equal(name_for(*state, i), "");
	assert_int_equal(helper_ends(*state), 4);
}

static void a_helper_that_hangs_is_replaced_after_the_deadline(void **state)
{
	const struct helper_process self = { .pid = getpid() };
	const __u64 addresses[2] = {};
	__u64 begin = clock_now_ns();

	plan->hung = 1;
	memset(&named, 0, sizeof(named));
	assert_false(helper_name(*state, &self, addresses, 2, begin + NS_PER_S / 5, take_name,
				 NULL));
	assert_int_equal(named.calls, 2);
	assert_in_range(clock_now_ns() - begin, NS_PER_S / 5, 5 * NS_PER_S);
	assert_int_equal(helper_ends(*state), 1);
	assert_string_equal(name_for(*state, 0), "known_function");
}

static void naming_can_be_stopped(void **state)
{
	const struct helper_process self = { .pid = getpid() };
	const __u64 addresses[2] = {};
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "", 1), 1);
	helper_stop_by(*state, ends[0]);
	plan->hung = 1;
	memset(&named, 0, sizeof(named));
	assert_false(helper_name(*state, &self, addresses, 2, ~0ULL, take_name, NULL));
	assert_int_equal(named.calls, 2);
	assert_int_equal(helper_ends(*state), 0);
	close(ends[0]);
	close(ends[1]);
}

static void a_helper_that_ended_while_idle_costs_no_answer(void **state)
{
	assert_string_equal(name_for(*state, 0), "known_function");
	assert_int_equal(kill(plan->pid, SIGKILL), 0);
	while (!kill(plan->pid, 0) && !is_zombie(plan->pid))
		usleep(1000);
	assert_string_equal(name_for(*state, 0), "known_function");
	assert_int_equal(helper_ends(*state), 1);
}

static void an_answer_without_sense_ends_the_helper(void **state)
{
	memset(plan->packet, 0xff, sizeof(plan->packet));
	for (plan->len = 1; plan->len <= 3; plan->len++)
		assert_string_equal(name_for(*state, plan->len), "");
	assert_int_equal(helper_ends(*state), 3);
	plan->len = 0;
	assert_string_equal(name_for(*state, 0), "known_function");
}

/* An answer in pieces, and whether it is right for the request. */
struct packet {
	char bytes[256];
	size_t len;
};

static void put(struct packet *packet, const void *bytes, size_t len)
{
	memcpy(packet->bytes + packet->len, bytes, len);
	packet->len += len;
}

static struct packet answer(__u32 kind, __u32 n, __u32 unwind_end)
{
	const struct helper_answer head = { .kind = kind, .n = n, .end = unwind_end };
	struct packet packet = {};

	put(&packet, &head, sizeof(head));
	return packet;
}

static bool fits(__u32 kind, __u32 n, const struct packet *packet)
{
	const struct helper_request request = { .kind = kind, .n = n };

	return helper_check_answer(&request, packet->bytes, packet->len);
}

static void answers_with_addresses_are_checked(void **state)
{
	const __u64 addresses[2] = { 1, 2 };
	struct packet packet = answer(HELPER_UNWIND, 2, UNWIND_COMPLETE);

	put(&packet, addresses, sizeof(addresses));
	assert_true(fits(HELPER_UNWIND, 0, &packet));
	assert_false(fits(HELPER_NAME, 2, &packet));
	for (packet.len = 0; packet.len < sizeof(struct helper_answer) + 16; packet.len++)
		assert_false(fits(HELPER_UNWIND, 0, &packet));
	packet.len++;
	assert_false(fits(HELPER_UNWIND, 0, &packet));
	packet = answer(HELPER_UNWIND, 0, UNWIND_ENDS);
	assert_false(fits(HELPER_UNWIND, 0, &packet));
	packet = answer(HELPER_UNWIND, 0x20000000, UNWIND_COMPLETE);	/* times 8: 0 in 32 bits */
	assert_false(fits(HELPER_UNWIND, 0, &packet));
	packet = answer(HELPER_LOOK, 1, 0);
	assert_false(fits(HELPER_LOOK, 1, &packet));
	packet = answer(HELPER_LOOK, 0, 0);
	assert_true(fits(HELPER_LOOK, 1, &packet));
}

static void answers_with_names_are_checked(void **state)
{
	const struct helper_name name = { .name_bytes = 3, .module_bytes = 2 };
	struct helper_name large = { .name_bytes = ~0U, .module_bytes = 6 };
	struct packet packet = answer(HELPER_NAME, 1, 0);
	const size_t head = packet.len;

	put(&packet, &name, sizeof(name));
	put(&packet, "abcde", 5);
	assert_true(fits(HELPER_NAME, 1, &packet));
	assert_true(fits(HELPER_NAME, 2, &packet));
	assert_false(fits(HELPER_NAME, 0, &packet));
	for (size_t len = packet.len; packet.len > 0;) {
		packet.len--;
		assert_false(fits(HELPER_NAME, 1, &packet));
		if (!packet.len) {
			packet.len = len + 1;
			assert_false(fits(HELPER_NAME, 1, &packet));
			break;
		}
	}
	memcpy(packet.bytes + head, &large, sizeof(large));	/* their sum is 5 in 32 bits */
	packet.len = head + sizeof(large) + 5;
	assert_false(fits(HELPER_NAME, 1, &packet));
	packet = answer(HELPER_NAME, 0, 0);
	assert_false(fits(HELPER_NAME, 1, &packet));
}

/* Two descriptors fit into the padding of the room for one: they would stay open in the tool. */
static void a_message_brings_one_descriptor_at_most(void **state)
{
	int pair[2], sent[2] = { 0, 1 };
	union {
		char bytes[CMSG_SPACE(sizeof(sent))];
		struct cmsghdr head;
	} control = { .head = { CMSG_LEN(sizeof(sent)), SOL_SOCKET, SCM_RIGHTS } };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct parcel parcel;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	memcpy(CMSG_DATA(&control.head), sent, sizeof(sent));
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	parcel_init(&parcel, &byte, 1);
	assert_int_equal(recvmsg(pair[1], &parcel.message, 0), 1);
	close(parcel_take(&parcel));
	sent[0] = dup(0);
	assert_int_equal(sent[0], pair[1] + 1);		/* the next number is free */
	close(sent[0]);
	close(pair[0]);
	close(pair[1]);
}

#define WITH_HELPER(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HELPER(a_function_is_named),
		WITH_HELPER(the_owner_of_a_mutex_is_found),
		WITH_HELPER(many_addresses_are_named_in_order),
		WITH_HELPER(more_requests_than_fit_are_all_answered),
		WITH_HELPER(another_helper_answers_after_one_has_ended),
		WITH_HELPER(all_requests_under_way_are_answered_when_it_ends),
		WITH_HELPER(a_process_that_ends_helpers_is_not_asked_about_again),
		WITH_HELPER(helpers_that_always_end_are_not_started_for_ever),
		WITH_HELPER(a_helper_that_hangs_is_replaced_after_the_deadline),
		WITH_HELPER(naming_can_be_stopped),
		WITH_HELPER(a_helper_that_ended_while_idle_costs_no_answer),
		WITH_HELPER(an_answer_without_sense_ends_the_helper),
		cmocka_unit_test(answers_with_addresses_are_checked),
		cmocka_unit_test(answers_with_names_are_checked),
		cmocka_unit_test(a_message_brings_one_descriptor_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
