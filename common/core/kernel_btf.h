/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The type information (BTF) of the running kernel, read once. */
#ifndef COMMON_KERNEL_BTF_H
#define COMMON_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include "core/btf_index.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* True if the kernel shows its types. */
bool kernel_btf_exists(void);

/* Where they are (--btf) for a kernel that does not. */
void kernel_btf_use_file(const char *path);

/* The kernel's types, else those of the file; NULL with errno if there are none to read. */
const struct btf_index *kernel_btf(void);

/* The same as they were read: @size bytes. */
const void *kernel_btf_data(size_t *size);

/* Free them.  The next kernel_btf() reads them again. */
void kernel_btf_free(void);

#endif /* COMMON_KERNEL_BTF_H */
