// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* profile - what the CPUs run, by sampling stacks.  See profile(8). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "core/cgroup.h"
#include "stacks/flame.h"
#include "core/clock.h"
#include "core/log.h"
#include "output/metrics.h"
#include "stacks/pprof.h"
#include "columns.h"
#include "profile.h"
#include "output/report.h"
#include "core/run.h"
#include "core/self.h"
#include "output/process.h"
#include "stacks/sampling.h"
#include "core/skel.h"
#include "stacks/stacks.h"
#include "profile.skel.h"

#define PIDS_MOST 1024			/* in a list on the command line */
#define PID_MAX (1UL << 22)		/* PID_MAX_LIMIT of 64-bit kernels */
#define FRAMES_MOST (2 * PROFILE_FRAMES + 2)	/* of a path; each part may end in words */
#define FRAMES_DEFAULT 127		/* kernel.perf_event_max_stack, unless set */

/* Pids or tids of the command line. */
struct list {
	__u32 ids[PIDS_MOST];
	size_t n;
	const char *arg;
};

/* A file to write besides the output. */
struct file {
	const char *path;		/* NULL: not wanted */
	int fd;
};

static struct {
	struct common_args common;
	struct sampling_args sampling;
	struct stacks_options stacks;
	struct list pids, tids;
	struct file pprof, flame;
	bool user_only, kernel_only;
	bool folded, delimited, annotate, idle;
	bool by_tid, by_cpu, by_cgroup;
} opt = {
	.sampling = { .hertz = 49, .cpu = -1 },
	.stacks = { .distinct_most = 262144 },
};

enum {
	OPT_STORAGE = 0x200, OPT_TIDS, OPT_CPUS, OPT_CGROUPS, OPT_DEMANGLE, OPT_PPROF, OPT_FLAME,
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID,...", 0, "Only these processes" },
	{ "tid", 'L', "TID,...", 0, "Only these threads" },
	{ "uid", 'u', "USER", 0, "Only this user: a number or a name" },
	{ "user-stacks-only", 'U', NULL, 0, "No kernel stacks" },
	{ "kernel-stacks-only", 'K', NULL, 0, "No user stacks" },
	{ "frequency", 'F', "HERTZ", 0, "Samples per second on each CPU (49)" },
	{ "count", 'c', "PERIOD", 0, "A sample each that many cycles, or ns of the clock" },
	{ "delimited", 'd', NULL, 0, "A mark between kernel and user stack" },
	{ "annotations", 'a', NULL, 0, "Print _[k] behind kernel functions" },
	{ "include-idle", 'I', NULL, 0, "Count the idle CPUs too" },
	{ "folded", 'f', NULL, 0, "One line a stack, for flame graphs" },
	{ "cpu", 'C', "CPU", 0, "Only this CPU" },
	{ "addresses", 'A', NULL, 0, "Print addresses, offsets and modules" },
	{ "tids", OPT_TIDS, NULL, 0, "Tell threads apart" },
	{ "cpus", OPT_CPUS, NULL, 0, "Tell CPUs apart" },
	{ "cgroups", OPT_CGROUPS, NULL, 0, "Tell cgroups apart" },
	{ "demangle", OPT_DEMANGLE, NULL, 0, "C++ and Rust names as they were written" },
	{ "pprof", OPT_PPROF, "FILE", 0, "Write a profile for pprof" },
	{ "flame", OPT_FLAME, "FILE", 0, "Write a flame graph (SVG)" },
	{ "stack-storage-size", OPT_STORAGE, "N", 0, "Different stacks to keep (262144)" },
	{}
};

static void add_id(void *ctx, unsigned long id)
{
	struct list *list = ctx;

	if (kill(id, 0) && errno == ESRCH)
		args_fail("there is no %s %lu", list == &opt.pids ? "process" : "thread", id);
	list->ids[list->n++] = id;
}

static error_t set_list(struct list *list, const char *what, const char *arg)
{
	list->n = 0;
	list->arg = arg;
	args_list(arg, what, 1, PID_MAX, PIDS_MOST, add_id, list);
	return 0;
}

