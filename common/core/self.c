// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "core/self.h"
#include "core/types_file.h"
#include "self.skel.h"

/* Inode numbers of the initial namespaces: include/uapi/linux/nsfs.h. */
#define INITIAL_CGROUP_NAMESPACE 0xeffffffb
#define INITIAL_PID_NAMESPACE 0xeffffffc

static struct self self;

/* The PID namespace that /proc shows. */
static enum { PROC_UNKNOWN, PROC_OURS, PROC_INITIAL, PROC_OTHER } proc;

static bool is_namespace(const char *path, ino_t inode)
{
	struct stat st;

	return !stat(path, &st) && st.st_ino == inode;
}

static int run_look(const struct self_bpf *skel)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.look), &run))
		return -errno;
	self = skel->bss->self;
	return 0;
}

static int load(struct self_bpf *skel, const struct types_file *types)
{
	int err = types_file_fill(types, skel->skeleton->data, skel->skeleton->data_sz);

	return err ? err : self_bpf__load(skel);
}

static int ask_kernel(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct types_file types;
	struct self_bpf *skel;
	int err;

	opts.btf_custom_path = types_file_open(&types);
	skel = self_bpf__open_opts(&opts);
	err = skel ? load(skel, &types) : -errno;
	if (!err)
		err = run_look(skel);
	self_bpf__destroy(skel);
	types_file_close(&types);
	return err;
}

int self_look(void)
{
	int err = 0;

	self.pid = getpid();
	if (!is_namespace("/proc/self/ns/pid", INITIAL_PID_NAMESPACE) ||
	    !is_namespace("/proc/self/ns/cgroup", INITIAL_CGROUP_NAMESPACE))
		err = ask_kernel();
	if (self.pidns_inum == INITIAL_PID_NAMESPACE)
		self.pidns_inum = 0;
	if (self.cgroup_inum == INITIAL_CGROUP_NAMESPACE)
		self.cgroup_inum = 0;
	return err;
}

const struct self *self_get(void)
{
	return &self;
}

bool self_in_pidns(void)
{
	return self.pidns_inum;
}

__u32 self_user_id(__u32 id, __u32 ns_id)
{
	return self_in_pidns() ? ns_id : id;
}

/*
 * "NSpid:" lists the IDs of a process from the namespace of the mounted /proc down to its own:
 * one ID if the two are the same, one per level if /proc belongs to the initial namespace.
 */
static void look_at_proc(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[1024], *rest = line;
	__u32 numbers = 0;

	proc = PROC_OTHER;
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "NSpid:", 6) == 0)
			for (strsep(&rest, "\t"); strsep(&rest, "\t");)
				numbers++;
	if (f)
		fclose(f);
	if (numbers == 1)
		proc = PROC_OURS;
	else if (numbers == self.pidns_level + 1)
		proc = PROC_INITIAL;
}

__u32 self_proc_id(__u32 id, __u32 ns_id)
{
	if (!self_in_pidns())
		return id;
	if (proc == PROC_UNKNOWN)
		look_at_proc();
	return proc == PROC_OURS ? ns_id : proc == PROC_INITIAL ? id : 0;
}

bool self_proc_is_ours(void)
{
	return self_proc_id(1, 2) == (self_in_pidns() ? 2 : 1);
}
