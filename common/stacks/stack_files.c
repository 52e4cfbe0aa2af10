// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/privilege.h"
#include "core/sandbox.h"
#include "core/self.h"
#include "stacks/flame.h"
#include "stacks/stack_files.h"
#include "stacks/stack_text.h"

static void fill_flame(struct flame *flame, const struct stacks *stacks)
{
	const struct frame *path[STACK_PATH_MAX + 1];

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->stacks[i];
		char comm[TASK_COMM_LEN + 1] = "";
		const struct frame process = { .name = comm, .kind = FRAME_OTHER };

		memcpy(comm, stack->owner.comm, sizeof(stack->owner.comm));
		path[0] = &process;
		flame_add(flame, path, 1 + stack_path(stacks, stack, path + 1),
			  stack_weight(stack));
	}
}

static int write_flame(int fd, const struct stacks *stacks, const char *unit, const char *title)
{
	struct flame flame = { .unit = unit };
	struct text svg = {};
	int err;

	fill_flame(&flame, stacks);
	flame_svg(&flame, &svg, title);
	err = text_write(&svg, fd);
	text_free(&svg);
	flame_free(&flame);
	return err;
}

static int write_pprof(int fd, const struct stacks *stacks, const struct pprof_unit *unit,
		       __u64 duration_ns)
{
	const struct frame *path[STACK_PATH_MAX];
	struct text encoded = {};
	struct pprof pprof;
	int err;

	pprof_start(&pprof, unit);
	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->stacks[i];
		const struct pprof_labels labels = {
			stack->owner.comm,
			self_user_id(stack->owner.pid, stack->owner.ns_pid),
			self_user_id(stack->owner.tid, stack->owner.ns_tid),
		};

		pprof_add(&pprof, path, stack_path(stacks, stack, path), stack_weight(stack),
			  &labels);
	}
	pprof_encode(&pprof, &encoded, clock_ns(CLOCK_REALTIME), duration_ns);
	err = pprof_write(&encoded, fd);
	text_free(&encoded);
	pprof_free(&pprof);
	return err;
}

const char *stack_files_clash(const struct stack_files *files, const char *metrics)
{
	const char *flame = files->flame.path, *pprof = files->pprof.path;

	if (pprof && ((flame && new_file_is_same(flame, pprof)) ||
		      (metrics && new_file_is_same(metrics, pprof))))
		return pprof;
	return flame && metrics && new_file_is_same(flame, metrics) ? flame : NULL;
}

static const struct sandbox_call gzip_calls[] = { { "dup" }, {} };	/* gzdopen(3) */

/* The directory of a file may belong to another user. */
static void keep_privileges(void)
{
	sandbox_allow(sandbox_new_file);
	sandbox_allow(gzip_calls);
	privilege_keep(CAP_DAC_OVERRIDE);
	privilege_keep(CAP_FOWNER);
}

static int open_file(struct stack_file *file)
{
	int err = 0;

	if (file->path) {
		keep_privileges();
		err = new_file_open(&file->new, file->path);
	}
	if (err == -EINVAL)
		log_warn("cannot write '%s': it exists and is not a regular file", file->path);
	else if (err)
		log_err(err, "cannot write '%s'", file->path);
	return err;
}

int stack_files_open(struct stack_files *files)
{
	int err = open_file(&files->flame);

	if (!err)
		err = open_file(&files->pprof);
	if (err)
		stack_files_discard(files);
	return err;
}

/* Finish @file after it was written with the result @err. */
static int commit(struct stack_file *file, int err)
{
	if (err)
		new_file_discard(&file->new);
	else
		err = new_file_commit(&file->new);
	if (err)
		return log_err(err, "cannot write '%s'", file->path);
	log_warn("wrote %s", file->path);
	return 0;
}

int stack_files_write(struct stack_files *files, const struct stacks *stacks, const char *unit,
		      const char *title, const struct pprof_unit *pprof_unit, __u64 duration_ns)
{
	int err = 0;

	if (files->flame.path)
		err = commit(&files->flame,
			     write_flame(files->flame.new.fd, stacks, unit, title));
	if (!err && files->pprof.path)
		err = commit(&files->pprof, write_pprof(files->pprof.new.fd, stacks, pprof_unit,
							duration_ns));
	return err;
}

void stack_files_discard(struct stack_files *files)
{
	new_file_discard(&files->flame.new);
	new_file_discard(&files->pprof.new);
}
