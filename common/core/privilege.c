// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "core/cgroup.h"
#include "core/container.h"
#include "core/log.h"
#include "core/permission.h"
#include "core/privilege.h"
#include "core/sandbox.h"
#include "core/skel.h"

/* Two 32-bit words for each set: _LINUX_CAPABILITY_VERSION_3. */
struct capabilities {
	struct __user_cap_data_struct word[_LINUX_CAPABILITY_U32S_3];
};

static __u64 kept;		/* bit N: capability N */

/* --bpf-stats */
static const struct sandbox_call measure_calls[] = { { "setitimer" }, {} };

void privilege_keep(int capability)
{
	kept |= 1ULL << capability;
}

static int get(struct capabilities *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &header, caps->word) ? -errno : 0;
}

static int set(const struct capabilities *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capset, &header, caps->word) ? -errno : 0;
}

void privilege_keep_cgroup_paths(void)
{
	privilege_keep(CAP_DAC_READ_SEARCH);
	sandbox_allow(sandbox_handles);
	cgroup_prepare();
	if (permission_has(CAP_DAC_READ_SEARCH))
		return;
	sandbox_allow(sandbox_read_files);
	sandbox_allow(sandbox_walk);
}

static void keep_for_options(const struct common_args *args)
{
	if (args->json || args->print_container || args->columns || args->count.by) {
		privilege_keep_cgroup_paths();
		sandbox_allow(sandbox_read_files);	/* names of containers */
		container_allow_calls();
	}
	if (args->metrics) {
		privilege_keep(CAP_DAC_OVERRIDE);
		privilege_keep(CAP_FOWNER);
		sandbox_allow(sandbox_new_file);
	}
	if (args->cgroup)
		sandbox_allow(sandbox_find_cgroup);
	if (args->bpf_stats)
		sandbox_allow(measure_calls);
}

/* Keep CAP_BPF if the kernel refuses access to maps without effective capabilities. */
static int keep_for_maps(void)
{
	struct capabilities caps, none;
	int err = get(&caps);

	if (err)
		return err;
	none = caps;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		none.word[i].effective = 0;
	err = set(&none);
	if (err)
		return err;
	if (skel_object() && permission_denies_maps())
		privilege_keep(CAP_BPF);
	return set(&caps);
}

/* Needs CAP_SETPCAP.  Without it no_new_privs alone prevents new capabilities. */
static void drop_bounding_set(__u64 keep)
{
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
		if (!(keep >> capability & 1))
			prctl(PR_CAPBSET_DROP, capability);
}

static int drop_capabilities(__u64 keep)
{
	struct capabilities caps;
	int err = get(&caps);

	if (err)
		return err;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		caps.word[i].permitted &= keep >> (32 * i);
		caps.word[i].effective = caps.word[i].permitted;
		caps.word[i].inheritable = 0;
	}
	return set(&caps);
}

/* Let the libraries read now the files that they would otherwise open later in the sandbox. */
static void read_now(void)
{
	libbpf_num_possible_cpus();
}

int privilege_reduce(__u64 keep)
{
	int err;

	drop_bounding_set(keep);
	err = drop_capabilities(keep);
	if (!err && (prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		err = -errno;
	return err;
}

void privilege_drop(const struct common_args *args)
{
	int err;

	if (args->no_sandbox)
		return;
	keep_for_options(args);
	read_now();
	err = keep_for_maps();
	if (!err)
		err = privilege_reduce(kept);
	if (err) {
		log_err(err, "cannot drop privileges; the run goes on with all of them");
		return;
	}
	err = sandbox_install();
	if (err)
		log_err(err, "cannot restrict system calls; the run goes on without that");
}
