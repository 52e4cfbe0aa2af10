// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
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
#define ELF_OURS EM_X86_64
#elif defined(__aarch64__)
#define HAS_URETPROBE false
#define ELF_OURS EM_AARCH64
#else
#define HAS_URETPROBE false
#define ELF_OURS EM_NONE
#endif

/* Set @path to a name of the file that is open as @fd, even if the file was renamed or deleted. */
static void fd_path(char path[32], int fd)
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

/*
 * Limits for a file that a process maps as its libc, because sparse tables can claim any size.
 * glibc 2.36 has 2 MB, 60 sections, 14 program headers and 3,100 symbols.
 */
#define FILE_BYTES_MAX (64L << 20)
#define HEADERS_MAX 256
#define SYMBOLS_MAX 65536

/* Return the file offset of the code mapped at @address, or 0. */
static __u64 file_offset(Elf *elf, __u64 address)
{
	size_t n = 0;
	GElf_Phdr segment;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n && i < HEADERS_MAX; i++)
		if (gelf_getphdr(elf, i, &segment) && segment.p_type == PT_LOAD &&
		    segment.p_flags & PF_X && address - segment.p_vaddr < segment.p_filesz)
			return address - segment.p_vaddr + segment.p_offset;
	return 0;
}

static void add_place(struct uprobe_places *places, __u64 offset, __u64 which)
{
	for (size_t i = 0; i < places->n; i++)
		if (places->offsets[i] == offset)
			return;		/* the same code, with another version of the name */
	if (!offset || places->n == UPROBE_PLACES_MAX)
		return;
	places->offsets[places->n] = offset;
	places->which[places->n++] = which;
}

/* Return the index of @name in @names, or @n. */
static size_t find_name(const char *const *names, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && !(names[i] && name && strcmp(names[i], name) == 0))
		i++;
	return i;
}

static void find_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			 const char *const *names, size_t n, struct uprobe_places *places)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && i < SYMBOLS_MAX && gelf_getsym(data, i, &symbol); i++) {
		size_t which;

		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF)
			continue;
		which = find_name(names, n, elf_strptr(elf, header->sh_link, symbol.st_name));
		if (which < n)
			add_place(places, file_offset(elf, symbol.st_value), which);
	}
}

static int find_in(Elf *elf, const char *const *names, size_t n, struct uprobe_places *places)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	GElf_Ehdr file;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &file))
		return -ENOEXEC;
	if (file.e_machine != ELF_OURS || gelf_getclass(elf) != ELFCLASS64)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < HEADERS_MAX && (section = elf_nextscn(elf, section)); i++)
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM) {
			find_symbols(elf, section, &header, names, n, places);
			break;
		}
	return 0;
}

int uprobe_find(int fd, const char *const *names, size_t n, struct uprobe_places *places)
{
	struct stat st;
	Elf *elf;
	int err;

	places->n = 0;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > FILE_BYTES_MAX)
		return -EFBIG;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return -ENOEXEC;
	err = find_in(elf, names, n, places);
	elf_end(elf);
	return err;
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

int uprobe_attach(struct bpf_program *prog, int fd, __u64 offset, bool at_return)
{
	int type = pmu_number("type", "%d"), bit = pmu_number("format/retprobe", "config:%d");
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
