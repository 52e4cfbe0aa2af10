/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs that attach to something in the kernel's BTF: SEC("tp_btf/..."), "fentry",
 * "fexit" and "iter/...".
 *
 * libbpf would read all of that BTF to find what they attach to.  Here they are programs of
 * another type until they are loaded, and the index of the BTF finds it.
 */
#ifndef COMMON_TARGET_H
#define COMMON_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct bpf_link;
struct bpf_program;

/* Before the object is opened. */
void target_register(void);

/* True if @prog is of these; without BTF in the kernel none is, but a plain raw tracepoint. */
bool target_has(const struct bpf_program *prog);

/* The tracepoint that @prog's section names (tp_btf), or NULL. */
const char *target_tracepoint(const struct bpf_program *prog);

/* True, and what it is in @what, if the kernel has nothing that @prog could attach to. */
bool target_is_missing(const struct bpf_program *prog, char *what, size_t size);

/* Have libbpf look for @function, which is one of a module.  0, or a negative errno. */
int target_in_module(struct bpf_program *prog, const char *function);

/* Attach @prog, for which target_has() is true; NULL with errno. */
struct bpf_link *target_attach(const struct bpf_program *prog);

#endif /* COMMON_TARGET_H */
