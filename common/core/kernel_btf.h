/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The type information (BTF) of the running kernel, read once. */
#ifndef COMMON_KERNEL_BTF_H
#define COMMON_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include "core/btf_index.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Return true if the kernel exports its BTF. */
bool kernel_btf_exists(void);

/* Return true if @path, which is open as @fd, can contain the types of a kernel. */
bool kernel_btf_is_file(const char *path, int fd);

/* Set the file (--btf) to use if the kernel does not export its BTF. */
void kernel_btf_use_file(const char *path);

/* Return the kernel's BTF, or that of the file; NULL with errno if neither can be read. */
const struct btf_index *kernel_btf(void);

/* Return the raw data of kernel_btf(), and its size in bytes in @size. */
const void *kernel_btf_data(size_t *size);

/* Free the BTF.  The next kernel_btf() reads it again. */
void kernel_btf_free(void);

#endif /* COMMON_KERNEL_BTF_H */
