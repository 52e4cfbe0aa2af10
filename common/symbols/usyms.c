// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "symbols/usyms.h"

#define PERF_MAP_MOST (256L << 20)	/* bytes that are read of a perf-PID.map */

/* A part of an ELF file that is mapped to be run. */
struct segment {
	__u64 offset, bytes, address;	/* in the file; in the addresses of its symbols */
};

/* A file that some process has mapped. */
struct file {
	struct file *next;
	dev_t dev;
	ino_t ino;
	char *path;			/* as that process sees it */
	int fd;				/* open until it is indexed, then -1 */
	bool indexed;
	struct segment *segments;
	size_t n_segments;
	struct symbols symbols;
};

struct mapping {
	__u64 start, end, offset;
	struct file *file;		/* NULL: none */
};

struct usyms_process {
	struct usyms_process *next;
	struct usyms *usyms;
	pid_t pid;
	__u64 start_boottime_ns;
	struct mapping *mappings;	/* by address */
	size_t n;
	int perf_map;			/* -1: none seen */
	bool perf_map_indexed;
	struct symbols jit;
	__u64 next_look_ns;		/* usyms_touch() reads nothing before that time */
	__u64 pause_ns;			/* and then waits so long, if it did not help */
};

struct usyms {
	struct file *files;
	struct file *vdso;
	struct usyms_process *processes;
};

static void *allocate(size_t n, size_t bytes)
{
	void *at = calloc(n ? n : 1, bytes);

	if (!at)
		abort();
	return at;
}

struct usyms *usyms_new(void)
{
	struct rlimit limit;

	unsetenv("DEBUGINFOD_URLS");	/* elfutils would ask the network for symbols */
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	return allocate(1, sizeof(struct usyms));
}

/*
 * The symbols of one file.
 */

static void add_segments(struct file *file, Elf *elf)
{
	size_t n = 0;
	GElf_Phdr phdr;

	if (!elf || elf_getphdrnum(elf, &n))
		return;
	file->segments = allocate(n, sizeof(file->segments[0]));
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, i, &phdr) || phdr.p_type != PT_LOAD)
			continue;
		file->segments[file->n_segments++] = (struct segment){
			phdr.p_offset, phdr.p_filesz, phdr.p_vaddr,
		};
	}
}

/* Symbol @i of @module, whose addresses elfutils has moved by @bias. */
static void add_symbol(struct file *file, Dwfl_Module *module, int i, GElf_Addr bias)
{
	struct symbol_entry entry = {};
	GElf_Addr address;
	GElf_Word section;
	const char *name;
	GElf_Sym sym;
	int type;

	name = dwfl_module_getsym_info(module, i, &sym, &address, &section, NULL, NULL);
	if (!name || !name[0] || name[0] == '$' || sym.st_shndx == SHN_UNDEF ||
	    sym.st_shndx == SHN_ABS || !sym.st_value)
		return;			/* '$': marks on ARM between code and data */
	type = GELF_ST_TYPE(sym.st_info);
	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return;
	entry.address = address - bias;
	entry.bytes = sym.st_size < UINT_MAX ? sym.st_size : 0;
	entry.rank = (type != STT_NOTYPE) * 4 + (GELF_ST_BIND(sym.st_info) == STB_GLOBAL) * 2 +
		     (name[0] != '_');
	symbols_add(&file->symbols, &entry, name, strcspn(name, "@"));	/* "name@@VERSION" */
}

/* Read the file through its descriptor, which elfutils closes. */
static void index_elf(struct file *file)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *module;
	GElf_Addr bias = 0;

	if (!dwfl)
		return;
	module = dwfl_report_offline(dwfl, file->path, file->path, file->fd);
	if (module) {
		file->fd = -1;
		dwfl_report_end(dwfl, NULL, NULL);
		add_segments(file, dwfl_module_getelf(module, &bias));
		for (int i = 1, n = dwfl_module_getsymtab(module); i < n; i++)
			add_symbol(file, module, i, bias);
	}
	dwfl_end(dwfl);
}

