/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ELF files that processes have mapped, and their symbols.
 *
 * A file is opened while its process lives.  Its symbols are read when the first
 * address in it is looked up (elf_symbols.h).
 *
 * At most ELF_OPEN_FILES_MAX files are open.  Then those that were not used for the longest time
 * are closed: only the names remain of the offsets for which elf_file_see() was called, some 100
 * bytes for a file.  If a process still has such a file mapped, it is opened again when the
 * mappings are read.
 */
#ifndef COMMON_ELF_FILE_H
#define COMMON_ELF_FILE_H

#include <stdbool.h>
#include <sys/types.h>
#include "symbols/cfi.h"
#include "symbols/symbols.h"

#define ELF_OPEN_FILES_MAX 512

struct elf_file;

struct elf_files {		/* starts as all zeros */
	struct elf_file *first;
	struct elf_file *vdso;	/* NULL: not opened yet */
	size_t n, n_open;
	size_t n_sites;		/* offsets for which elf_file_see() was called */
	__u64 uses;		/* counts uses of any file */
	size_t cfi_bytes;	/* memory used by call frame information */
	size_t symbol_bytes;	/* in use by symbols */
	size_t limited;		/* number of files whose symbols were left out because of a limit */
};

/* A line of /proc/PID/maps. */
struct elf_mapped {
	const char *range;	/* "START-END" in hex */
	const char *path;
	__u64 dev, ino;		/* from the line: stat(2) returns others on some file systems */
};

/*
 * Return the file of @mapped, or NULL.  @dir is the process's directory in /proc.  Prefers
 * map_files, which also reaches deleted files but may not be permitted, to the path in the
 * process's root, where the file must have the inode number of the line.  A file that is still
 * open is recognized by the line alone.
 */
struct elf_file *elf_files_mapped(struct elf_files *files, int dir,
				  const struct elf_mapped *mapped);

/* Return the vDSO, which the kernel maps into every 64-bit process, or NULL. */
struct elf_file *elf_files_vdso(struct elf_files *files);

void elf_files_free(struct elf_files *files);

/* Return the path that the process saw when the file was opened. */
const char *elf_file_path(const struct elf_file *file);

/*
 * Remember that a stack has an address at @offset.  Returns false if it will have no name, because
 * the file is closed.
 */
bool elf_file_see(struct elf_files *files, struct elf_file *file, __u64 offset);

/* Return true if the file must be mapped again before anything but names can be found in it. */
bool elf_file_is_closed(const struct elf_file *file);

/*
 * Set name and offset of @symbol for the byte at @offset in the file.  Returns false, and
 * leaves @symbol unchanged, if no symbol covers it.
 */
bool elf_file_find(struct elf_files *files, struct elf_file *file, __u64 offset,
		   struct symbol *symbol);

/* Return the call frame information of @file, or NULL if it has none or is closed. */
struct cfi *elf_file_cfi(struct elf_files *files, struct elf_file *file);

/*
 * Return true if the instruction before @offset is a call, as before every return address, or
 * if that is unknown.
 */
bool elf_file_follows_call(struct elf_files *files, struct elf_file *file, __u64 offset);

/* Return true if the instruction at @offset is a system call; false if that is unknown. */
bool elf_file_is_syscall(const struct elf_file *file, __u64 offset);

#endif /* COMMON_ELF_FILE_H */
