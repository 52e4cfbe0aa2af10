// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/hooks.h"
#include "core/kernel_btf.h"
#include "core/log.h"
#include "core/target.h"

/*
 * The first shortage of files or memory (negative errno) during feature tests.  A hook that was
 * not found may exist nevertheless.
 */
static int shortage;

static int note_error(int err)
{
	if (!shortage && (err == -EMFILE || err == -ENFILE || err == -ENOMEM))
		shortage = err;
	return err;
}

int hooks_error(void)
{
	return shortage ? log_err(shortage, "cannot test which hooks this kernel has") : 0;
}

static const struct btf_index *types(void)
{
	const struct btf_index *index = kernel_btf();

	if (!index)
		note_error(-errno);
	return index;
}

/* Return the first type of @kind with name @name in the kernel's BTF, or NULL. */
static const struct btf_type *find(const char *name, unsigned int kind)
{
	const struct btf_index *index = types();

	return index ? btf_index_type(index, btf_index_find(index, name, kind)) : NULL;
}

/*
 * Return the prototype of tracepoint @name.  In BTF it is the type btf_trace_<name>, a pointer
 * to a function; its first argument belongs to the probe itself.
 */
static const struct btf_type *tracepoint_proto(const char *name)
{
	const struct btf_type *type;
	char typedef_name[128];

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	type = find(typedef_name, BTF_KIND_TYPEDEF);
	if (type)
		type = btf_index_type(types(), type->type);	/* the pointer */
	if (type)
		type = btf_index_type(types(), type->type);
	return type && btf_index_kind(type) == BTF_KIND_FUNC_PROTO && btf_index_count(type) ?
	       type : NULL;
}

bool hooks_tracepoint(const char *name)
{
	return hooks_tracepoint_args(name) >= 0;
}

int hooks_tracepoint_args(const char *name)
{
	const struct btf_type *proto = tracepoint_proto(name);

	if (shortage)
		return shortage;
	return proto ? (int)btf_index_count(proto) - 1 : -ENOENT;
}

const char *hooks_tracepoint_arg(const char *name, int i)
{
	const struct btf_type *type = tracepoint_proto(name);

	if (!type || i + 1 >= (int)btf_index_count(type))
		return "";
	type = btf_index_type(types(), ((const struct btf_param *)(type + 1))[i + 1].type);
	if (!type || btf_index_kind(type) != BTF_KIND_PTR)
		return "";
	type = btf_index_type(types(), btf_index_resolve(types(), type->type));
	return type && btf_index_kind(type) == BTF_KIND_STRUCT ?
	       btf_index_string(types(), type->name_off) : "";
}

bool hooks_struct_has(const char *name, const char *field)
{
	const struct btf_type *type = find(name, BTF_KIND_STRUCT);
	const struct btf_member *members = type ? (const void *)(type + 1) : NULL;

	for (__u32 i = 0; type && i < btf_index_count(type); i++)
		if (strcmp(btf_index_string(types(), members[i].name_off), field) == 0)
			return true;
	return false;
}

void hooks_enum(const char *name, hooks_enum_fn fn, void *ctx)
{
	const struct btf_type *type = find(name, BTF_KIND_ENUM);
	const struct btf_enum *values = type ? (const void *)(type + 1) : NULL;

	for (__u32 i = 0; type && i < btf_index_count(type); i++)
		fn(ctx, btf_index_string(types(), values[i].name_off), values[i].val);
}

bool hooks_fentry(const char *function)
{
	struct bpf_insn insns[] = {		/* return 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	int prog, link;

	if (!kernel_btf_exists() || !types())
		return false;		/* needs the kernel's own BTF; --btf is not enough */
	/*
	 * v5.12 (e21aa341785c, "bpf: Fix fexit trampoline.") added this struct.  On older
	 * kernels, detaching crashes the kernel if the function sleeps: docs/kernel-faults.md.
	 */
	if (!find("bpf_tramp_image", BTF_KIND_STRUCT))
		return false;
	opts.attach_btf_id = btf_index_find(types(), function, BTF_KIND_FUNC);
	if (!opts.attach_btf_id)
		return false;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", insns, 2, &opts);
	if (note_error(prog) < 0)
		return false;
	link = note_error(bpf_raw_tracepoint_open(NULL, prog));
	if (link >= 0)
		close(link);
	close(prog);
	return link >= 0;
}

/* Return true if /proc/kallsyms lists @function as a function of the kernel or a module. */
static bool kernel_function(const char *function)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], type, name[256];
	bool found = false;

	if (!f)
		note_error(-errno);
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*x %c %255s", &type, name) == 2 &&
			(type == 't' || type == 'T') && strcmp(name, function) == 0;
	if (f)
		fclose(f);
	return found;
}

bool hooks_kprobe(const char *function)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0 &&
	       kernel_function(function);
}

/* Programs whose section does not name their function. */
#define AIMED_MAX 32
static struct {
	const struct bpf_program *prog;
	const char *function;
} aimed[AIMED_MAX];
static int n_aimed;

static bool is_fentry(const struct bpf_program *prog)
{
	enum bpf_attach_type type = bpf_program__expected_attach_type(prog);

	return type == BPF_TRACE_FENTRY || type == BPF_TRACE_FEXIT;
}

/* Searching all symbols is slow, so do not repeat it for the other end of the same function. */
static bool is_probed(const char *function)
{
	bool again = n_aimed && strcmp(aimed[n_aimed - 1].function, function) == 0;

	return again || hooks_kprobe(function);
}

int hooks_aim(struct bpf_program *prog, const char *function)
{
	int err = 0;

	if (n_aimed == AIMED_MAX)
		return -ENOSPC;
	if (is_fentry(prog))
		err = find(function, BTF_KIND_FUNC) ? 0 : target_in_module(prog, function);
	else if (!is_probed(function))
		err = -ENOENT;
	if (err)
		return err;
	aimed[n_aimed].prog = prog;
	aimed[n_aimed++].function = function;
	bpf_program__set_autoload(prog, true);
	return 0;
}

const char *hooks_aimed_at(const struct bpf_program *prog)
{
	for (int i = 0; i < n_aimed; i++)
		if (aimed[i].prog == prog)
			return aimed[i].function;
	return NULL;
}

bool hooks_task_storage(struct bpf_map *storage, struct bpf_map *hash, bool wanted)
{
	bool use = wanted && kernel_btf_exists() &&
		   libbpf_probe_bpf_map_type(BPF_MAP_TYPE_TASK_STORAGE, NULL) == 1;

	bpf_map__set_autocreate(storage, use);
	bpf_map__set_autocreate(hash, !use);
	return use;
}

bool hooks_preempted(void)
{
	struct utsname uts;

	return uname(&uts) == 0 && atoi(uts.release) >= 7;
}

void hooks_enable(struct bpf_program *first, ...)
{
	struct bpf_program *prog;
	va_list ap;

	va_start(ap, first);
	for (prog = first; prog; prog = va_arg(ap, struct bpf_program *))
		bpf_program__set_autoload(prog, true);
	va_end(ap);
}

int hooks_missing(const char *what)
{
	if (shortage)
		return hooks_error();
	log_warn("this kernel lacks %s", what);
	return -EOPNOTSUPP;
}
