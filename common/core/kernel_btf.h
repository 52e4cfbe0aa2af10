/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The type information (BTF) of the running kernel: its own and that of --btf, each read once. */
#ifndef COMMON_KERNEL_BTF_H
#define COMMON_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include "core/btf_index.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Return true if the kernel exports its BTF. */
bool kernel_btf_exists(void);

/*
 * Read the types of --btf from @path, which is open as @fd.  Returns false if it cannot contain
 * those of a kernel.
 */
bool kernel_btf_use_file(const char *path, int fd);

/*
 * Return the BTF to look up hooks in: the kernel's own, or that of the file if the kernel exports
 * none; NULL with errno if neither can be read.
 */
const struct btf_index *kernel_btf(void);

/* Return the BTF to relocate programs with: that of --btf, or without that option the kernel's. */
const struct btf_index *kernel_btf_of_programs(void);

/* Return its raw data, and the size in bytes in @size; or the path of the file that has it. */
const void *kernel_btf_data(size_t *size);
const char *kernel_btf_path(void);

/* Free the BTF.  The next kernel_btf() reads that of the kernel again. */
void kernel_btf_free(void);

#endif /* COMMON_KERNEL_BTF_H */
