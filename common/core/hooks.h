/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hooks that not every kernel has: which are there, and which to use.
 *
 * A program declared SEC("?...") is not loaded unless hooks_enable() switches
 * it on.  Ask before, best first; a program that fails to load fails them all.
 */
#ifndef COMMON_HOOKS_H
#define COMMON_HOOKS_H

#include <stdbool.h>
#include <linux/types.h>

struct bpf_map;
struct bpf_program;

/* True if the kernel's BTF has a tracepoint @name. */
bool hooks_tracepoint(const char *name);

/*
 * The number of arguments of tracepoint @name in the kernel's BTF, or -ENOENT.
 * hooks_tracepoint_arg() tells the name of the struct that argument @i (from
 * 0) points to, "" if it is no such pointer.
 */
int hooks_tracepoint_args(const char *name);
const char *hooks_tracepoint_arg(const char *name, int i);

/* True if struct @name in the kernel's BTF has @field. */
bool hooks_struct_has(const char *name, const char *field);

/* Call @fn for each enumerator of enum @name in the kernel's BTF. */
typedef void (*hooks_enum_fn)(void *ctx, const char *name, __u32 value);
void hooks_enum(const char *name, hooks_enum_fn fn, void *ctx);

/*
 * True if an fentry program attaches to @function: tried for real, because
 * there are kernels that load one and refuse to attach it, and kernels that
 * refuse it though libbpf's own probe says yes.
 */
bool hooks_fentry(const char *function);

/* True if kprobes work here and @function can be probed. */
bool hooks_kprobe(const char *function);

/*
 * Switch on @prog, whose section is "?fentry", "?fexit", "?kprobe" or
 * "?kretprobe" and names no function, for @function of the kernel or a module.
 * 0, or a negative errno: not there, so it stays off.
 */
int hooks_aim(struct bpf_program *prog, const char *function);

/* The function that @prog was aimed at, NULL: none. */
const char *hooks_aimed_at(const struct bpf_program *prog);

/*
 * Where bpf/thread.bpf.h keeps what it remembers: in task storage, if the
 * kernel has that and @wanted, or in a hash.  Returns which.
 */
bool hooks_task_storage(struct bpf_map *storage, struct bpf_map *hash, bool wanted);

/*
 * May a task be preempted in a program at a tracepoint?  Since Linux 7.0; until it
 * goes on, the kernel does not run that program for any other task on its CPU.
 */
bool hooks_preempted(void);

/* Switch on each program of a list ended by NULL. */
void hooks_enable(struct bpf_program *first, ...) __attribute__((sentinel));

/*
 * Report the first shortage of files or memory that kept one of these functions from
 * finding out what the kernel has; returns it as a negative errno, 0 if there was none.
 */
int hooks_error(void);

/*
 * Report "this kernel lacks <what>" and return -EOPNOTSUPP; but a shortage as
 * hooks_error() does.
 */
int hooks_missing(const char *what);

#endif /* COMMON_HOOKS_H */
