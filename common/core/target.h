/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs that attach to something in the kernel's BTF: SEC("tp_btf/..."), "fentry", "fexit"
 * and "iter/...".
 *
 * libbpf would read the whole BTF to find their targets.  Instead, these programs have another
 * type until they are loaded, and the BTF index finds the targets.
 */
#ifndef COMMON_TARGET_H
#define COMMON_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct bpf_link;
struct bpf_program;

/* Register the sections.  Call it before the object is opened. */
void target_register(void);

/*
 * Return true if @prog is one.  Without BTF in the kernel, all are plain raw tracepoints
 * instead.
 */
bool target_has(const struct bpf_program *prog);

/* Return the tracepoint that @prog's section names (tp_btf), or NULL. */
const char *target_tracepoint(const struct bpf_program *prog);

/* Return true if the kernel has no target for @prog, and describe the target in @what. */
bool target_is_missing(const struct bpf_program *prog, char *what, size_t size);

/* Let libbpf find @function, a function of a module.  Returns 0 or a negative errno. */
int target_in_module(struct bpf_program *prog, const char *function);

/* Attach @prog, for which target_has() is true.  Returns NULL with errno on error. */
struct bpf_link *target_attach(const struct bpf_program *prog);

#endif /* COMMON_TARGET_H */
