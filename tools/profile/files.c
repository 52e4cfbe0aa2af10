// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The files of --flame and --pprof. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/self.h"
#include "stacks/flame.h"
#include "stacks/pprof.h"
#include "session.h"

/* Fill @path with the frames of @stack, the outermost first; return their number. */
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
	const struct frame *path[FRAMES_MAX + 1];

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
	err = text_write(&svg, opt.flame.new.fd);
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
	const struct frame *path[FRAMES_MAX];
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
	err = pprof_write(&encoded, opt.pprof.new.fd);
	text_free(&encoded);
	pprof_free(&pprof);
	return err;
}

static int open_file(struct file *file)
{
	int err = file->path ? new_file_open(&file->new, file->path) : 0;

	if (err == -EINVAL)
		log_warn("cannot write '%s': it exists and is not a regular file", file->path);
	else if (err)
		log_err(err, "cannot write '%s'", file->path);
	return err;
}

static int write_file(const struct profile *profile, struct file *file,
		      int (*fn)(const struct profile *profile, __u64 duration_ns))
{
	int err;

	if (!file->path)
		return 0;
	err = fn(profile, profile->end_ns - profile->out.stamp.start_ns);
	if (err)
		new_file_discard(&file->new);
	else
		err = new_file_commit(&file->new);
	if (err)
		return log_err(err, "cannot write '%s'", file->path);
	log_warn("wrote %s", file->path);
	return 0;
}

int open_files(void)
{
	int err = open_file(&opt.flame);

	return err ? err : open_file(&opt.pprof);
}

int write_files(const struct profile *profile)
{
	int err = write_file(profile, &opt.flame, write_flame);

	return err ? err : write_file(profile, &opt.pprof, write_pprof);
}

void discard_files(void)
{
	new_file_discard(&opt.flame.new);
	new_file_discard(&opt.pprof.new);
}
