/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads that do what the main thread must not wait for. */
#ifndef USESTAT_THREAD_H
#define USESTAT_THREAD_H

#include <stdbool.h>

/*
 * Start @fn in a detached thread that takes no signals and has no capability but
 * CAP_DAC_READ_SEARCH; return false if there is none.
 */
bool thread_start(void *(*fn)(void *arg), void *arg);

#endif /* USESTAT_THREAD_H */
