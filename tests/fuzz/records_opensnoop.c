// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths and names, in the records of opensnoop. */
#define main opensnoop_main
#include "../../tools/opensnoop/opensnoop.c"
#undef main
#include "records.h"
