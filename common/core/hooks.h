/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Feature tests for hooks that not every kernel has, and functions to select hooks.
 *
 * A program declared SEC("?...") is loaded only if hooks_enable() enables it.  Test the hooks
 * first, the best one first: a single program that fails to load fails the whole object.
 */
#ifndef COMMON_HOOKS_H
#define COMMON_HOOKS_H

#include <stdbool.h>
#include <linux/types.h>

struct bpf_map;
struct bpf_program;

/* Return true if the kernel's BTF has a tracepoint @name. */
bool hooks_tracepoint(const char *name);

/*
 * Return the number of arguments of tracepoint @name in the kernel's BTF, or -ENOENT.
 * hooks_tracepoint_arg() returns the name of the struct that argument @i (from 0) points to, or
 * "" if it is not a pointer to a struct.
 */
int hooks_tracepoint_args(const char *name);
const char *hooks_tracepoint_arg(const char *name, int i);

/* Return true if struct @name in the kernel's BTF has @field. */
bool hooks_struct_has(const char *name, const char *field);

/* Call @fn for each enumerator of enum @name in the kernel's BTF. */
typedef void (*hooks_enum_fn)(void *ctx, const char *name, __u32 value);
void hooks_enum(const char *name, hooks_enum_fn fn, void *ctx);

/*
 * Return true if an fentry program attaches to @function.  Attaches one to find out: some
 * kernels load such a program but refuse to attach it, and some refuse to load it although
 * libbpf's own probe succeeds.
 */
bool hooks_fentry(const char *function);

/* Return true if this kernel has kprobes and @function can be probed. */
bool hooks_kprobe(const char *function);

/*
 * Enable @prog, whose section is "?fentry", "?fexit", "?kprobe" or "?kretprobe" without a
 * function name, and attach it to @function of the kernel or a module.  Returns 0, or a
 * negative errno if the function does not exist; @prog then stays disabled.
 */
int hooks_aim(struct bpf_program *prog, const char *function);

/* Return the function that hooks_aim() set for @prog, or NULL. */
const char *hooks_aimed_at(const struct bpf_program *prog);

/*
 * Choose the map in which bpf/thread.bpf.h keeps its data: task storage if the kernel has it
 * and @wanted is true, otherwise a hash.  Returns true for task storage.
 */
bool hooks_task_storage(struct bpf_map *storage, struct bpf_map *hash, bool wanted);

/*
 * Return true if a task can be preempted while it runs a tracepoint program (since Linux 7.0).
 * Until that task continues, the kernel skips the program for all other tasks on the CPU.
 */
bool hooks_preempted(void);

/* Enable each program of a NULL-terminated list. */
void hooks_enable(struct bpf_program *first, ...) __attribute__((sentinel));

/*
 * Report the first shortage of files or memory that prevented one of the feature tests.
 * Returns it as a negative errno, or 0 if there was none.
 */
int hooks_error(void);

/*
 * Report "this kernel lacks <what>" and return -EOPNOTSUPP.  If there was a shortage, report
 * and return that instead, like hooks_error().
 */
int hooks_missing(const char *what);

#endif /* COMMON_HOOKS_H */
