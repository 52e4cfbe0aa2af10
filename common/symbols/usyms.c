// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "symbols/mappings.h"
#include "symbols/perf_map.h"
#include "symbols/process_dir.h"
#include "symbols/usyms.h"

#define PERF_MAP_BYTES_MAX (64UL << 20)	/* limit for a perf-PID.map; the rest is not read */
#define PERF_MAPS_BYTES_MAX (256UL << 20)	/* of all maps */

/* A pause in which the mappings are not read again, because reading them did not help. */
struct pause {
	__u64 next_ns;
	__u64 ns;			/* doubled each time that reading did not help */
};

#define PAUSE_NS (50 * NS_PER_MS)	/* the first one */
#define CHANGED_PAUSE_NS (500 * NS_PER_MS)	/* Node.js changes its mappings all the time */

struct usyms_process {
	struct usyms_process *next;
	struct usyms *usyms;
	pid_t pid;
	__u64 start_boottime_ns;
	struct mappings mappings;
	int perf_map;			/* -1: none found */
	bool perf_map_indexed;
	struct symbols jit;
	struct pause unnamed;		/* for addresses without a name */
	struct pause unmapped;		/* for addresses that are not mapped */
	struct pause closed;		/* for addresses in files that are closed */
	struct pause changed;		/* for a new number of mappings */
	__u32 map_count;
};

struct usyms {
	struct elf_files files;
	struct usyms_process *processes;
	size_t perf_map_bytes;		/* read from perf maps */
	size_t limited;			/* number of perf maps not read whole because of a limit */
};

struct usyms *usyms_new(void)
{
	return xcalloc(1, sizeof(struct usyms));
}

/*
 * Open the perf map, in which a JIT lists its functions, if it is owned by the process's user
 * or root.
 */
static void open_perf_map(struct usyms_process *process, int dir)
{
	struct stat st, owner;
	char name[64];
	int fd;

	if (process->perf_map >= 0)
		return;
	snprintf(name, sizeof(name), "root/tmp/perf-%d.map", process_dir_own_pid(dir));
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && !fstat(dir, &owner) && S_ISREG(st.st_mode) &&
	    (st.st_uid == owner.st_uid || st.st_uid == 0))
		process->perf_map = fd;
	else
		close(fd);
}

int usyms_open(const struct usyms_process *process)
{
	return process_dir_open(process->pid, process->start_boottime_ns);
}

/* Return true if code in @mapping may be from a JIT; that of PHP and of .NET is in such files. */
static bool is_generated(const struct mapping *mapping)
{
	const char *path = mapping->file ? elf_file_path(mapping->file) : NULL;

	if (!path)		/* the vsyscall page is above all addresses of processes */
		return !mapping->unopened && mapping->start <= INT64_MAX;
	return strcmp(path, "/dev/zero") == 0 || strncmp(path, "/memfd:", 7) == 0;
}

static bool has_generated_code(const struct usyms_process *process)
{
	for (size_t i = 0; i < process->mappings.n; i++)
		if (is_generated(&process->mappings.at[i]))
			return true;
	return false;
}

/* Read the current mappings of @process.  To look for a perf map takes six more system calls. */
static void look(struct usyms_process *process)
{
	int dir = usyms_open(process);
	FILE *maps;

	if (dir < 0)
		return;
	maps = process_dir_text(dir, "maps");
	if (maps && mappings_read(&process->mappings, &process->usyms->files, dir, maps) &&
	    has_generated_code(process))
		open_perf_map(process, dir);
	if (maps)
		fclose(maps);
	close(dir);
}

struct usyms_process *usyms_process(struct usyms *usyms, pid_t pid, __u64 start_boottime_ns)
{
	struct usyms_process *process = xcalloc(1, sizeof(*process));

	process->usyms = usyms;
	process->pid = pid;
	process->start_boottime_ns = start_boottime_ns;
	process->perf_map = -1;
	process->next = usyms->processes;
	usyms->processes = process;
	look(process);
	return process;
}

static __u64 file_offset(const struct mapping *mapping, __u64 address)
{
	return address - mapping->start + mapping->offset;
}

/* Code without a file comes from a JIT.  Its perf map may name it later. */
static bool can_name(const struct usyms_process *process, __u64 address)
{
	const struct mapping *mapping = mappings_find(&process->mappings, address);

	if (mapping && mapping->file)
		return elf_file_see(&process->usyms->files, mapping->file,
				    file_offset(mapping, address));
	return mapping && process->perf_map >= 0;
}

/*
 * Read the mappings of @process unless it is in @pause; return true if they were read.  Starts a
 * pause of @first_ns, or of twice the last pause.
 */
static bool look_again(struct usyms_process *process, struct pause *pause, __u64 first_ns)
{
	__u64 now = clock_now_ns();

	if (now < pause->next_ns)
		return false;
	look(process);
	if (!pause->ns)
		pause->ns = first_ns;
	else if (pause->ns < 10 * NS_PER_S)
		pause->ns *= 2;
	pause->next_ns = now + pause->ns;
	return true;
}

void usyms_touch(struct usyms_process *process, __u64 address)
{
	if (!can_name(process, address) &&
	    look_again(process, &process->unnamed, PAUSE_NS) && can_name(process, address))
		process->unnamed.ns = 0;
}

void usyms_refresh(struct usyms_process *process, __u32 map_count)
{
	if (map_count == process->map_count)
		return;
	if (!process->map_count || look_again(process, &process->changed, CHANGED_PAUSE_NS)) {
		process->map_count = map_count;
		process->changed.ns = 0;
	}
}

