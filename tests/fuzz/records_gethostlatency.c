// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of hosts, in the records of gethostlatency. */
#define main gethostlatency_main
#include "../../tools/gethostlatency/gethostlatency.c"
#undef main
#include "records.h"
