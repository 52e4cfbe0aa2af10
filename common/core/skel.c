// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "core/hooks.h"
#include "core/log.h"
#include "core/skel.h"
#include "core/text.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Capability numbers, include/uapi/linux/capability.h. */
#define CAP_SYS_ADMIN 21
#define CAP_PERFMON 38
#define CAP_BPF 39

static struct {
	struct bpf_object_skeleton *skeleton;
	const struct loss *loss;
	struct text messages;		/* libbpf's, kept back */
	bool verbose;
	bool detached;
} state;

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *message;
	int len;

	if (level == LIBBPF_DEBUG && !state.verbose)
		return 0;
	len = vasprintf(&message, fmt, ap);
	if (len < 0)
		return 0;
	if (state.verbose)
		fputs(message, stderr);
	else
		text_bytes(&state.messages, message, len);
	free(message);
	return len;
}

/* Behind a message about a failure that was not foreseen. */
static void show_messages(void)
{
	if (state.messages.len)
		fwrite(state.messages.at, 1, state.messages.len, stderr);
	state.messages.len = 0;
}

/* The first line of @path that begins with @prefix, without it; false if there is none. */
static bool read_line(const char *path, const char *prefix, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool found = false;

	while (f && !found && fgets(line, size, f))
		found = strncmp(line, prefix, strlen(prefix)) == 0;
	if (f)
		fclose(f);
	if (found)
		memmove(line, line + strlen(prefix), strlen(line + strlen(prefix)) + 1);
	return found;
}

/* True also where that cannot be read: the kernel will tell. */
static bool have_capability(int capability)
{
	char line[128];

	return !read_line("/proc/self/status", "CapEff:", line, sizeof(line)) ||
	       strtoull(line, NULL, 16) >> capability & 1;
}

static bool have_capabilities(void)
{
	return have_capability(CAP_SYS_ADMIN) ||
	       (have_capability(CAP_BPF) && have_capability(CAP_PERFMON));
}

static int denied(void)
{
	log_warn("not permitted: run as root, or with CAP_BPF and CAP_PERFMON");
	return -EPERM;
}

static bool kernel_has_btf(void)
{
	return access(KERNEL_BTF, R_OK) == 0;
}

/*
 * Where libbpf takes types from.  NULL: from the kernel and, those it does not
 * find there, from its modules; but to go through these needs CAP_SYS_ADMIN, and
 * libbpf fails without it.  Types that only some kernels have are in no module:
 * given a file, it does not look for more.
 */
static const char *types_file(const struct common_args *args)
{
	if (args->btf)
		return args->btf;
	return kernel_has_btf() && !have_capability(CAP_SYS_ADMIN) ? KERNEL_BTF : NULL;
}

const struct bpf_object_open_opts *skel_open_opts(const struct common_args *args)
{
	static struct bpf_object_open_opts opts = { .sz = sizeof(opts) };

	state.verbose = args->verbose;
	libbpf_set_print(keep_message);
	if (!have_capabilities())
		exit(log_exit_code(denied()));
	/*
	 * Not bpf_program__set_type() later: before 1.3 libbpf then still looks
	 * for the tracepoint in the kernel's BTF, by a NULL pointer.
	 */
	if (!kernel_has_btf())
		libbpf_register_prog_handler("tp_btf+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL);
	opts.btf_custom_path = types_file(args);
	return &opts;
}

int skel_open_failed(void)
{
	int err = log_err(-errno, "cannot open the BPF object");

	show_messages();
	return log_exit_code(err);
}

static bool locked_down(void)
{
	char line[128];

	return read_line("/sys/kernel/security/lockdown", "", line, sizeof(line)) &&
	       strstr(line, "[confidentiality]");
}

/* The tracepoint of a tp_btf program, or NULL. */
static const char *tp_btf_name(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);

	return strncmp(section, "tp_btf/", 7) == 0 ? section + 7 : NULL;
}

