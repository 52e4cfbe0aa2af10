/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Processes that end, counted by program, parent and exit status. */
#ifndef USESTAT_EXITS_H
#define USESTAT_EXITS_H

#include <linux/taskstats.h>

/* Count a task that ended; threads other than a process's first one are left out. */
void exits_count(const struct taskstats *stats);

#endif /* USESTAT_EXITS_H */
