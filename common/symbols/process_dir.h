/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The directory of a process in /proc. */
#ifndef COMMON_PROCESS_DIR_H
#define COMMON_PROCESS_DIR_H

#include <stdio.h>
#include <sys/types.h>
#include <linux/types.h>

/*
 * Open the directory of process @pid, which started @start_boottime_ns after boot (0: any process
 * with that PID).  Returns -1 if that process is gone.
 */
int process_dir_open(pid_t pid, __u64 start_boottime_ns);

/* Open the file @name in @dir for reading, a few KB at a time; NULL: it is gone. */
FILE *process_dir_text(int dir, const char *name);

/* Return the PID of the process in @dir in its own PID namespace; 0: unknown. */
pid_t process_dir_own_pid(int dir);

#endif /* COMMON_PROCESS_DIR_H */