static void set_cpu(const char *arg)
{
	opt.sampling.cpu = args_number(arg, "CPU", 0, INT_MAX);
	if (!sampling_cpu_online(opt.sampling.cpu))
		args_fail("invalid CPU '%s': it is not online", arg);
}

static void check_options(void)
{
	if (opt.user_only && opt.kernel_only)
		args_fail("only one of -U and -K can be used");
	opt.by_cgroup |= opt.common.print_container;
}

static error_t parse_number_option(int key, const char *arg)
{
	switch (key) {
	case 'F':
		opt.sampling.hertz = args_number(arg, "frequency", 1, sampling_most_hertz());
		return 0;
	case 'c':
		opt.sampling.hertz = 0;
		/* Ever shorter periods are an interrupt storm; the kernel sets no limit. */
		opt.sampling.period = args_number(arg, "period", 10000, LONG_MAX);
		return 0;
	case 'C':
		set_cpu(arg);
		return 0;
	case OPT_STORAGE:
		opt.stacks.distinct_most = args_number(arg, "number of stacks", 1, 1UL << 28);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Where an option that is only yes or no is kept; NULL: it is another one. */
static bool *flag(int key)
{
	switch (key) {
	case 'U': return &opt.user_only;
	case 'K': return &opt.kernel_only;
	case 'd': return &opt.delimited;
	case 'a': return &opt.annotate;
	case 'I': return &opt.idle;
	case 'f': return &opt.folded;
	case 'A': return &opt.stacks.addresses;
	case OPT_TIDS: return &opt.by_tid;
	case OPT_CPUS: return &opt.by_cpu;
	case OPT_CGROUPS: return &opt.by_cgroup;
	case OPT_DEMANGLE: return &opt.stacks.demangle;
	default: return NULL;
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (flag(key)) {
		*flag(key) = true;
		return 0;
	}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 'p':
		return set_list(&opt.pids, "pid", arg);
	case 'L':
		return set_list(&opt.tids, "tid", arg);
	case 'u':
		opt.common.filter.uid = args_uid(arg);
		return 0;
	case OPT_PPROF:
		opt.pprof.path = arg;
		return 0;
	case OPT_FLAME:
		opt.flame.path = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return ARGP_ERR_UNKNOWN;
		args_duration(&opt.common, arg);
		return 0;
	case ARGP_KEY_END:
		check_options();
		return 0;
	}
	return parse_number_option(key, arg);
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[DURATION]",
	.doc = "Sample what the CPUs run, and count the stacks.\v"
	       "Examples:\n"
	       "  profile                 # all CPUs, 49 times a second, until Ctrl-C\n"
	       "  profile 10              # for 10 seconds\n"
	       "  profile -p 181 -U 10    # user stacks of process 181\n"
	       "  profile -K -I 5         # kernel stacks, idle CPUs too\n"
	       "  profile -f -F 199 5     # folded, for flame graphs\n"
	       "  profile --flame /tmp/cpu.svg 10   # a flame graph\n",
	.children = (const struct argp_child[]){ { &common_argp }, {} },
};

struct profile {
	struct out out;
	struct stacks stacks;
	struct sampling *sampling;
	const __u64 *fired;
	__u64 kernel_samples;		/* taken in the kernel, if its stacks are wanted */
	__u64 end_ns;
	int error;			/* of a file, to be returned */
};

/*
 * Printing.
 */

static const struct frame *frame_of(const struct stacks *stacks, __u32 number)
{
	return &stacks->frames[number];
}

/* A frame's name; @folded: with no character that means something there. */
static void put_name(struct text *text, const struct frame *frame, bool folded)
{
	size_t before = text->len;

	text_escape(text, frame->name, strlen(frame->name), false);
	for (size_t i = before; folded && i < text->len; i++)
		if (text->at[i] == ';')
			text->at[i] = ':';
	if (opt.annotate && frame->kind == FRAME_KERNEL)
		text_str(text, "_[k]");
}

/* "    ffffffff81000000 name+0x10 (module)", or the name alone. */
static void put_frame(struct text *text, const struct frame *frame)
{
	text_str(text, "    ");
	if (frame->address)
		text_printf(text, "%016llx ", frame->address);
	put_name(text, frame, false);
	if (frame->address) {
		text_printf(text, "+0x%llx (", frame->offset);
		if (frame->module)
			text_escape(text, frame->module, strlen(frame->module), false);
		else
			text_str(text, "unknown");
		text_char(text, ')');
	}
	text_char(text, '\n');
}

/* What tells @owner from others, as "tid 7, CPU 1, cgroup /a". */
static void put_owner(struct text *text, const struct stack_owner *owner)
{
	const char *path = opt.by_cgroup ? cgroup_path(owner->cgroup_id) : NULL;

	text_escape(text, owner->comm, sizeof(owner->comm), false);
	text_printf(text, " (%s)", process_text(owner->pid, owner->ns_pid));
	if (opt.by_tid)
		text_printf(text, " tid %s", process_text(owner->tid, owner->ns_tid));
	if (opt.by_cpu)
		text_printf(text, " CPU#%u", owner->cpu);
	if (path) {
		text_str(text, " cgroup ");
		text_escape(text, path, strlen(path), false);
	}
	text_char(text, '\n');
}

static void print_text(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	struct text *text = &out->text;

	for (__u32 i = 0; i < stack->n_kernel; i++)
		put_frame(text, frame_of(stacks, stack->frames[i]));
	if (opt.delimited && stack->n_kernel && stack->n_user)
		text_str(text, "    --\n");
	for (__u32 i = 0; i < stack->n_user; i++)
		put_frame(text, frame_of(stacks, stack->frames[stack->n_kernel + i]));
	text_printf(text, "    %-16s ", "-");
	put_owner(text, &stack->owner);
	text_printf(text, "        %llu\n\n", stack->count);
}

/* "comm;outermost;...;innermost COUNT" */
static void print_folded(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct frame comm = { .name = stack->owner.comm, .kind = FRAME_OTHER };
	const __u32 *user = stack->frames + stack->n_kernel;
	struct text *text = &out->text;

	put_name(text, &comm, true);
	if (opt.by_tid) {
		text_printf(text, "-%s", process_text(stack->owner.pid, stack->owner.ns_pid));
		text_printf(text, "/%s", process_text(stack->owner.tid, stack->owner.ns_tid));
	}
	if (opt.by_cpu)
		text_printf(text, ";CPU#%u", stack->owner.cpu);
	for (__u32 i = stack->n_user; i-- > 0;) {
		text_char(text, ';');
		put_name(text, frame_of(stacks, user[i]), true);
	}
	if (opt.delimited && stack->n_kernel && stack->n_user)
		text_str(text, ";-");
	for (__u32 i = stack->n_kernel; i-- > 0;) {
		text_char(text, ';');
		put_name(text, frame_of(stacks, stack->frames[i]), true);
	}
	text_printf(text, " %llu\n", stack->count);
}

/* The lists of one part of a stack. */
struct frame_lists {
	const char *names[FRAMES_MOST], *modules[FRAMES_MOST], *addresses[FRAMES_MOST];
	char hex[FRAMES_MOST][20];	/* of the addresses */
};

/* The columns of one part of a stack: names, modules, and with -A addresses. */
static void json_frames(struct out *out, const struct stacks *stacks, const __u32 *numbers,
			__u32 n, int col, struct frame_lists *lists)
{
	for (__u32 i = 0; i < n; i++) {
		const struct frame *frame = frame_of(stacks, numbers[i]);

		lists->names[i] = frame->name;
		lists->modules[i] = frame->module ? frame->module : "";
		snprintf(lists->hex[i], sizeof(lists->hex[i]), "0x%llx", frame->address);
		lists->addresses[i] = lists->hex[i];
	}
	out_list(out, col, lists->names, n);
	out_list(out, col + 1, lists->modules, n);
	if (opt.stacks.addresses)
		out_list(out, col + 2, lists->addresses, n);
}

static void json_cgroup(struct out *out, __u64 cgroup_id)
{
	const char *path = cgroup_path(cgroup_id);
	static char id[CONTAINER_ID_LEN + 1];

	if (!path)
		return;
	out_name(out, COL_CGROUP, path);
	cgroup_container(path, id);
	if (id[0])
		out_name(out, COL_CONTAINER, id);
}

static void print_json(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_owner *owner = &stack->owner;
	static struct frame_lists kernel, user;

	out_row(out, clock_now_ns());
	out_process(out, COL_PID, owner->pid, owner->ns_pid);
	if (opt.by_tid)
		out_process(out, COL_TID, owner->tid, owner->ns_tid);
	if (opt.by_cpu)
		out_uint(out, COL_CPU, owner->cpu);
	out_str(out, COL_COMM, owner->comm, sizeof(owner->comm));
	if (opt.by_cgroup)
		json_cgroup(out, owner->cgroup_id);
	out_uint(out, COL_COUNT, stack->count);
	if (!opt.user_only)
		json_frames(out, stacks, stack->frames, stack->n_kernel, COL_KERNEL, &kernel);
	if (!opt.kernel_only)
		json_frames(out, stacks, stack->frames + stack->n_kernel, stack->n_user, COL_USER,
			    &user);
	out_end(out);
}

/* One stack; it counts as a record. */
static void print_stack(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	if (opt.common.json) {
		print_json(out, stacks, stack);
		return;
	}
	if (opt.folded)
		print_folded(out, stacks, stack);
	else
		print_text(out, stacks, stack);
	out->records++;
}

/* The stacks, the biggest last: that is where the eye is when it stops. */
static void print_stacks(struct out *out, const struct stacks *stacks)
{
	size_t n = stacks->n;

	if (opt.common.max_events && n > opt.common.max_events)
		n = opt.common.max_events;
	while (n-- > 0) {
		print_stack(out, stacks, &stacks->stacks[n]);
		if (out_flush(out))
			return;
	}
}

/*
 * Files.
 */

/* @stack's frames, the outermost first, from @path on; returns how many. */
static size_t path_of(const struct stacks *stacks, const struct stack *stack,
		      const struct frame **path)
{
	size_t n = 0;

	for (__u32 i = stack->n_user; i-- > 0;)
		path[n++] = frame_of(stacks, stack->frames[stack->n_kernel + i]);
	for (__u32 i = stack->n_kernel; i-- > 0;)
		path[n++] = frame_of(stacks, stack->frames[i]);
	return n;
}

static void fill_flame(struct flame *flame, const struct stacks *stacks)
{
	const struct frame *path[FRAMES_MOST + 1];

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->stacks[i];
		char comm[TASK_COMM_LEN + 1] = "";
		const struct frame process = { .name = comm, .kind = FRAME_OTHER };

		memcpy(comm, stack->owner.comm, sizeof(stack->owner.comm));
		path[0] = &process;
		flame_add(flame, path, 1 + path_of(stacks, stack, path + 1), stack->count);
	}
}

/* "CPU profile: 490 samples in 10.0 s, 49 Hertz" */
static char *title(const struct profile *profile, double seconds)
{
	struct text text = {};

	text_printf(&text, "CPU profile: %llu samples in %.1f s", profile->stacks.samples, seconds);
	if (opt.sampling.hertz)
		text_printf(&text, ", %llu Hertz", opt.sampling.hertz);
	text_char(&text, '\0');
	return text.at;
}

static int write_flame(const struct profile *profile, __u64 duration_ns)
{
	char *words = title(profile, duration_ns / 1e9);
	struct flame flame = {};
	struct text svg = {};
	int err;

	fill_flame(&flame, &profile->stacks);
	flame_svg(&flame, &svg, words);
	err = text_write(&svg, opt.flame.fd);
	text_free(&svg);
	flame_free(&flame);
	free(words);
	return err;
}

static int write_pprof(const struct profile *profile, __u64 duration_ns)
{
	struct pprof_unit clock = { "cpu", "nanoseconds", opt.sampling.period };
	struct pprof_unit cycles = { "cycles", "count", opt.sampling.period };
	bool by_cycles = !opt.sampling.hertz && !sampling_by_clock(profile->sampling);
	const struct stacks *stacks = &profile->stacks;
	const struct frame *path[FRAMES_MOST];
	struct text encoded = {};
	struct pprof pprof;
	int err;

	if (opt.sampling.hertz)
		clock.period = NS_PER_S / opt.sampling.hertz;
	pprof_start(&pprof, by_cycles ? &cycles : &clock);
	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->stacks[i];
		const struct pprof_labels labels = {
			stack->owner.comm,
			self_user_id(stack->owner.pid, stack->owner.ns_pid),
			self_user_id(stack->owner.tid, stack->owner.ns_tid),
		};

		pprof_add(&pprof, path, path_of(stacks, stack, path), stack->count, &labels);
	}
	pprof_encode(&pprof, &encoded, clock_ns(CLOCK_REALTIME), duration_ns);
	err = pprof_write(&encoded, opt.pprof.fd);
	text_free(&encoded);
	pprof_free(&pprof);
	return err;
}

