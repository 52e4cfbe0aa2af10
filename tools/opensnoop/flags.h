/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names of the flags and modes of open(2). */
#ifndef OPENSNOOP_FLAGS_H
#define OPENSNOOP_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define FLAG_NAMES_MAX 24

/*
 * Add the flag @name to the bits @any_flags, or an access mode to the bits @access_modes
 * (1 << O_RDONLY ...).  Return false if there is no such flag.
 */
bool flag_find(const char *name, __u32 *any_flags, __u32 *access_modes);

/* Store the names of @flags, the access mode first, or of @mode.  Return how many. */
size_t flag_names(const char **names, __u32 flags);
size_t mode_names(const char **names, __u32 mode);

#endif /* OPENSNOOP_FLAGS_H */
