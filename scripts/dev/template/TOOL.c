// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* TOOL - TODO: what it shows, in one line.  See TOOL(8). */
#include <bpf/libbpf.h>

#include "core/args.h"
#include "core/log.h"
#include "output/out.h"
#include "core/run.h"
#include "core/skel.h"
#include "columns.h"
#include "TOOL.h"
#include "TOOL.skel.h"

static struct {
	struct common_args common;
} opt;

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.parser = parse_option,
	.doc = "TODO: what it shows, in one line.\v"
	       "Examples:\n"
	       "  TOOL                     # until Ctrl-C\n"
	       "  TOOL --json --duration 60    # JSON lines, for one minute\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

static void print_event(void *ctx, const void *event, size_t size)
{
	const struct TOOL_event *e = event;
	struct out *out = ctx;

	out_event(out, &e->head);
	out_uint(out, COL_PID, e->head.pid);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_end(out);
}

static int trace(struct TOOL_bpf *skel)
{
	struct out out;
	int err;

	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, NULL);
	return run_events(&out, skel->maps.events, print_event, NULL, &out);
}

int main(int argc, char **argv)
{
	struct TOOL_bpf *skel;
	int err;

	args_parse("TOOL", &record_table, &argp, argc, argv, &opt.common);
	skel = TOOL_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	TOOL_bpf__destroy(skel);
	return log_exit_code(err);
}
