// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "symbols/helper_protocol.h"

/* Return true if the @len bytes at @at are exactly @n struct helper_name with their strings. */
static bool are_names(const char *at, size_t len, __u32 n)
{
	struct helper_name name;

	for (__u32 i = 0; i < n; i++) {
		if (len < sizeof(name))
			return false;
		memcpy(&name, at, sizeof(name));
		at += sizeof(name);
		len -= sizeof(name);
		if (name.name_bytes > len || name.module_bytes > len - name.name_bytes)
			return false;
		at += name.name_bytes + name.module_bytes;
		len -= name.name_bytes + name.module_bytes;
	}
	return !len;
}

bool helper_check_answer(const struct helper_request *request, const char *packet, size_t len)
{
	struct helper_answer answer;

	if (len < sizeof(answer))
		return false;
	memcpy(&answer, packet, sizeof(answer));
	packet += sizeof(answer);
	len -= sizeof(answer);
	if (answer.kind != request->kind)
		return false;
	switch (answer.kind) {
	case HELPER_UNWIND:
		return answer.end < UNWIND_ENDS && answer.n <= UNWIND_FRAMES_MAX &&
		       len == answer.n * sizeof(__u64);
	case HELPER_LOOK: return !answer.n && !len;
	case HELPER_OWNER: return len == sizeof(struct mutex_owner);
	case HELPER_NAME:
		return answer.n && answer.n <= request->n && are_names(packet, len, answer.n);
	}
	return false;
}
