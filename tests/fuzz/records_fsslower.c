// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths, in the records of fsslower. */
#define main fsslower_main
#include "../../tools/fsslower/fsslower.c"
#undef main
#include "records.h"
