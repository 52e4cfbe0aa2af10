/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_LOSS_BPF_H
#define BPF_LOSS_BPF_H

#include "loss.h"

/* User space reads it through skel->bss.  Losses are rare, so the contention costs nothing. */
struct loss loss;

static __always_inline void loss_add(__u64 *cause)
{
	__sync_fetch_and_add(cause, 1);
}

#endif /* BPF_LOSS_BPF_H */