/* Before sampling: a path that cannot be written must not cost the user the run. */
static int open_file(struct file *file)
{
	if (!file->path)
		return 0;
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return file->fd < 0 ? log_err(-errno, "cannot write '%s'", file->path) : 0;
}

static int write_file(const struct profile *profile, struct file *file,
		      int (*fn)(const struct profile *profile, __u64 duration_ns))
{
	int err;

	if (!file->path)
		return 0;
	err = fn(profile, profile->end_ns - profile->out.stamp.start_ns);
	if (close(file->fd) && !err)
		err = -errno;
	if (err)
		return log_err(err, "cannot write '%s'", file->path);
	log_warn("wrote %s", file->path);
	return 0;
}

/*
 * What was sampled, and what of it is not known.
 */

static void put_sample(struct json *json, int col, __u64 v)
{
	json_uint(json, samples_columns[col].key, v);
}

static void json_samples(const struct profile *profile, struct out *out)
{
	const struct stacks *stacks = &profile->stacks;
	struct json json;

	out_line(out, &json, samples_table.type, clock_now_ns());
	json_name(&json, samples_columns[SAMPLES_EVENT].key, sampling_event(profile->sampling));
	put_sample(&json, SAMPLES_CPUS, sampling_cpus(profile->sampling));
	if (sampling_by_clock(profile->sampling))
		put_sample(&json, SAMPLES_DUE, sampling_due(profile->sampling));
	put_sample(&json, SAMPLES_FIRED, *profile->fired);
	put_sample(&json, SAMPLES_SAMPLES, stacks->samples);
	put_sample(&json, SAMPLES_KERNEL_MISSED, stacks->kernel_missed);
	put_sample(&json, SAMPLES_USER_MISSED, stacks->user_missed);
	put_sample(&json, SAMPLES_NOT_KEPT, stacks->not_kept);
	put_sample(&json, SAMPLES_CUT_OFF, stacks->cut_off);
	put_sample(&json, SAMPLES_KERNEL_FRAMES, stacks->kernel_frames);
	put_sample(&json, SAMPLES_KERNEL_UNKNOWN, stacks->kernel_unknown);
	put_sample(&json, SAMPLES_USER_FRAMES, stacks->user_frames);
	put_sample(&json, SAMPLES_USER_UNKNOWN, stacks->user_unknown);
	json_end(&json);
}

