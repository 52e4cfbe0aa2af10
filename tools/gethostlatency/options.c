// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The options of gethostlatency. */
#include "options.h"

struct gethostlatency_options opt = { .common.time = STAMP_LOCAL };

const char *const lookup_calls[CALLS] = {
	[CALL_GETADDRINFO] = "getaddrinfo",
	[CALL_GETHOSTBYNAME] = "gethostbyname",
	[CALL_GETHOSTBYNAME2] = "gethostbyname2",
	[CALL_GETHOSTBYNAME_R] = "gethostbyname_r",
	[CALL_GETHOSTBYNAME2_R] = "gethostbyname2_r",
};

static const struct argp_option options[] = {
	{ "libc", 'l', "PATH", 0, "Only calls of this libc" },
	{}
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 'l':
		opt.libc = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp gethostlatency_argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Trace how long host names take to look up.\v"
	       "Examples:\n"
	       "  gethostlatency                # every lookup, with its result\n"
	       "  gethostlatency -p 181         # those of process 181\n"
	       "  gethostlatency -v             # say which libcs are attached to\n"
	       "  gethostlatency -l /lib/x86_64-linux-gnu/libc.so.6   # only calls of this libc\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};
