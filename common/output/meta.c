// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sys/utsname.h>
#include <bpf/libbpf.h>

#include "core/skel.h"
#include "output/meta.h"

#define SCHEMA 1		/* version of the JSON; incremented if a key changes its meaning */

void meta_members(struct json *json, const struct common_args *args)
{
	const struct bpf_program *prog;
	struct utsname uts;

	uname(&uts);
	json_uint(json, "schema", SCHEMA);
	json_name(json, "tool", args->tool);
	json_name(json, "version", VERSION);
	json_name(json, "libbpf", libbpf_version_string() + 1);
	json_name(json, "host", uts.nodename);
	json_name(json, "kernel", uts.release);
	json_name(json, "arch", uts.machine);
	json_array(json, "args");
	for (int i = 1; i < args->argc; i++)
		json_name(json, NULL, args->argv[i]);
	json_end(json);
	json_array(json, "hooks");
	for (prog = skel_next_hook(NULL); prog; prog = skel_next_hook(prog))
		json_name(json, NULL, skel_hook_name(prog));
	json_end(json);
}
