/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TOOL_GUARD_H
#define TOOL_GUARD_H

#include "event.h"

/* The end of a process. */
struct TOOL_event {
	struct event_head head;
};

#endif /* TOOL_GUARD_H */