static void index_file(struct file *file)
{
	if (file->indexed)
		return;
	file->indexed = true;
	if (file->fd >= 0)
		index_elf(file);
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	symbols_sort(&file->symbols);
}

/* Too many files are open: read those now that were to be read at the end. */
static void close_files(struct usyms *usyms)
{
	for (struct file *file = usyms->files; file; file = file->next)
		index_file(file);
}

/*
 * The files that a process has mapped.
 */

static struct file *add_file(struct usyms *usyms, int fd, const struct stat *st, const char *path)
{
	struct file *file = allocate(1, sizeof(*file));

	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file->path = strdup(path);
	if (!file->path)
		abort();
	file->fd = fd;
	file->next = usyms->files;
	usyms->files = file;
	return file;
}

static int open_regular(struct usyms *usyms, int dir, const char *name, struct stat *st)
{
	int fd;

	/* Looking first: to open a device can do something. */
	if (fstatat(dir, name, st, 0) || !S_ISREG(st->st_mode))
		return -1;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == EMFILE) {
		close_files(usyms);
		fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	}
	if (fd >= 0 && fstat(fd, st)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/*
 * The file behind mapping @name ("start-end") of the process in @dir: by
 * map_files, which also leads to deleted files but may not be permitted, or by
 * its @path in the process's own root.
 */
static struct file *mapped_file(struct usyms *usyms, int dir, const char *name, const char *path,
				ino_t ino)
{
	char at[PATH_MAX + 16];
	struct file *file;
	struct stat st;
	int fd;

	snprintf(at, sizeof(at), "map_files/%s", name);
	fd = open_regular(usyms, dir, at, &st);
	if (fd < 0) {
		snprintf(at, sizeof(at), "root/%s", path);
		fd = open_regular(usyms, dir, at, &st);
		if (fd >= 0 && st.st_ino != ino) {
			close(fd);
			fd = -1;
		}
	}
	if (fd < 0)
		return NULL;
	for (file = usyms->files; file; file = file->next)
		if (file->dev == st.st_dev && file->ino == st.st_ino) {
			close(fd);
			return file;
		}
	return add_file(usyms, fd, &st, path);
}

/* The code that the kernel maps into every process: ours is the same. */
static struct file *vdso_file(struct usyms *usyms)
{
	const char *image = (const char *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)image;
	struct stat st = {};
	size_t bytes;
	int fd;

	if (usyms->vdso || !image)
		return usyms->vdso;
	bytes = head->e_shoff + (size_t)head->e_shnum * head->e_shentsize;
	fd = memfd_create("vdso", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, image, bytes) == (ssize_t)bytes)
		usyms->vdso = add_file(usyms, fd, &st, "[vdso]");
	else if (fd >= 0)
		close(fd);
	return usyms->vdso;
}

/* One line of /proc/PID/maps; false if it maps nothing that is run. */
static bool parse_mapping(struct usyms *usyms, int dir, char *line, struct mapping *mapping)
{
	static const char deleted[] = " (deleted)";
	char perms[5], name[64], *path;
	size_t len;
	__u64 ino;
	int at = 0;

	if (sscanf(line, "%llx-%llx %4s %llx %*x:%*x %llu %n", &mapping->start, &mapping->end,
		   perms, &mapping->offset, &ino, &at) < 5 || perms[2] != 'x')
		return false;
	path = line + at;
	len = strcspn(path, "\n");
	path[len] = '\0';
	mapping->file = NULL;
	if (strcmp(path, "[vdso]") == 0 && mapping->start >> 32)
		mapping->file = vdso_file(usyms);
	if (path[0] != '/')
		return true;
	if (len > strlen(deleted) && strcmp(path + len - strlen(deleted), deleted) == 0)
		path[len - strlen(deleted)] = '\0';
	snprintf(name, sizeof(name), "%llx-%llx", mapping->start, mapping->end);
	mapping->file = mapped_file(usyms, dir, name, path, ino);
	return true;
}

static const struct mapping *find_mapping(const struct usyms_process *process, __u64 address)
{
	size_t low = 0, high = process->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (process->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < process->n && process->mappings[low].start <= address)
		return &process->mappings[low];
	return NULL;
}

