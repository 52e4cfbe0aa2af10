// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "symbols/helper_protocol.h"
#include "symbols/helper_serve.h"
#include "symbols/usyms.h"

/* A packet; aligned for what it contains. */
union packet {
	char bytes[HELPER_PACKET_BYTES];
	__u64 words[HELPER_PACKET_BYTES / sizeof(__u64)];
	struct helper_request request;
	struct helper_answer answer;
};

struct service {
	struct usyms *usyms;
	struct unwind *unwind;
	struct usyms_process **processes;	/* by process number; NULL: no request yet */
	size_t n;
	union packet in, out;
	size_t out_bytes;
};

/* Return the process of the request, whose files are opened when it is first asked about. */
static struct usyms_process *process_of(struct service *service)
{
	const struct helper_request *request = &service->in.request;
	const struct helper_process *process = &request->process;
	size_t more = 2 * (size_t)process->number + 64;

	if (process->number >= service->n) {
		service->processes = xreallocarray(service->processes, more,
						   sizeof(service->processes[0]));
		memset(service->processes + service->n, 0,
		       (more - service->n) * sizeof(service->processes[0]));
		service->n = more;
	}
	if (!service->processes[process->number])
		service->processes[process->number] =
			usyms_process(service->usyms, process->pid, process->start_boottime_ns);
	if (request->map_count)
		usyms_refresh(service->processes[process->number], request->map_count);
	return service->processes[process->number];
}

/* The data after the struct of the request, and after that of the answer. */
static const __u64 *addresses_in(const struct service *service)
{
	return (const __u64 *)(service->in.bytes + sizeof(struct helper_request));
}

static __u64 *addresses_out(struct service *service)
{
	return (__u64 *)(service->out.bytes + sizeof(struct helper_answer));
}

static void touch(struct usyms_process *process, const __u64 *addresses, __u32 n)
{
	for (__u32 i = 0; i < n; i++)
		usyms_touch(process, addresses[i] & ~UNWIND_EXACT);
}

static void unwind(struct service *service)
{
	const struct user_stack *stack = (const void *)addresses_in(service);
	struct usyms_process *process = process_of(service);
	struct unwind_process code = usyms_unwind(process);
	struct helper_answer *answer = &service->out.answer;
	__u64 *addresses = addresses_out(service);

	answer->end = unwind_stack(service->unwind, &code, stack, stack + 1, addresses, &answer->n);
	answer->java = answer->end == UNWIND_NO_CFI && usyms_is_java(process);
	service->out_bytes += answer->n * sizeof(addresses[0]);
	touch(process, addresses, answer->n);
}

/*
 * An address that is not a return address gets no name: the name of a nearby function would be
 * wrong.
 */
static struct symbol find(struct usyms_process *process, __u64 address)
{
	bool exact = address & UNWIND_EXACT;
	__u64 at = address & ~UNWIND_EXACT, call = at - !exact;
	struct symbol symbol = usyms_find(process, call);

	if (symbol.name && !exact && !usyms_follows_call(process, at))
		symbol.name = NULL;
	symbol.offset += at - call;
	return symbol;
}

/* Append @symbol to the answer; false: it has no room left. */
static bool put_symbol(struct service *service, const struct symbol *symbol)
{
	struct helper_name name = {
		.offset = symbol->offset,
		.name_bytes = symbol->name ? strnlen(symbol->name, HELPER_NAME_BYTES_MAX) : 0,
		.module_bytes = symbol->module ? strnlen(symbol->module, PATH_MAX) : 0,
	};
	char *at = service->out.bytes + service->out_bytes;
	size_t bytes = sizeof(name) + name.name_bytes + name.module_bytes;

	if (bytes > sizeof(service->out) - service->out_bytes)
		return false;
	memcpy(at, &name, sizeof(name));
	at += sizeof(name);
	if (name.name_bytes)
		memcpy(at, symbol->name, name.name_bytes);
	if (name.module_bytes)
		memcpy(at + name.name_bytes, symbol->module, name.module_bytes);
	service->out_bytes += bytes;
	return true;
}

static void name(struct service *service)
{
	const __u64 *addresses = addresses_in(service);
	struct usyms_process *process = process_of(service);
	struct helper_answer *answer = &service->out.answer;

	while (answer->n < service->in.request.n) {
		struct symbol symbol = find(process, addresses[answer->n]);

		if (!put_symbol(service, &symbol))
			break;
		answer->n++;
	}
}

static void find_owner(struct service *service)
{
	const struct helper_mutex *mutex = (const void *)addresses_in(service);
	struct mutex_owner owner = {};
	int dir = usyms_open(process_of(service));

	if (dir >= 0) {
		owner = mutex_owner(dir, mutex->address, mutex->inherits);
		close(dir);
	}
	memcpy(addresses_out(service), &owner, sizeof(owner));
	service->out_bytes += sizeof(owner);
}

static void answer(struct service *service)
{
	const struct helper_request *request = &service->in.request;

	service->out.answer = (struct helper_answer){ .kind = request->kind };
	service->out_bytes = sizeof(struct helper_answer);
	switch (request->kind) {
	case HELPER_UNWIND: unwind(service); break;
	case HELPER_LOOK: touch(process_of(service), addresses_in(service), request->n); break;
	case HELPER_NAME: name(service); break;
	case HELPER_OWNER: find_owner(service); break;
	}
	service->out.answer.limited = usyms_limited(service->usyms);
}

void helper_serve(void *frame_pointers, int socket)
{
	struct service *service = xcalloc(1, sizeof(*service));

	service->usyms = usyms_new();
	service->unwind = unwind_new(*(const bool *)frame_pointers);
	while (recv(socket, service->in.bytes, sizeof(service->in), 0) > 0) {
		answer(service);
		if (send(socket, service->out.bytes, service->out_bytes, MSG_NOSIGNAL) < 0)
			break;
	}
	unwind_free(service->unwind);
	usyms_free(service->usyms);
	free(service->processes);
	free(service);
}