#define DUE_MARGIN 20		/* samples */

/* True if whole samples were lost, or their stacks. */
static bool warn_lost(const struct profile *profile)
{
	const struct stacks *stacks = &profile->stacks;
	__u64 due = sampling_due(profile->sampling);
	/* /proc/stat counts in hundredths of a second: leave room for a few of them. */
	bool held_up = *profile->fired + DUE_MARGIN < due - due / 10;

	if (held_up)
		log_warn("the CPUs were looked at %llu times, not %llu: they were held up, as "
			 "virtual ones are by a busy host", *profile->fired, due);
	if (stacks->not_kept)
		log_warn("%llu samples are shown without their stacks: more than %zu different "
			 "ones (--stack-storage-size)", stacks->not_kept,
			 stacks->options.distinct_most);
	return held_up || stacks->not_kept;
}

static void warn_missing(const struct stacks *stacks)
{
	if (stacks->kernel_missed)
		log_warn("%llu kernel stacks could not be read", stacks->kernel_missed);
	if (stacks->user_missed)
		log_warn("%llu user stacks could not be read", stacks->user_missed);
	if (stacks->cut_off)
		log_warn("%llu stacks of %u frames or more were cut off "
			 "(kernel.perf_event_max_stack)", stacks->cut_off,
			 stacks->options.frames_most);
	if (stacks->kernel_unknown)
		log_warn("%llu of %llu kernel frames have no name", stacks->kernel_unknown,
			 stacks->kernel_frames);
	if (stacks->user_unknown)
		log_warn("%llu of %llu user frames have no name", stacks->user_unknown,
			 stacks->user_frames);
}

