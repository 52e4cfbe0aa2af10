/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Explains to users why a word of the command line is not a valid option. */
#ifndef COMMON_OPTION_ERROR_H
#define COMMON_OPTION_ERROR_H

#include <argp.h>
#include <stddef.h>
#include "core/text.h"

/*
 * Append to @why what is wrong with @word, which starts with "-", for the options of @argp and
 * its children: an unknown or ambiguous option, a missing value, or an unexpected value.
 * Appends nothing if the word is valid.
 */
void option_error(struct text *why, const struct argp *argp, const char *word);

#define OPTION_NAME_MAX 31

/*
 * Return the number of letters to insert, delete, replace or swap with their neighbour to turn
 * @a into @b, or SIZE_MAX if a name is longer than OPTION_NAME_MAX.
 */
size_t option_distance(const char *a, const char *b);

#endif /* COMMON_OPTION_ERROR_H */
