// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A library to preload into a tool: the tool chooses its programs and loads them, then
 * exits before it attaches them.  Prints the name of each program and the number of
 * instructions that the verifier followed (0 before v5.16, aba64c7da983).
 *
 * PRETEND is a list of what the tool shall find, so that it also loads programs that
 * this kernel cannot attach, or that it would not choose here:
 *	hooks		kprobes and fentry attach
 *	no-storage	there is no task storage
 *	no-btf		the kernel has no BTF, so that tp_btf programs are loaded as raw_tp
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static bool pretend(const char *what)
{
	const char *list = getenv("PRETEND");

	return list && strstr(list, what);
}

static void print_programs(const struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			printf("%s %u\n", bpf_program__name(prog), info.verified_insns);
	}
}

int bpf_object__load_skeleton(struct bpf_object_skeleton *skeleton)
{
	int (*real)(struct bpf_object_skeleton *) = dlsym(RTLD_NEXT, __func__);
	int err = real(skeleton);

	/* Skip the object of common/core/self.c, which is not part of the tool. */
	if (err || strcmp(skeleton->name, "self_bpf") == 0)
		return err;
	print_programs(*skeleton->obj);
	fflush(stdout);
	_exit(0);
}

int libbpf_probe_bpf_map_type(enum bpf_map_type type, const void *opts)
{
	int (*real)(enum bpf_map_type, const void *) = dlsym(RTLD_NEXT, __func__);

	if (type == BPF_MAP_TYPE_TASK_STORAGE && pretend("no-storage"))
		return 0;
	return real(type, opts);
}

int access(const char *path, int mode)
{
	int (*real)(const char *, int) = dlsym(RTLD_NEXT, __func__);

	if (strcmp(path, "/sys/bus/event_source/devices/kprobe") == 0 && pretend("hooks"))
		return 0;
	if (strcmp(path, "/sys/kernel/btf/vmlinux") == 0 && pretend("no-btf"))
		return -1;
	return real(path, mode);
}

/* Without a name this attaches an fentry program. */
int bpf_raw_tracepoint_open(const char *name, int prog)
{
	int (*real)(const char *, int) = dlsym(RTLD_NEXT, __func__);

	return !name && pretend("hooks") ? dup(prog) : real(name, prog);
}
