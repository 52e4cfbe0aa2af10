// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Runs once in the tool's own process, through BPF_PROG_TEST_RUN (see self.c). */
#include "vmlinux.h"
#include "core.bpf.h"
#include "own_task.h"

struct self self;

SEC("raw_tp")
int look(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid *upid;

	self.pid = bpf_get_current_pid_tgid() >> 32;
	self.pidns_level = BPF_CORE_READ(pid, level);
	upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       self.pidns_level * bpf_core_type_size(struct upid);
	self.pidns_inum = BPF_CORE_READ(upid, ns, ns.inum);
	self.cgroup_inum = BPF_CORE_READ(task, nsproxy, cgroup_ns, ns.inum);
	self.cgroup_level = BPF_CORE_READ(core_task_cgroup(task), level);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
