// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/hooks.h"
#include "core/kernel_btf.h"
#include "core/target.h"

/* For each section: what it attaches to, and the target's name prefix and kind in the BTF. */
static const struct kind {
	const char *section, *what, *prefix;
	unsigned int kind;
	enum bpf_attach_type type;
} kinds[] = {
	{ "tp_btf", "the tracepoint", "btf_trace_", BTF_KIND_TYPEDEF, BPF_TRACE_RAW_TP },
	{ "fentry", "the function", "", BTF_KIND_FUNC, BPF_TRACE_FENTRY },
	{ "fexit", "the function", "", BTF_KIND_FUNC, BPF_TRACE_FEXIT },
	{ "iter", "the iterator", "bpf_iter_", BTF_KIND_FUNC, BPF_TRACE_ITER },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/*
 * Return the kind of @prog by its section, and its target in @name (from the section or
 * hooks_aim()), or NULL.
 */
static const struct kind *kind_of(const struct bpf_program *prog, const char **name)
{
	const char *section = bpf_program__section_name(prog);

	for (size_t i = 0; i < N_KINDS; i++) {
		size_t len = strlen(kinds[i].section);

		if (strncmp(section, kinds[i].section, len) != 0 ||
		    (section[len] && section[len] != '/'))
			continue;
		*name = section[len] ? section + len + 1 : hooks_aimed_at(prog);
		return *name ? &kinds[i] : NULL;
	}
	return NULL;
}

static __u32 find(const struct kind *kind, const char *name)
{
	const struct btf_index *index = kernel_btf();
	char full[160];

	snprintf(full, sizeof(full), "%s%s", kind->prefix, name);
	return index ? btf_index_find(index, full, kind->kind) : 0;
}

/* libbpf_prog_prepare_load_fn_t: give the program its real type. */
static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const char *name;
	const struct kind *kind = kind_of(prog, &name);

	if (!kind || !kernel_btf_exists())
		return 0;
	opts->attach_btf_id = find(kind, name);
	opts->expected_attach_type = kind->type;
	if (!opts->attach_btf_id)
		return -ESRCH;
	bpf_program__set_expected_attach_type(prog, kind->type);
	return bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
}

/*
 * On a kernel without BTF, do not call bpf_program__set_type() later instead: libbpf before 1.3
 * then still searches the kernel's BTF for the tracepoint, through a NULL pointer.
 */
void target_register(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare);
	char section[16];

	for (size_t i = 0; i < N_KINDS; i++) {
		snprintf(section, sizeof(section), "%s+", kinds[i].section);
		libbpf_register_prog_handler(section, BPF_PROG_TYPE_RAW_TRACEPOINT,
					     kernel_btf_exists() ? kinds[i].type : 0, &opts);
	}
}

bool target_has(const struct bpf_program *prog)
{
	const char *name;

	return kind_of(prog, &name) && kernel_btf_exists();
}

const char *target_tracepoint(const struct bpf_program *prog)
{
	const char *name;
	const struct kind *kind = kind_of(prog, &name);

	return kind && kind->type == BPF_TRACE_RAW_TP ? name : NULL;
}

bool target_is_missing(const struct bpf_program *prog, char *what, size_t size)
{
	const char *name;
	const struct kind *kind = kind_of(prog, &name);

	/* A program for a module already has its real type. */
	if (!kind || !kernel_btf() || find(kind, name) ||
	    bpf_program__type(prog) == BPF_PROG_TYPE_TRACING)
		return false;
	snprintf(what, size, "%s %s", kind->what, name);
	return true;
}

int target_in_module(struct bpf_program *prog, const char *function)
{
	int err = bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);

	return err ? err : bpf_program__set_attach_target(prog, 0, function);
}

struct bpf_link *target_attach(const struct bpf_program *prog)
{
	if (bpf_program__expected_attach_type(prog) == BPF_TRACE_ITER)
		return bpf_program__attach_iter(prog, NULL);
	return bpf_program__attach_trace(prog);
}
