/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of system calls. */
#ifndef COMMON_SYSCALL_NAME_H
#define COMMON_SYSCALL_NAME_H

/*
 * Return the name of system call @number of this architecture if it is one of those that can
 * wait or hit a limit, otherwise "syscall NUMBER".  Valid until the next call.
 */
const char *syscall_name(unsigned int number);

#endif /* COMMON_SYSCALL_NAME_H */