bool usyms_is_java(const struct usyms_process *process)
{
	for (size_t i = 0; i < process->mappings.n; i++) {
		const struct elf_file *file = process->mappings.at[i].file;
		const char *slash = file ? strrchr(elf_file_path(file), '/') : NULL;

		if (slash && strcmp(slash, "/libjvm.so") == 0)
			return true;
	}
	return false;
}

static bool is_open(const struct mapping *mapping)
{
	return mapping && !(mapping->file && elf_file_is_closed(mapping->file));
}

/*
 * Return the mapping at @address.  It may be newer than the last look at the process, or its file
 * may have been closed since.
 */
static const struct mapping *find_mapping(struct usyms_process *process, __u64 address)
{
	const struct mapping *mapping = mappings_find(&process->mappings, address);
	struct pause *pause = mapping ? &process->closed : &process->unmapped;

	if (is_open(mapping) || !look_again(process, pause, PAUSE_NS))
		return mapping;
	mapping = mappings_find(&process->mappings, address);
	if (is_open(mapping))	/* a process that starts maps one library after another */
		*pause = (struct pause){};
	return mapping;
}

static struct unwind_code unwind_code(void *ctx, __u64 address)
{
	struct usyms_process *process = ctx;
	const struct mapping *mapping = find_mapping(process, address);
	bool gone = !process->mappings.n || (mapping && (mapping->unopened || !is_open(mapping)));
	struct unwind_code code = { .gone = gone, .mapped = mapping && !gone };

	if (mapping && mapping->file) {
		code.file = true;
		code.cfi = elf_file_cfi(&process->usyms->files, mapping->file);
	}
	if (code.cfi)
		code.address = cfi_address(code.cfi, file_offset(mapping, address));
	return code;
}

static bool unwind_follows_call(void *ctx, __u64 address)
{
	return usyms_follows_call(ctx, address);
}

static bool unwind_is_syscall(void *ctx, __u64 address)
{
	const struct usyms_process *process = ctx;
	const struct mapping *mapping = mappings_find(&process->mappings, address);

	return mapping && mapping->file &&
	       elf_file_is_syscall(mapping->file, file_offset(mapping, address));
}

static size_t unwind_read_code(void *ctx, __u64 address, __u8 *to, size_t bytes)
{
	const struct usyms_process *process = ctx;
	int dir, fd;
	ssize_t got;

	/* Trampolines come with a perf map.  Other JITs have many places that are not worth a look. */
	if (process->perf_map < 0)
		return 0;
	dir = usyms_open(process);
	fd = dir >= 0 ? openat(dir, "mem", O_RDONLY | O_CLOEXEC) : -1;
	got = fd >= 0 ? pread(fd, to, bytes, (off_t)address) : -1;
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	return got > 0 ? got : 0;
}

struct unwind_process usyms_unwind(struct usyms_process *process)
{
	return (struct unwind_process){
		.ctx = process, .code = unwind_code, .follows_call = unwind_follows_call,
		.is_syscall = unwind_is_syscall, .read_code = unwind_read_code,
	};
}

bool usyms_follows_call(struct usyms_process *process, __u64 address)
{
	const struct mapping *mapping = mappings_find(&process->mappings, address - 1);

	if (!mapping || !mapping->file)
		return true;
	return elf_file_follows_call(&process->usyms->files, mapping->file,
				     file_offset(mapping, address));
}

/* Open the perf map again if the process still lives: the JIT may have replaced the file. */
static void reopen_perf_map(struct usyms_process *process)
{
	int dir = usyms_open(process), old = process->perf_map;

	if (dir < 0)
		return;
	process->perf_map = -1;
	open_perf_map(process, dir);
	close(dir);
	if (process->perf_map < 0)
		process->perf_map = old;
	else if (old >= 0)
		close(old);
}

static void index_perf_map(struct usyms_process *process)
{
	struct usyms *usyms = process->usyms;
	size_t room = PERF_MAPS_BYTES_MAX - usyms->perf_map_bytes, left;
	FILE *f;

	if (process->perf_map_indexed)
		return;
	process->perf_map_indexed = true;
	reopen_perf_map(process);
	f = process->perf_map >= 0 ? fdopen(process->perf_map, "r") : NULL;
	process->perf_map = -1;
	if (!f)
		return;
	room = room < PERF_MAP_BYTES_MAX ? room : PERF_MAP_BYTES_MAX;
	left = room;
	if (!perf_map_read(f, &process->jit, &left))
		usyms->limited++;
	usyms->perf_map_bytes += room - left;
	fclose(f);
	symbols_sort(&process->jit);
}

struct symbol usyms_find(struct usyms_process *process, __u64 address)
{
	const struct mapping *mapping = mappings_find(&process->mappings, address);
	struct symbol symbol = {};

	if (mapping && mapping->file) {
		symbol.module = elf_file_path(mapping->file);
		symbol.offset = file_offset(mapping, address);
		if (elf_file_find(&process->usyms->files, mapping->file, symbol.offset, &symbol))
			return symbol;
	}
	index_perf_map(process);
	if (symbols_lookup(&process->jit, address, &symbol))
		symbol.module = USYMS_JIT;
	return symbol;
}

static void free_processes(struct usyms *usyms)
{
	struct usyms_process *process = usyms->processes, *next;

	for (; process; process = next) {
		next = process->next;
		if (process->perf_map >= 0)
			close(process->perf_map);
		free(process->mappings.at);
		symbols_free(&process->jit);
		free(process);
	}
}

size_t usyms_limited(const struct usyms *usyms)
{
	return usyms->limited + usyms->files.limited;
}

void usyms_free(struct usyms *usyms)
{
	free_processes(usyms);
	elf_files_free(&usyms->files);
	free(usyms);
}
