/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user side of profile: its options, its state, and the parts that share them. */
#ifndef PROFILE_SESSION_H
#define PROFILE_SESSION_H

#include "core/args.h"
#include "core/id_list.h"
#include "output/out.h"
#include "stacks/sampling.h"
#include "stacks/stack_files.h"
#include "stacks/stack_text.h"
#include "stacks/stacks.h"
#include "profile.h"


struct profile_options {
	struct common_args common;
	struct sampling_args sampling;
	struct stacks_options stacks;
	struct id_list pids, tids;
	struct stack_files files;
	bool user_only, kernel_only;
	bool frame_pointers;		/* the kernel walks user stacks */
	bool folded, delimited, annotate, idle;
	bool by_tid, by_cpu, by_cgroup;
};
extern struct profile_options opt;
extern const struct argp profile_argp;

struct profile {
	struct out out;
	struct stacks stacks;
	struct sampling *sampling;
	const __u64 *fired;		/* number of times the event fired on busy CPUs */
	__u64 kernel_samples;		/* taken in kernel mode, if kernel stacks are requested */
	__u64 end_ns;
	int error;			/* error of writing a file, to be returned */
};

/* Return the heading, such as "Sampling at 49 Hertz of all threads ..."; the caller frees it. */
char *banner(bool by_clock);

/* Print one stack; it counts as a record. */
void print_stack(struct out *out, const struct stacks *stacks, const struct stack *stack);

/* Print all stacks, the most frequent one last, next to the prompt. */
void print_stacks(struct out *out, const struct stacks *stacks);

/* Write the files of --flame and --pprof.  Returns 0 or a negative errno, which is reported. */
int write_files(const struct profile *profile);

/* Print the JSON record with the numbers of samples and of missing stacks and names. */
void json_samples(const struct profile *profile, struct out *out);

/* Warn about lost samples; true if there are any. */
bool warn_lost(const struct profile *profile);

/* Warn about stacks and names that are missing. */
void warn_missing(const struct stacks *stacks);

/* Append the metrics of @ctx, a struct profile, to @text. */
void put_metrics(void *ctx, struct text *text);

/* Return true if user stacks are copied and unwound by this program. */
static inline bool copies_stacks(void)
{
	return !opt.frame_pointers && !opt.kernel_only;
}

#endif /* PROFILE_SESSION_H */
