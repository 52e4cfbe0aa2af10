/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The file from which libbpf reads the kernel's types for one BPF object.  It is a file in memory
 * with only those types that the object needs (btf_subset.h).  With such a file, libbpf does not
 * search modules for types, for which it would need CAP_SYS_ADMIN.  No type that exists only on
 * some kernels is in a module.
 */
#ifndef COMMON_TYPES_FILE_H
#define COMMON_TYPES_FILE_H

#include <stddef.h>

struct types_file {
	int fd;			/* -1: none */
	char path[32];
};

/*
 * Create the file and return its path, for bpf_object_open_opts.btf_custom_path: libbpf reads it
 * when it loads the object.  Returns NULL if there are no types.
 */
const char *types_file_open(struct types_file *file);

/*
 * Write the types that the BPF object file @object needs; all types of the kernel if they cannot
 * be chosen.  Returns 0 or a negative errno, without a message.
 */
int types_file_fill(const struct types_file *file, const void *object, size_t object_bytes);

void types_file_close(struct types_file *file);

#endif /* COMMON_TYPES_FILE_H */
