// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <netdb.h>
#include <string.h>

#include "result.h"

const char *result_eai(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ EAI_BADFLAGS, "EAI_BADFLAGS" }, { EAI_NONAME, "EAI_NONAME" },
		{ EAI_AGAIN, "EAI_AGAIN" }, { EAI_FAIL, "EAI_FAIL" },
		{ EAI_NODATA, "EAI_NODATA" }, { EAI_FAMILY, "EAI_FAMILY" },
		{ EAI_SOCKTYPE, "EAI_SOCKTYPE" }, { EAI_SERVICE, "EAI_SERVICE" },
		{ EAI_ADDRFAMILY, "EAI_ADDRFAMILY" }, { EAI_MEMORY, "EAI_MEMORY" },
		{ EAI_SYSTEM, "EAI_SYSTEM" }, { EAI_OVERFLOW, "EAI_OVERFLOW" },
		{ EAI_INPROGRESS, "EAI_INPROGRESS" }, { EAI_CANCELED, "EAI_CANCELED" },
		{ EAI_NOTCANCELED, "EAI_NOTCANCELED" }, { EAI_INTR, "EAI_INTR" },
		{ EAI_IDN_ENCODE, "EAI_IDN_ENCODE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].error == error)
			return names[i].name;
	return "failed";
}

const char *result_h_errno(const struct lookup_event *e)
{
	const char *name = NULL;

	switch (e->h_errno_) {
	case HOST_NOT_FOUND:
		return "HOST_NOT_FOUND";
	case TRY_AGAIN:
		return "TRY_AGAIN";
	case NO_RECOVERY:
		return "NO_RECOVERY";
	case NO_DATA:
		return "NO_DATA";
	case NETDB_INTERNAL:		/* for the _r functions errno is known */
		if (e->call == CALL_GETHOSTBYNAME_R || e->call == CALL_GETHOSTBYNAME2_R)
			name = strerrorname_np(e->ret);
		return name && e->ret ? name : "NETDB_INTERNAL";
	}
	return "failed";
}
