// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/log.h"
#include "uprobe.h"
#include "uretprobe.h"

/* From include/uapi/linux/bpf.h of Linux 6.6: older headers lack it. */
#define ATTACH_UPROBE_MULTI 48		/* BPF_TRACE_UPROBE_MULTI */
#define UPROBE_MULTI_RETURN 1		/* BPF_F_UPROBE_MULTI_RETURN */

struct link_create_uprobe_multi {	/* union bpf_attr.link_create */
	__u32 prog_fd;
	__u32 target_fd;
	__u32 attach_type;
	__u32 link_flags;
	__u64 path;
	__u64 offsets;
	__u64 ref_ctr_offsets;
	__u64 cookies;
	__u32 cnt;
	__u32 flags;
	__u32 pid;
	__u32 padding;
};

/* Only x86-64 has the system call uretprobe. */
#if defined(__x86_64__)
#define HAS_URETPROBE true
#else
#define HAS_URETPROBE false
#endif

/* Set @path to a name of the file that is open as @fd, even if the file was renamed or deleted. */
static void fd_path(char path[32], int fd)
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

/* @pid: only this process; 0: all processes. */
static int link_multi(int prog_fd, const char *path, const struct uprobe_places *places,
		      bool at_return, pid_t pid)
{
	struct link_create_uprobe_multi link = {
		.prog_fd = prog_fd,
		.attach_type = ATTACH_UPROBE_MULTI,
		.path = (unsigned long)path,
		.offsets = (unsigned long)places->offsets,
		.cookies = (unsigned long)places->which,
		.cnt = places->n,
		.flags = at_return ? UPROBE_MULTI_RETURN : 0,
		.pid = pid,
	};
	long fd = syscall(__NR_bpf, BPF_LINK_CREATE, &link, sizeof(link));

	return fd < 0 ? -errno : (int)fd;	/* BPF descriptors close on exec by themselves */
}

/* Load a program for uprobe.multi that does nothing. Returns its descriptor or a negative errno. */
static int load_empty(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = ATTACH_UPROBE_MULTI);
	struct bpf_insn insns[] = {		/* return 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_KPROBE, "probe", "GPL", insns, 2, &opts);
}

/* A kernel with uprobe.multi reports that a directory cannot be probed. */
bool uprobe_has_multi(void)
{
	struct uprobe_places nowhere = { .n = 1 };
	int prog = load_empty(), err;

	if (prog < 0)
		return false;
	err = link_multi(prog, "/", &nowhere, false, 0);
	close(prog);
	return err == -EBADF;
}

static int attach_own_return(pid_t pid, __u64 offset)
{
	struct uprobe_places place = { .n = 1, .offsets = { offset } };
	int prog = load_empty(), link;

	if (prog < 0)
		return prog;
	link = link_multi(prog, "/proc/self/exe", &place, true, pid);
	close(prog);
	return link;
}

/* For tests: SIXTY_HOOKS=harmful behaves as on a kernel that has the fault. */
int uprobe_check_return(void)
{
	const char *hooks = secure_getenv("SIXTY_HOOKS");
	bool harmful = hooks && strcmp(hooks, "harmful") == 0;
	int err = HAS_URETPROBE || harmful ? uretprobe_try(attach_own_return, harmful) : 0;

	if (err == -EOPNOTSUPP)
		log_warn("this kernel kills processes under a seccomp filter where a probed function "
			 "returns (CVE-2025-21834): update it to 6.12.14, 6.13.3 or later");
	else if (err)
		log_err(err, "cannot test whether probes at returns harm processes");
	return err;
}

void uprobe_use_multi(struct bpf_program *prog)
{
	bpf_program__set_expected_attach_type(prog, ATTACH_UPROBE_MULTI);
}

int uprobe_attach_multi(struct bpf_program *prog, int fd, const struct uprobe_places *places,
			bool at_return)
{
	char path[32];

	fd_path(path, fd);
	return link_multi(bpf_program__fd(prog), path, places, at_return, 0);
}

/*
 * Read a number from a file of the kernel's uprobe PMU. Returns a negative errno if there is
 * no such PMU.
 */
static int pmu_number(const char *file, const char *format)
{
	char path[128];
	int number, n;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/uprobe/%s", file);
	f = fopen(path, "re");
	if (!f)
		return -EOPNOTSUPP;
	n = fscanf(f, format, &number);
	fclose(f);
	return n == 1 ? number : -EOPNOTSUPP;
}

/* The kernel's uprobe PMU: read before the tool may open no more files. */
static int type = -EOPNOTSUPP, bit = -EOPNOTSUPP;

void uprobe_use_events(void)
{
	type = pmu_number("type", "%d");
	bit = pmu_number("format/retprobe", "config:%d");
}

int uprobe_attach(struct bpf_program *prog, int fd, __u64 offset, bool at_return)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	int event, err;
	char path[32];

	if (type < 0 || bit < 0)
		return -EOPNOTSUPP;
	fd_path(path, fd);
	attr.type = type;
	attr.config = at_return ? 1ULL << bit : 0;
	attr.config1 = (unsigned long)path;
	attr.config2 = offset;
	event = syscall(__NR_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return -errno;
	if (!ioctl(event, PERF_EVENT_IOC_SET_BPF, bpf_program__fd(prog)) &&
	    !ioctl(event, PERF_EVENT_IOC_ENABLE, 0))
		return event;
	err = -errno;
	close(event);
	return err;
}
