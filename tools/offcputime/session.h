/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user side of offcputime: its options, its state, and the parts that share them. */
#ifndef OFFCPUTIME_SESSION_H
#define OFFCPUTIME_SESSION_H

#include "core/args.h"
#include "core/id_list.h"
#include "output/out.h"
#include "stacks/stack_files.h"
#include "stacks/stack_text.h"
#include "offcputime.h"

/* States of a thread: include/linux/sched.h. */
#define TASK_INTERRUPTIBLE 0x1
#define TASK_UNINTERRUPTIBLE 0x2
#define TASK_NOLOAD 0x400

/* Kinds of kernel locks: include/trace/events/lock.h. */
#define LCB_F_READ 0x2
#define LCB_F_WRITE 0x4
#define LCB_F_RT 0x8
#define LCB_F_PERCPU 0x10
#define LCB_F_MUTEX 0x20

#define MUTEX_FORMAT "0x%llx"
#define MUTEX_LEN 20

/* The keys of --by. */
enum by_key {
	KEY_COMM, KEY_PID, KEY_CGROUP, KEY_SYSCALL, KEY_FUNCTION, KEY_STATE, KEY_LOCK, KEY_MUTEX,
	KEYS,
};

struct offcputime_options {
	struct common_args common;
	struct stacks_options stacks;
	struct id_list pids, tids;
	struct stack_files files;
	enum by_key by[KEYS];		/* in the order of --by */
	int n_by;			/* 0: print stacks */
	bool by_pid, by_cgroup, by_mutex;		/* whether @by has these keys */
	__u32 user_stacks_per_s;	/* limit for each CPU; 0: no limit */
	size_t top;			/* rows of --by to print; 0: all */
	bool user_threads_only, kernel_threads_only;
	bool user_only, kernel_only;
	bool folded, delimited, no_copies;
	bool by_state;
	__u32 state_mask;
	__u64 min_ns, max_ns;
};
extern struct offcputime_options opt;
extern const struct argp offcputime_argp;

/* Set the keys of --by from a comma-separated list.  Exits if one is wrong. */
void set_by(const char *arg);

/* Return true if user stacks are shown: sums of --by have none. */
bool wants_user_stacks(void);

/* User stacks of threads that may be waiting. */
struct pending;

struct offcputime {
	struct out out;
	struct stacks stacks;
	struct pending *pending;
	__u64 user_not_taken;		/* number of waits whose user stack was not copied */
	__u64 open_waits;		/* at the end */
	int open_fd;			/* iterator over the threads that still wait; -1: none */
	__u64 end_ns;
	int error;			/* error of writing a file, to be returned */
};

/* Return the heading, such as "Tracing off-CPU time (us) of ..."; the caller frees it. */
char *banner(void);

/* Keep the user stack of @stack until the wait of its thread ends. */
void take_stack(struct offcputime *offcputime, const struct offcpu_stack *stack, size_t size);

/* Unwind the stacks of threads that have waited for long by now, while their processes live. */
void unwind_long_waits(struct offcputime *offcputime, __u64 now);

/* Add a wait to the stacks. */
void take_wait(struct offcputime *offcputime, const struct offcpu_wait *wait);

void free_pending(struct offcputime *offcputime);

/*
 * Return the address of the mutex of @process that @wait was for, or 0.  Remembers the mutex for
 * find_owners().
 */
__u64 take_mutex(const struct offcpu_wait *wait, const struct stack_process *process);

/*
 * Find out who holds the mutexes with the longest waits now.  Call it after stacks_name(): a
 * process can make it hang, which costs the helper and what it knows.
 */
void find_owners(struct stacks *stacks);

/* Remember that @owner holds the mutex at @address in process @pid. */
void keep_owner(__u32 pid, __u64 address, const struct mutex_owner *owner);

/* Return the owner of the mutex that @waiter waited for, or NULL. */
const struct mutex_owner *owner_of(const struct stack_owner *waiter);

void free_mutexes(void);

/* Append the thread that holds a mutex, NULL: unknown, to @text. */
void put_holder(struct text *text, const struct mutex_owner *holder);

/* Print one stack; it counts as a record. */
void print_stack(struct out *out, const struct stacks *stacks, const struct stack *stack);

/* Return the name of a TASK_* state of a thread that waits. */
const char *state_name(__u32 state);

/* Return the name of a kind of kernel lock, LCB_F_* + 1, or NULL if @lock is 0. */
const char *lock_name(__u32 lock);

/* Print the rows of --by: the longest time last. */
void print_rows(struct out *out, const struct stacks *stacks);

/* Print all stacks, or the rows of --by: the longest time last, next to the prompt. */
void print_waits(struct out *out, const struct stacks *stacks);

#endif /* OFFCPUTIME_SESSION_H */
