/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --help. */
#ifndef COMMON_HELP_H
#define COMMON_HELP_H

#include <argp.h>

/*
 * Print the help of @argp.  In its examples, which call the program @tool, the
 * program has the name that it was started by: a package may have chosen another one.
 */
void help_print(const struct argp *argp, const char *tool);

#endif /* COMMON_HELP_H */
