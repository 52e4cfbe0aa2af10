/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef COMMON_REGULAR_FILE_H
#define COMMON_REGULAR_FILE_H

/*
 * Open @path for reading if it is a regular file, and nothing else: opening a FIFO blocks, and
 * opening a device can have side effects.  Returns a descriptor or a negative errno; -EINVAL if it
 * is not a regular file.
 */
int regular_file_open(const char *path);

#endif /* COMMON_REGULAR_FILE_H */