static int missing_tracepoint(void)
{
	const struct bpf_program *prog = NULL;

	while ((prog = skel_next_hook(prog))) {
		const char *name = tp_btf_name(prog);

		if (name && hooks_tracepoint_args(name) < 0) {
			log_warn("this kernel lacks the tracepoint %s", name);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

/* True if there is no type information in @path. */
static bool bad_btf(const char *path)
{
	struct btf *btf = btf__parse(path, NULL);
	bool bad = libbpf_get_error(btf);

	if (!bad)
		btf__free(btf);
	return bad;
}

/* Why did loading fail?  Say it, and return the error that stands for it. */
static int load_failed(int err, const struct common_args *args)
{
	if (args->btf && bad_btf(args->btf)) {
		log_warn("cannot use BTF file '%s': it holds no type information", args->btf);
		return -EINVAL;
	}
	if (locked_down()) {
		log_warn("the kernel is locked down (confidentiality): it lets no BPF program "
			 "read its memory");
		return -EPERM;
	}
	if (err == -EPERM)
		return denied();
	if (missing_tracepoint())
		return -EOPNOTSUPP;
	log_err(err, "cannot load the BPF programs");
	show_messages();
	return err;
}

/*
 * Without BTF in the kernel no tp_btf program can be loaded; the same program
 * can as raw_tp, if it copies what it would dereference (config.raw_tp).
 */
static int use_raw_tp(struct config *config, const struct common_args *args)
{
	if (!args->btf) {
		log_warn("this kernel has no BTF (CONFIG_DEBUG_INFO_BTF): give its type "
			 "information with --btf FILE");
		return -EOPNOTSUPP;
	}
	config->raw_tp = true;
	return 0;
}

static bool may_not_allocate(enum bpf_prog_type type)
{
	return type == BPF_PROG_TYPE_KPROBE || type == BPF_PROG_TYPE_TRACEPOINT ||
	       type == BPF_PROG_TYPE_PERF_EVENT || type == BPF_PROG_TYPE_RAW_TRACEPOINT;
}

/*
 * Before v6.1 (fba1a1c6c912, "bpf: Convert hash map to bpf_mem_alloc.") the
 * kernel warns of hash maps without preallocation in programs of most types
 * for tracing, since they might run inside its allocator.
 */
static void preallocate_maps(void)
{
	const struct bpf_program *prog = NULL;
	bool needed = false;
	struct bpf_map *map;

	while ((prog = skel_next_hook(prog)))
		needed |= may_not_allocate(bpf_program__type(prog));
	if (!needed || hooks_struct_has("bpf_htab", "ma"))
		return;
	bpf_object__for_each_map(map, *state.skeleton->obj)
		if (bpf_map__type(map) == BPF_MAP_TYPE_HASH)
			bpf_map__set_map_flags(map, bpf_map__map_flags(map) & ~BPF_F_NO_PREALLOC);
}

static void set_ring(struct config *config, const struct common_args *args)
{
	struct bpf_map *ring = bpf_object__find_map_by_name(*state.skeleton->obj, "events");
	__u32 bytes;

	if (!ring)
		return;
	if (args->ring_bytes)
		bpf_map__set_max_entries(ring, args->ring_bytes);
	bytes = bpf_map__max_entries(ring);
	config->ring_wake_shift = __builtin_ctz(bytes) - 3;	/* each time an eighth has filled */
}

/*
 * Our pid as the kernel counts, which in a PID namespace is not what getpid()
 * says: let a BPF program that returns it run once, in this process.
 */
static __u32 kernel_pid(void)
{
	struct bpf_insn insns[] = {		/* return bpf_get_current_pid_tgid() >> 32 */
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = BPF_REG_0, .imm = 32 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_test_run_opts, run);
	__u32 pid = getpid();
	int prog;

	prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "own_pid", "GPL", insns,
			     ARRAY_SIZE(insns), NULL);
	if (prog < 0)
		return pid;
	if (!bpf_prog_test_run_opts(prog, &run))
		pid = run.retval;
	close(prog);
	return pid;
}

static void set_filter(struct filter *filter, const struct common_args *args)
{
	*filter = args->filter;
	filter->self = kernel_pid();
	if (filter->self != (__u32)getpid() && (filter->pid || filter->tid))
		log_warn("in a PID namespace: process numbers are those of the host");
}

static int attach_failed(const struct bpf_program *prog, int err)
{
	if (err == -EPERM || err == -EACCES)
		return denied();
	if (err == -ENOENT) {
		log_warn("this kernel lacks %s", skel_hook_name(prog));
		return -EOPNOTSUPP;
	}
	log_err(err, "cannot attach to %s", skel_hook_name(prog));
	show_messages();
	return err;
}

static bool is_kretprobe(const struct bpf_program *prog)
{
	return strncmp(bpf_program__section_name(prog), "kretprobe", 9) == 0;
}

static int attach(struct bpf_prog_skeleton *p)
{
	struct bpf_program *prog = *p->prog;
	const char *function = hooks_aimed_at(prog);

	if (!bpf_program__autoload(prog) || !bpf_program__autoattach(prog) ||
	    bpf_program__type(prog) == BPF_PROG_TYPE_PERF_EVENT)
		return 0;
	if (bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT && tp_btf_name(prog))
		*p->link = bpf_program__attach_raw_tracepoint(prog, tp_btf_name(prog));
	else if (function && bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE)
		*p->link = bpf_program__attach_kprobe(prog, is_kretprobe(prog), function);
	else
		*p->link = bpf_program__attach(prog);
	return *p->link ? 0 : attach_failed(prog, -errno);
}

int skel_start(struct bpf_object_skeleton *skeleton, const struct common_args *args,
	       struct config *config, const struct loss *loss)
{
	const struct bpf_program *prog = NULL;
	int err = 0;

	state.skeleton = skeleton;
	set_filter(&config->filter, args);
	set_ring(config, args);
	if (!kernel_has_btf())
		err = use_raw_tp(config, args);
	if (err)
		return err;
	preallocate_maps();
	err = bpf_object__load_skeleton(skeleton);
	if (err)
		return load_failed(err, args);
	hooks_done();
	state.loss = loss;
	for (int i = 0; i < skeleton->prog_cnt && !err; i++)
		err = attach(&skeleton->progs[i]);
	while (args->verbose && !err && (prog = skel_next_hook(prog)))
		log_warn("attached to %s", skel_hook_name(prog));
	return err;
}

void skel_detach(void)
{
	int n = state.skeleton ? state.skeleton->prog_cnt : 0;

	/*
	 * The last one first: a program for the end of something, attached
	 * behind the one for its beginning, must not run without that.
	 */
	while (n-- > 0) {
		bpf_link__destroy(*state.skeleton->progs[n].link);
		*state.skeleton->progs[n].link = NULL;
	}
	state.detached = true;
}

bool skel_detached(void)
{
	return state.detached;
}

const struct bpf_object *skel_object(void)
{
	return state.skeleton ? *state.skeleton->obj : NULL;
}

const struct loss *skel_loss(void)
{
	return state.loss;
}

/* A section without a target: the tool itself runs the program, by BPF_PROG_TEST_RUN. */
static bool run_by_user_space(const struct bpf_program *prog)
{
	return strcmp(bpf_program__section_name(prog), "raw_tp") == 0;
}

const struct bpf_program *skel_next_hook(const struct bpf_program *prog)
{
	if (!state.skeleton)
		return NULL;
	do
		prog = bpf_object__next_program(skel_object(), (struct bpf_program *)prog);
	while (prog && (!bpf_program__autoload(prog) || run_by_user_space(prog)));
	return prog;
}

const char *skel_hook_name(const struct bpf_program *prog)
{
	static char name[128];
	const char *tracepoint = tp_btf_name(prog), *function = hooks_aimed_at(prog);

	if (function) {
		snprintf(name, sizeof(name), "%s/%s", bpf_program__section_name(prog), function);
		return name;
	}
	if (!tracepoint || bpf_program__type(prog) != BPF_PROG_TYPE_RAW_TRACEPOINT)
		return bpf_program__section_name(prog);
	snprintf(name, sizeof(name), "raw_tp/%s", tracepoint);
	return name;
}
