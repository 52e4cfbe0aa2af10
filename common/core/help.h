/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The --help output. */
#ifndef COMMON_HELP_H
#define COMMON_HELP_H

#include <argp.h>

/*
 * Print the help of @argp.  Its examples, written with the name @tool, are printed with the
 * name that the program was started by, because a package may have renamed it.
 */
void help_print(const struct argp *argp, const char *tool);

#endif /* COMMON_HELP_H */
