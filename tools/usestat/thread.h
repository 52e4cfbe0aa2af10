/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads for work that may block and that the main thread must not wait for. */
#ifndef USESTAT_THREAD_H
#define USESTAT_THREAD_H

#include <stdbool.h>

/*
 * Start @fn in a detached thread that takes no signals and has no capability but
 * CAP_DAC_READ_SEARCH; return false if it cannot start.
 */
bool thread_start(void *(*fn)(void *arg), void *arg);

#endif /* USESTAT_THREAD_H */
