// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "core/failure.h"
#include "core/follow.h"
#include "core/hooks.h"
#include "core/kernel_btf.h"
#include "core/log.h"
#include "core/permission.h"
#include "core/self.h"
#include "core/skel.h"
#include "core/target.h"
#include "core/types_file.h"

#define SPARE_DESCRIPTORS 8	/* descriptors left for signals, events, /proc and /sys */

static struct {
	struct bpf_object_skeleton *skeleton;
	const struct loss *loss;
	__u32 pid;			/* the tool's pid in the initial PID namespace */
	struct types_file types;
	bool detached;
} state;

/* Write the types that the programs need, now that it is known which ones are enabled. */
static int choose_types(void)
{
	int err = types_file_fill(&state.types, state.skeleton->data, state.skeleton->data_sz);

	return err ? log_err(err, "cannot read the kernel's types (%s)", kernel_btf_path()) : 0;
}

/* Run @prog, which returns the tool's pid in the initial PID namespace.  Fall back to getpid(). */
static __u32 run_own_pid(int prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	return bpf_prog_test_run_opts(prog, &run) ? (__u32)getpid() : run.retval;
}

/*
 * Load and run a program that returns the tool's process ID.  It is loaded first, so that
 * causes that affect all programs are reported before the tool tests for hooks.
 */
static int load_first_program(void)
{
	struct bpf_insn insns[] = {		/* return bpf_get_current_pid_tgid() >> 32 */
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = BPF_REG_0, .imm = 32 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog;

	if (!permission_to_trace())
		return permission_denied(PERMISSION_BPF);
	prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "own_pid", "GPL", insns,
			     ARRAY_SIZE(insns), NULL);
	if (prog == -EPERM || prog == -EACCES ||
	    (prog == -ENOSYS && permission_filtered(PERMISSION_BPF)))
		return permission_denied(PERMISSION_BPF);
	if (prog == -ENOSYS)
		return hooks_missing("bpf() (CONFIG_BPF_SYSCALL)");
	if (prog < 0)
		return log_err(prog, "cannot load a BPF program");
	state.pid = run_own_pid(prog);
	close(prog);
	return 0;
}

const struct bpf_object_open_opts *skel_open_opts(const struct common_args *args)
{
	static struct bpf_object_open_opts opts = { .sz = sizeof(opts) };
	int err;

	failure_keep_messages(args->verbose);
	err = load_first_program();
	if (err)
		exit(log_exit_code(err));
	target_register();
	opts.btf_custom_path = types_file_open(&state.types);
	return &opts;
}

int skel_open_failed(void)
{
	int err = log_err(-errno, "cannot open the BPF object");

	failure_show_messages(err);
	return log_exit_code(err);
}

/*
 * On a kernel without BTF no tp_btf program can be loaded.  The same program can be loaded as
 * raw_tp, if it copies what it would otherwise dereference (config.raw_tp).
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

static bool may_not_allocate(const struct bpf_program *prog)
{
	enum bpf_prog_type type = bpf_program__type(prog);

	return !target_has(prog) &&
	      (type == BPF_PROG_TYPE_KPROBE || type == BPF_PROG_TYPE_TRACEPOINT ||
	       type == BPF_PROG_TYPE_PERF_EVENT || type == BPF_PROG_TYPE_RAW_TRACEPOINT);
}

/*
 * Before v6.1 (fba1a1c6c912, "bpf: Convert hash map to bpf_mem_alloc.") the kernel warns about
 * hash maps without preallocation in most types of tracing programs, since they might run
 * inside its allocator.  It also warns if user space runs the program (tcpconnect's raw_tp).
 */
static void preallocate_maps(void)
{
	struct bpf_program *prog;
	bool needed = false;
	struct bpf_map *map;

	bpf_object__for_each_program(prog, *state.skeleton->obj)
		needed |= bpf_program__autoload(prog) && may_not_allocate(prog);
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
	config->ring_wake_shift = __builtin_ctz(bytes) - 3;	/* an eighth of the ring */
}

static int set_filter(struct config *config, const struct common_args *args)
{
	int err = self_look();

	if (err)
		return err == -EPERM || err == -EACCES ? permission_denied(PERMISSION_BPF) :
		       log_err(err, "cannot determine the tool's own namespaces");
	config->filter = args->filter;
	config->filter.self = state.pid;
	config->pidns = (struct pidns){ self_get()->pidns_inum, self_get()->pidns_level };
	follow_enable(*state.skeleton->obj, args, &config->filter);
	return 0;
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
	if (target_has(prog))
		*p->link = target_attach(prog);
	else if (target_tracepoint(prog))
		*p->link = bpf_program__attach_raw_tracepoint(prog, target_tracepoint(prog));
	else if (function && bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE)
		*p->link = bpf_program__attach_kprobe(prog, is_kretprobe(prog), function);
	else
		*p->link = bpf_program__attach(prog);
	return *p->link ? 0 : failure_attach(prog, -errno);
}

/*
 * Check that the descriptors suffice for all programs, links and maps.  If libbpf runs out of
 * them during its feature tests, it mistakes the kernel for an old one.
 */
static int check_descriptors(void)
{
	int needed = SPARE_DESCRIPTORS, lowest = dup(STDERR_FILENO);
	const struct bpf_program *prog = NULL;
	struct rlimit limit;
	struct bpf_map *map;

	if (lowest < 0)
		return log_err(-errno, "cannot load the BPF programs");
	close(lowest);
	while ((prog = skel_next_hook(prog)))
		needed += 2;
	bpf_object__for_each_map(map, skel_object())
		needed += bpf_map__autocreate(map);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)lowest + needed)
		return log_err(-EMFILE, "cannot load the BPF programs");
	return 0;
}

static int load(const struct common_args *args)
{
	struct bpf_object *obj = *state.skeleton->obj;
	int err = check_descriptors();

	if (!err)
		err = choose_types();
	if (err)
		return err;
	failure_watch(obj);
	err = bpf_object__load_skeleton(state.skeleton);
	if (err)
		err = failure_load(obj, err, args);
	failure_unwatch();
	kernel_btf_free();
	types_file_close(&state.types);
	return err;
}

int skel_start(struct bpf_object_skeleton *skeleton, const struct common_args *args,
	       struct config *config, const struct loss *loss)
{
	const struct bpf_program *prog = NULL;
	int err = 0;

	state.skeleton = skeleton;
	set_ring(config, args);
	if (!kernel_btf_exists())
		err = use_raw_tp(config, args);
	if (!err)
		err = set_filter(config, args);
	if (!err)
		err = hooks_error();
	if (err)
		return err;
	preallocate_maps();
	err = load(args);
	if (err)
		return err;
	state.loss = loss;
	err = follow_start(*skeleton->obj, args);
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
	 * Detach in reverse order. The program for the end of an operation is attached after the
	 * one for its start, and must not run without it.
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

/* A section without a target: the tool runs the program itself, through BPF_PROG_TEST_RUN. */
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
	const char *tracepoint = target_tracepoint(prog), *function = hooks_aimed_at(prog);

	if (function) {
		snprintf(name, sizeof(name), "%s/%s", bpf_program__section_name(prog), function);
		return name;
	}
	if (!tracepoint || target_has(prog))
		return bpf_program__section_name(prog);
	snprintf(name, sizeof(name), "raw_tp/%s", tracepoint);
	return name;
}