static int by_address(const void *va, const void *vb)
{
	const struct mapping *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void append(struct mapping **mappings, size_t *n, const struct mapping *mapping)
{
	*mappings = reallocarray(*mappings, *n + 1, sizeof(**mappings));
	if (!*mappings)
		abort();
	(*mappings)[(*n)++] = *mapping;
}

/* Replace the mappings of @process; what is not mapped any more stays known. */
static void replace_mappings(struct usyms_process *process, struct mapping *mappings, size_t n)
{
	const struct usyms_process now = { .mappings = mappings, .n = n };
	struct mapping *gone = NULL;
	size_t n_gone = 0;

	for (size_t i = 0; i < process->n; i++) {
		const struct mapping *old = &process->mappings[i];

		if (!find_mapping(&now, old->start) && !find_mapping(&now, old->end - 1))
			append(&gone, &n_gone, old);
	}
	for (size_t i = 0; i < n_gone; i++)
		append(&mappings, &n, &gone[i]);
	free(gone);
	free(process->mappings);
	qsort(mappings, n, sizeof(mappings[0]), by_address);
	process->mappings = mappings;
	process->n = n;
}

static int open_in(int dir, const char *name, int flags)
{
	return openat(dir, name, O_RDONLY | O_CLOEXEC | flags);
}

static FILE *open_text(int dir, const char *name)
{
	int fd = open_in(dir, name, 0);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (!f && fd >= 0)
		close(fd);
	return f;
}

/* The process in @dir began in the tick of the clock that @process did. */
static bool is_same(const struct usyms_process *process, int dir)
{
	unsigned long long ticks = 0;
	char line[1024], *fields;
	FILE *f;
	size_t n;

	if (!process->start_boottime_ns)
		return true;
	f = open_text(dir, "stat");
	if (!f)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	fields = strrchr(line, ')');	/* the name before it may hold anything */
	if (!fields || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
			      "%*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return false;
	return ticks == process->start_boottime_ns / (NS_PER_S / sysconf(_SC_CLK_TCK));
}

/* The pid of the process in @dir in its own PID namespace, which JITs write. */
static pid_t own_pid(int dir)
{
	FILE *f = open_text(dir, "status");
	char line[256];
	pid_t pid = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "NSpid:", 6) == 0)
			pid = atoi(strrchr(line, '\t') + 1);
	if (f)
		fclose(f);
	return pid;
}

/* The list of functions that a JIT compiler keeps: only of the process's own user or root. */
static void open_perf_map(struct usyms_process *process, int dir)
{
	struct stat st, owner;
	char name[64];
	int fd;

	if (process->perf_map >= 0)
		return;
	snprintf(name, sizeof(name), "root/tmp/perf-%d.map", own_pid(dir));
	fd = open_in(dir, name, O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && !fstat(dir, &owner) && S_ISREG(st.st_mode) &&
	    (st.st_uid == owner.st_uid || st.st_uid == 0))
		process->perf_map = fd;
	else
		close(fd);
}

/* The directory of @process in /proc, -1 if it is gone. */
static int open_process(const struct usyms_process *process)
{
	char name[32];
	int dir;

	snprintf(name, sizeof(name), "/proc/%d", process->pid);
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && !is_same(process, dir)) {
		close(dir);
		dir = -1;
	}
	return dir;
}

static void look(struct usyms_process *process)
{
	struct mapping mapping, *mappings = NULL;
	int dir = open_process(process);
	size_t size = 0, n = 0;
	char *line = NULL;
	FILE *f;

	if (dir < 0)
		return;
	f = open_text(dir, "maps");
	while (f && getline(&line, &size, f) > 0)
		if (parse_mapping(process->usyms, dir, line, &mapping))
			append(&mappings, &n, &mapping);
	free(line);
	if (n) {
		replace_mappings(process, mappings, n);
		open_perf_map(process, dir);
	}
	if (f)
		fclose(f);
	close(dir);
}

