/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* -o and --list-columns, a part of common_argp. */
#ifndef COMMON_OUTPUT_ARGS_H
#define COMMON_OUTPUT_ARGS_H

#include "core/args.h"

extern const struct argp output_argp;

/* Check options that depend on other options.  args_parse() calls it after parsing. */
void output_args_check(const struct common_args *common);

#endif /* COMMON_OUTPUT_ARGS_H */
