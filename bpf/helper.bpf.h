/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The processes that help the tool (common/core/keeper.h): its child, and the child of that. */
#ifndef BPF_HELPER_BPF_H
#define BPF_HELPER_BPF_H

#include <bpf/bpf_core_read.h>
#include "core.bpf.h"

/* Return true if @task (from any source) helps the tool. */
static __always_inline bool is_helper(struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);

	return BPF_CORE_READ(parent, tgid) == (int)config.filter.self ||
	       BPF_CORE_READ(parent, real_parent, tgid) == (int)config.filter.self;
}

#endif /* BPF_HELPER_BPF_H */
