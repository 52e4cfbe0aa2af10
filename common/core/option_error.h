/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why a word of the command line is no valid option, for people. */
#ifndef COMMON_OPTION_ERROR_H
#define COMMON_OPTION_ERROR_H

#include <argp.h>
#include <stddef.h>
#include "core/text.h"

/*
 * Append to @why what is wrong with @word, which begins with "-", given the
 * options of @argp and its children: an unknown or ambiguous option, a missing
 * value, or a value where none is taken.  Appends nothing if the word is valid.
 */
void option_error(struct text *why, const struct argp *argp, const char *word);

#define OPTION_NAME_MAX 31

/*
 * The number of letters to insert, delete, replace or swap with their neighbour
 * to turn @a into @b.  A name longer than OPTION_NAME_MAX is unlike any other:
 * SIZE_MAX.
 */
size_t option_distance(const char *a, const char *b);

#endif /* COMMON_OPTION_ERROR_H */