static void show_progress(size_t done, size_t all)
{
	static __u64 next_ns;
	__u64 now = clock_now_ns();

	if (!next_ns)
		next_ns = now + NS_PER_S / 2;	/* nothing, if it takes less than half a second */
	if (now < next_ns)
		return;
	next_ns = now + NS_PER_S / 10;
	fprintf(stderr, "\rprofile: naming %zu stacks: %3zu %%%s", all, done * 100 / all,
		done == all ? "\n" : "");
}

/* Records are stacks, of which there is no end of kinds; what is counted is the samples. */
static void put_metrics(void *ctx, struct text *text)
{
	const struct profile *profile = ctx;
	__u64 samples = profile->stacks.samples, in_kernel = profile->kernel_samples;

	metrics_family(text, "sixty_profile_samples_total", "counter",
		       "Samples; where the kernel's stacks are wanted, by what the CPU was doing.");
	if (opt.user_only) {
		metrics_sample(text, "sixty_profile_samples_total", samples, NULL);
	} else {
		metrics_sample(text, "sixty_profile_samples_total", in_kernel, "mode", "kernel", NULL);
		metrics_sample(text, "sixty_profile_samples_total", samples - in_kernel,
			       "mode", "user", NULL);
	}
	metrics_family(text, "sixty_profile_fired_total", "counter",
		       "How often CPUs were looked at, idle ones too.");
	metrics_sample(text, "sixty_profile_fired_total", *profile->fired, NULL);
}