struct usyms_process *usyms_process(struct usyms *usyms, pid_t pid, __u64 start_boottime_ns)
{
	struct usyms_process *process = allocate(1, sizeof(*process));

	process->usyms = usyms;
	process->pid = pid;
	process->start_boottime_ns = start_boottime_ns;
	process->perf_map = -1;
	process->pause_ns = 50 * NS_PER_MS;
	process->next = usyms->processes;
	usyms->processes = process;
	look(process);
	return process;
}

/* Code that no file is behind is a JIT's, and may be named when it has run for a while. */
static bool can_name(const struct usyms_process *process, __u64 address)
{
	const struct mapping *mapping = find_mapping(process, address);

	return mapping && (mapping->file || process->perf_map >= 0);
}

void usyms_touch(struct usyms_process *process, __u64 address)
{
	__u64 now;

	if (can_name(process, address))
		return;
	now = clock_now_ns();
	if (now < process->next_look_ns)
		return;
	look(process);
	if (can_name(process, address))
		process->pause_ns = 50 * NS_PER_MS;
	else if (process->pause_ns < 10 * NS_PER_S)
		process->pause_ns *= 2;
	process->next_look_ns = now + process->pause_ns;
}

/*
 * Names.
 */

/* If the process still lives, its perf map as it is now: it may be another file. */
static void reopen_perf_map(struct usyms_process *process)
{
	int dir = open_process(process), old = process->perf_map;

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

/* Lines of "start size name", numbers in hex; a later one replaces an earlier. */
static void index_perf_map(struct usyms_process *process)
{
	struct symbol_entry entry = {};
	char *line = NULL, *rest;
	size_t size = 0;
	FILE *f;

	if (process->perf_map_indexed)
		return;
	process->perf_map_indexed = true;
	reopen_perf_map(process);
	if (process->perf_map < 0)
		return;
	f = fdopen(process->perf_map, "r");
	while (f && ftell(f) < PERF_MAP_MOST && getline(&line, &size, f) > 0) {
		entry.address = strtoull(line, &rest, 16);
		entry.bytes = strtoul(rest, &rest, 16);
		entry.rank++;
		if (rest[0] == ' ' && entry.bytes)
			symbols_add(&process->jit, &entry, rest + 1, strcspn(rest + 1, "\n"));
	}
	free(line);
	if (f)
		fclose(f);
	process->perf_map = -1;
	symbols_sort(&process->jit);
}

/* The address of the symbols of @file for the byte at @offset in it. */
static __u64 file_address(const struct file *file, __u64 offset)
{
	for (size_t i = 0; i < file->n_segments; i++) {
		const struct segment *segment = &file->segments[i];

		if (offset - segment->offset < segment->bytes)
			return offset - segment->offset + segment->address;
	}
	return offset;
}

static bool find_in(const struct symbols *symbols, __u64 address, struct symbol *symbol)
{
	const struct symbol_entry *entry = symbols_find(symbols, address);

	if (!entry)
		return false;
	symbol->name = symbols_name(symbols, entry);
	symbol->offset = address - entry->address;
	return true;
}

struct symbol usyms_find(struct usyms_process *process, __u64 address)
{
	const struct mapping *mapping = find_mapping(process, address);
	struct symbol symbol = {};

	if (mapping && mapping->file) {
		struct file *file = mapping->file;

		index_file(file);
		symbol.module = file->path;
		symbol.offset = address - mapping->start + mapping->offset;
		if (find_in(&file->symbols, file_address(file, symbol.offset), &symbol))
			return symbol;
	}
	index_perf_map(process);
	if (find_in(&process->jit, address, &symbol))
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
		free(process->mappings);
		symbols_free(&process->jit);
		free(process);
	}
}

void usyms_free(struct usyms *usyms)
{
	struct file *file = usyms->files, *next;

	free_processes(usyms);
	for (; file; file = next) {
		next = file->next;
		if (file->fd >= 0)
			close(file->fd);
		symbols_free(&file->symbols);
		free(file->segments);
		free(file->path);
		free(file);
	}
	free(usyms);
}
