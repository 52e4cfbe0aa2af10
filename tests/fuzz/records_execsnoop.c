// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs and their arguments, in the records of execsnoop. */
#define main execsnoop_main
#include "../../tools/execsnoop/execsnoop.c"
#undef main
#include "records.h"