/*
 * Sampling.
 */

static void take_sample(void *ctx, const void *data, size_t size)
{
	const struct profile_sample *event = data;
	struct profile *profile = ctx;
	struct stack_sample sample = {
		.owner = { .pid = event->head.pid, .ns_pid = event->head.ns_pid },
		.process = {
			event->start_boottime_ns, event->exec_id, event->head.pid,
			self_proc_id(event->head.pid, event->head.ns_pid),
		},
		.kernel = event->frames,
		.user = event->frames + event->kernel_frames,
		.n_kernel = event->kernel_frames,
		.n_user = event->user_frames,
		.kernel_missed = event->kernel_missed,
		.user_missed = event->user_missed,
	};

	memcpy(sample.owner.comm, event->head.comm, sizeof(sample.owner.comm));
	if (opt.by_tid) {
		sample.owner.tid = event->head.tid;
		sample.owner.ns_tid = event->head.ns_tid;
	}
	if (opt.by_cpu)
		sample.owner.cpu = event->head.cpu;
	if (opt.by_cgroup)
		sample.owner.cgroup_id = event->head.cgroup_id;
	stacks_add(&profile->stacks, &sample);
	profile->kernel_samples += sample.n_kernel || sample.kernel_missed;
}

static void finish(struct profile *profile)
{
	struct stacks *stacks = &profile->stacks;
	struct out *out = &profile->out;
	bool lost;

	sampling_stop(profile->sampling);
	profile->end_ns = clock_now_ns();
	stacks_name(stacks, isatty(STDERR_FILENO) ? show_progress : NULL);
	if (opt.common.json || opt.folded || (!opt.pprof.path && !opt.flame.path))
		print_stacks(out, stacks);
	if (opt.common.json)
		json_samples(profile, out);
	lost = warn_lost(profile);
	warn_missing(stacks);
	profile->error = write_file(profile, &opt.flame, write_flame);
	if (!profile->error)
		profile->error = write_file(profile, &opt.pprof, write_pprof);
	if (!profile->error && lost && opt.common.strict)
		profile->error = -EIO;
}

static void tick(void *ctx, bool last)
{
	struct profile *profile = ctx;

	if (last)
		finish(profile);
	else
		sampling_tick(profile->sampling);
}

