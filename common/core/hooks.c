// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "core/hooks.h"
#include "core/log.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* The running kernel's BTF, read once (some 10 ms), or else --btf's; NULL if there is none. */
static struct btf *btf;
static bool btf_tried;
static const char *btf_file;

/*
 * The first shortage of files or memory (negative errno) during a look: what it did not
 * find may be there.
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
	return shortage ? log_err(shortage, "cannot find out what this kernel has") : 0;
}

void hooks_use_btf(const char *path)
{
	btf_file = path;
}

static bool use_btf_file(void)
{
	return btf_file && access(KERNEL_BTF, R_OK);
}

static struct btf *kernel_btf(void)
{
	if (!btf_tried)
		btf = btf__parse(use_btf_file() ? btf_file : KERNEL_BTF, NULL);
	btf_tried = true;
	return note_error(libbpf_get_error(btf)) ? NULL : btf;
}

void hooks_done(void)
{
	if (btf) {
		btf__free(btf);
		malloc_trim(0);		/* or most of it stays with us, free but resident */
	}
	btf = NULL;
	btf_tried = false;
}

/*
 * The prototype of tracepoint @name: BTF has it as the type btf_trace_<name>,
 * a pointer to a function whose first argument is the probe's own.
 */
static const struct btf_type *tracepoint_proto(const char *name)
{
	const struct btf_type *type;
	char typedef_name[128];
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = kernel_btf() ? btf__find_by_name_kind(kernel_btf(), typedef_name, BTF_KIND_TYPEDEF) :
			    -ENOENT;
	if (id < 0)
		return NULL;
	type = btf__type_by_id(kernel_btf(), id);
	type = btf__type_by_id(kernel_btf(), type->type);	/* the pointer */
	return btf__type_by_id(kernel_btf(), type->type);
}

/* The names in the kernel's BTF, each with a NUL before and behind; NULL: no BTF or memory. */
static char *kernel_btf_names(size_t *len)
{
	int fd = open(use_btf_file() ? btf_file : KERNEL_BTF, O_RDONLY | O_CLOEXEC);
	struct btf_header header;
	char *names = NULL;
	ssize_t n;

	*len = 0;
	if (fd < 0) {
		note_error(-errno);
		return NULL;
	}
	if (pread(fd, &header, sizeof(header), 0) == sizeof(header))
		names = malloc(header.str_len);
	if (!names)
		note_error(-ENOMEM);
	while (names && *len < header.str_len &&
	       (n = pread(fd, names + *len, header.str_len - *len,
			  header.hdr_len + header.str_off + *len)) > 0)
		*len += n;
	close(fd);
	return names;
}

bool hooks_tracepoint(const char *name)
{
	char typedef_name[128];
	size_t len;
	char *names = kernel_btf_names(&len);
	int size;
	bool found;

	/* With the NULs around it: no part of a longer name. */
	size = snprintf(typedef_name, sizeof(typedef_name), "%cbtf_trace_%s", '\0', name) + 1;
	found = names && memmem(names, len, typedef_name, size);
	free(names);
	return found;
}

int hooks_tracepoint_args(const char *name)
{
	const struct btf_type *proto = tracepoint_proto(name);

	if (shortage)
		return shortage;
	return proto ? btf_vlen(proto) - 1 : -ENOENT;
}

const char *hooks_tracepoint_arg(const char *name, int i)
{
	const struct btf_type *type = tracepoint_proto(name);

	if (!type || i + 1 >= btf_vlen(type))
		return "";
	type = btf__type_by_id(kernel_btf(), btf_params(type)[i + 1].type);
	if (!btf_is_ptr(type))
		return "";
	do
		type = btf__type_by_id(kernel_btf(), type->type);
	while (btf_is_mod(type));
	return btf_is_struct(type) ? btf__name_by_offset(kernel_btf(), type->name_off) : "";
}

bool hooks_struct_has(const char *name, const char *field)
{
	const struct btf_type *type;
	int id;

	id = kernel_btf() ? btf__find_by_name_kind(kernel_btf(), name, BTF_KIND_STRUCT) : -ENOENT;
	if (id < 0)
		return false;
	type = btf__type_by_id(kernel_btf(), id);
	for (int i = 0; i < btf_vlen(type); i++) {
		const char *member;

		member = btf__name_by_offset(kernel_btf(), btf_members(type)[i].name_off);
		if (strcmp(member, field) == 0)
			return true;
	}
	return false;
}

const char *hooks_enum_name(const char *type, __u32 value)
{
	const struct btf_type *t;
	int id;

	id = kernel_btf() ? btf__find_by_name_kind(kernel_btf(), type, BTF_KIND_ENUM) : -ENOENT;
	if (id < 0)
		return NULL;
	t = btf__type_by_id(kernel_btf(), id);
	for (int i = 0; i < btf_vlen(t); i++)
		if ((__u32)btf_enum(t)[i].val == value)
			return btf__name_by_offset(kernel_btf(), btf_enum(t)[i].name_off);
	return NULL;
}

static bool has_struct(const char *name)
{
	return kernel_btf() && btf__find_by_name_kind(kernel_btf(), name, BTF_KIND_STRUCT) > 0;
}

bool hooks_fentry(const char *function)
{
	struct bpf_insn insns[] = {		/* return 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	int id, prog, link;

	if (access(KERNEL_BTF, R_OK))
		return false;		/* libbpf needs the kernel's own; --btf does not do */
	/*
	 * v5.12 (e21aa341785c, "bpf: Fix fexit trampoline.") brought this struct.  Before,
	 * detaching crashes the kernel if the function sleeps: docs/kernel-faults.md.
	 */
	if (!has_struct("bpf_tramp_image"))
		return false;
	id = kernel_btf() ? btf__find_by_name_kind(kernel_btf(), function, BTF_KIND_FUNC) : -ENOENT;
	if (id < 0)
		return false;
	opts.attach_btf_id = id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", insns, 2, &opts);
	if (note_error(prog) < 0)
		return false;
	link = note_error(bpf_raw_tracepoint_open(NULL, prog));
	if (link >= 0)
		close(link);
	close(prog);
	return link >= 0;
}

/* True if @function stands in /proc/kallsyms, as a function of the kernel or a module. */
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

/* Programs whose section does not say where they go. */
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

/* A search through all symbols takes long: not again for the other end of a function. */
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
		err = bpf_program__set_attach_target(prog, 0, function);
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
	bool use = wanted && access(KERNEL_BTF, R_OK) == 0 &&
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
