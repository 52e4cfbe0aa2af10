/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The helper processes of the tool (common/core/keeper.h): its child and its grandchild. */
#ifndef BPF_HELPER_BPF_H
#define BPF_HELPER_BPF_H

#include <bpf/bpf_core_read.h>
#include "core.bpf.h"

/* Return true if @task (from any source) is a helper process of the tool. */
static __always_inline bool is_helper(struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);

	return BPF_CORE_READ(parent, tgid) == (int)config.filter.self ||
	       BPF_CORE_READ(parent, real_parent, tgid) == (int)config.filter.self;
}

#endif /* BPF_HELPER_BPF_H */
