// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* btrfsslower - trace operations of btrfs that take long.  See btrfsslower(8). */
#define ONLY_FS "btrfs"
#include "fsslower.c"	/* NOLINT(bugprone-suspicious-include) */
