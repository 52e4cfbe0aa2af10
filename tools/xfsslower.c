// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xfsslower - trace operations of xfs that take long.  See xfsslower(8). */
#define ONLY_FS "xfs"
#include "fsslower.c"	/* NOLINT(bugprone-suspicious-include) */
