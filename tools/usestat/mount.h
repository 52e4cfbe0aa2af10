/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* statvfs(3) of file systems that may not answer. */
#ifndef USESTAT_MOUNT_H
#define USESTAT_MOUNT_H

#include <sys/statvfs.h>

/*
 * Return 0, an errno, ETIMEDOUT if there is no answer within 100 ms or none yet to the request of
 * an earlier look, or EAGAIN if too many requests wait to start another one.
 */
int remote_statvfs(const char *path, struct statvfs *fs);

#endif /* USESTAT_MOUNT_H */
