// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* ext4slower - trace operations of ext4 that take long.  See ext4slower(8). */
#define ONLY_FS "ext4"
#include "fsslower.c"	/* NOLINT(bugprone-suspicious-include) */