/* "Sampling at 49 Hertz of all threads by user + kernel stack... Hit Ctrl-C to end." */
static char *banner(bool by_clock)
{
	static const char *const stacks[] = { "user + kernel", "user", "kernel" };
	struct text text = {};

	text_str(&text, "Sampling ");
	if (opt.sampling.hertz)
		text_printf(&text, "at %llu Hertz of ", opt.sampling.hertz);
	else
		text_printf(&text, "every %llu %s of ", opt.sampling.period,
			    by_clock ? "nanoseconds" : "cycles");
	if (opt.tids.n)
		text_printf(&text, "TID [%s]", opt.tids.arg);
	else if (opt.pids.n)
		text_printf(&text, "PID [%s]", opt.pids.arg);
	else
		text_str(&text, "all threads");
	text_printf(&text, " by %s stack", stacks[opt.user_only ? 1 : opt.kernel_only ? 2 : 0]);
	if (opt.sampling.cpu >= 0)
		text_printf(&text, " on CPU#%d", opt.sampling.cpu);
	if (opt.common.duration)
		text_printf(&text, " for %lu secs.", opt.common.duration);
	else
		text_str(&text, "... Hit Ctrl-C to end.");
	text_char(&text, '\0');
	return text.at;
}

static void start_output(struct profile *profile)
{
	char *words = banner(sampling_by_clock(profile->sampling));

	/* Folded lines are read by programs: nothing else may stand among them. */
	if (opt.folded && !opt.common.json)
		log_warn("%s", words);
	out_start(&profile->out, &opt.common, opt.folded ? NULL : words);
	free(words);
}

static int fill(struct bpf_map *map, const struct list *list)
{
	__u8 yes = 1;

	for (size_t i = 0; i < list->n; i++)
		if (bpf_map_update_elem(bpf_map__fd(map), &list->ids[i], &yes, BPF_ANY))
			return log_err(-errno, "cannot set the filter");
	return 0;
}

static void set_options(struct profile_bpf *skel)
{
	skel->rodata->with_idle = opt.idle;
	skel->rodata->with_kernel = !opt.user_only;
	skel->rodata->with_user = !opt.kernel_only;
	skel->rodata->by_pid = opt.pids.n > 0;
	skel->rodata->by_tid = opt.tids.n > 0;
	bpf_map__set_max_entries(skel->maps.pids, opt.pids.n ? opt.pids.n : 1);
	bpf_map__set_max_entries(skel->maps.tids, opt.tids.n ? opt.tids.n : 1);
}

/* How many frames of a stack the kernel reads. */
static __u32 frames_most(void)
{
	FILE *f = fopen("/proc/sys/kernel/perf_event_max_stack", "re");
	__u32 frames = FRAMES_DEFAULT;

	if (!f)
		return frames;
	if (fscanf(f, "%u", &frames) != 1)
		frames = FRAMES_DEFAULT;
	fclose(f);
	return frames < PROFILE_FRAMES ? frames : PROFILE_FRAMES;
}

static int trace(struct profile_bpf *skel)
{
	struct profile profile = { .fired = &skel->bss->fired };
	int err;

	set_options(skel);
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (!err)
		err = fill(skel->maps.pids, &opt.pids);
	if (!err)
		err = fill(skel->maps.tids, &opt.tids);
	if (err)
		return err;
	opt.stacks.frames_most = frames_most();
	err = open_file(&opt.flame);
	if (!err)
		err = open_file(&opt.pprof);
	if (err)
		return err;
	stacks_start(&profile.stacks, &opt.stacks);
	err = sampling_start(&profile.sampling, &opt.sampling, skel->progs.sample_cpu);
	if (!err) {
		report_more_metrics(put_metrics, &profile);
		start_output(&profile);
		err = run_events(&profile.out, skel->maps.events, take_sample, tick, &profile);
	}
	sampling_free(profile.sampling);
	stacks_free(&profile.stacks);
	return err ? err : profile.error;
}

int main(int argc, char **argv)
{
	struct profile_bpf *skel;
	int err;

	args_parse("profile", &record_table, &argp, argc, argv, &opt.common);
	skel = profile_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	profile_bpf__destroy(skel);
	return log_exit_code(err);
}
