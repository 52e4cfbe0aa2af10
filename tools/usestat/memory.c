// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory and swap: /proc/meminfo, /proc/vmstat, PSI, EDAC; and block I/O of the machine. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "usestat.h"

#define KIB 1024

enum {
	MEM_TOTAL, MEM_AVAILABLE, MEM_FREE, MEM_BUFFERS, MEM_CACHED, MEM_ANON, MEM_SHARED,
	MEM_DIRTY, MEM_WRITEBACK, MEM_SLAB, MEM_SLAB_UNRECLAIMABLE, MEM_PAGE_TABLES, MEM_STACKS,
	MEM_COMMITTED, MEM_COMMIT_LIMIT, MEM_SWAP_TOTAL, MEM_SWAP_FREE, MEM_CORRUPTED,
	MEM_HUGE_TOTAL, MEM_HUGE_FREE, MEM_SWAP_IN, MEM_SWAP_OUT, MEM_SCAN_DIRECT, MEM_SCAN_KSWAPD,
	MEM_STEAL_DIRECT, MEM_STEAL_KSWAPD, MEM_STALLS, MEM_FAULTS, MEM_COMPACT_STALLS,
	MEM_COMPACT_FAILS, MEM_OOM_KILLS, MEM_REFAULT_ANON, MEM_REFAULT_FILE, MEM_PSI_SOME,
	MEM_PSI_FULL, MEM_EDAC_CE, MEM_EDAC_UE, MEM_FIELDS
};

static const struct field fields[] = {
	[MEM_TOTAL]	= { "total_bytes", FIELD_GAUGE, "MemTotal", KIB,
			    .about = "Memory that the kernel manages" },
	[MEM_AVAILABLE]	= { "available_bytes", FIELD_GAUGE, "MemAvailable", KIB,
			    .about = "Estimate of what programs can allocate without swapping" },
	[MEM_FREE]	= { "free_bytes", FIELD_GAUGE, "MemFree", KIB,
			    .about = "Memory that is not used at all" },
	[MEM_BUFFERS]	= { "buffers_bytes", FIELD_GAUGE, "Buffers", KIB,
			    .about = "Page cache of block devices" },
	[MEM_CACHED]	= { "cached_bytes", FIELD_GAUGE, "Cached", KIB,
			    .about = "Page cache of files, including shared memory" },
	[MEM_ANON]	= { "anon_bytes", FIELD_GAUGE, "AnonPages", KIB,
			    .about = "Anonymous memory of processes" },
	[MEM_SHARED]	= { "shmem_bytes", FIELD_GAUGE, "Shmem", KIB,
			    .about = "Shared memory and tmpfs" },
	[MEM_DIRTY]	= { "dirty_bytes", FIELD_GAUGE, "Dirty", KIB,
			    .about = "Page cache that waits to be written to disks" },
	[MEM_WRITEBACK]	= { "writeback_bytes", FIELD_GAUGE, "Writeback", KIB,
			    .about = "Page cache that is being written to disks" },
	[MEM_SLAB]	= { "slab_bytes", FIELD_GAUGE, "Slab", KIB,
			    .about = "Memory of kernel objects" },
	[MEM_SLAB_UNRECLAIMABLE] = { "slab_unreclaimable_bytes", FIELD_GAUGE, "SUnreclaim", KIB,
				     .about = "Kernel objects that cannot be freed on demand" },
	[MEM_PAGE_TABLES] = { "page_tables_bytes", FIELD_GAUGE, "PageTables", KIB,
			      .about = "Page tables" },
	[MEM_STACKS]	= { "kernel_stack_bytes", FIELD_GAUGE, "KernelStack", KIB,
			    .about = "Kernel stacks of all threads" },
	[MEM_COMMITTED]	= { "committed_bytes", FIELD_GAUGE, "Committed_AS", KIB,
			    .about = "Memory that programs have reserved, used or not" },
	[MEM_COMMIT_LIMIT] = { "commit_limit_bytes", FIELD_GAUGE, "CommitLimit", KIB,
			       .about = "Limit of committed_bytes; enforced with "
					"vm.overcommit_memory=2" },
	[MEM_SWAP_TOTAL] = { "swap_total_bytes", FIELD_GAUGE, "SwapTotal", KIB,
			     .about = "Swap space" },
	[MEM_SWAP_FREE]	= { "swap_free_bytes", FIELD_GAUGE, "SwapFree", KIB,
			    .about = "Free swap space" },
	[MEM_CORRUPTED]	= { "hardware_corrupted_bytes", FIELD_GAUGE, "HardwareCorrupted", KIB,
			    .about = "Memory taken out of use because of errors" },
	[MEM_HUGE_TOTAL] = { "huge_pages", FIELD_GAUGE, "HugePages_Total",
			     .about = "Huge pages in the pool" },
	[MEM_HUGE_FREE]	= { "huge_pages_free", FIELD_GAUGE, "HugePages_Free",
			    .about = "Huge pages in the pool that are free" },
	[MEM_SWAP_IN]	= { "swap_in_pages", FIELD_COUNTER, "pswpin",
			    .about = "Pages read from swap" },
	[MEM_SWAP_OUT]	= { "swap_out_pages", FIELD_COUNTER, "pswpout",
			    .about = "Pages written to swap" },
	[MEM_SCAN_DIRECT] = { "scan_direct_pages", FIELD_COUNTER, "pgscan_direct",
			      .about = "Pages scanned by programs that had to reclaim memory "
				       "themselves" },
	[MEM_SCAN_KSWAPD] = { "scan_kswapd_pages", FIELD_COUNTER, "pgscan_kswapd",
			      .about = "Pages scanned by kswapd" },
	[MEM_STEAL_DIRECT] = { "steal_direct_pages", FIELD_COUNTER, "pgsteal_direct",
			       .about = "Pages reclaimed by programs themselves" },
	[MEM_STEAL_KSWAPD] = { "steal_kswapd_pages", FIELD_COUNTER, "pgsteal_kswapd",
			       .about = "Pages reclaimed by kswapd" },
	[MEM_STALLS]	= { "alloc_stalls", FIELD_COUNTER,
			    .about = "Times that a program had to reclaim memory before it got "
				     "some" },
	[MEM_FAULTS]	= { "major_faults", FIELD_COUNTER, "pgmajfault",
			    .about = "Page faults that read from a disk" },
	[MEM_COMPACT_STALLS] = { "compaction_stalls", FIELD_COUNTER, "compact_stall",
				 .about = "Times that a program waited for memory to be "
					  "compacted for a huge page" },
	[MEM_COMPACT_FAILS] = { "compaction_failures", FIELD_COUNTER, "compact_fail",
				.about = "Compactions that failed" },
	[MEM_OOM_KILLS]	= { "oom_kills", FIELD_COUNTER, "oom_kill",
			    .about = "Processes that the OOM killer ended, for the machine or "
				     "for a cgroup (v4.13)" },
	[MEM_REFAULT_ANON] = { "refault_anon_pages", FIELD_COUNTER, "workingset_refault_anon",
			       .about = "Anonymous pages read back soon after they were swapped "
					"out (v5.9)" },
	[MEM_REFAULT_FILE] = { "refault_file_pages", FIELD_COUNTER, "workingset_refault_file",
			       .about = "File pages read back soon after they were reclaimed "
					"(v5.9)" },
	[MEM_PSI_SOME]	= { "psi_some_us", FIELD_COUNTER,
			    .about = "Microseconds in which some task waited for memory (v4.20)" },
	[MEM_PSI_FULL]	= { "psi_full_us", FIELD_COUNTER,
			    .about = "Microseconds in which all non-idle tasks waited for "
				     "memory at once (v4.20)" },
	[MEM_EDAC_CE]	= { "corrected_errors_total", FIELD_GAUGE,
			    .about = "Memory errors that the hardware corrected since its EDAC "
				     "driver was loaded" },
	[MEM_EDAC_UE]	= { "uncorrected_errors_total", FIELD_GAUGE,
			    .about = "Memory errors that it could not correct, since the same "
				     "time" },
};

static const struct record_type type = {
	.name = "memory",
	.about = "Memory and swap of the machine.  From /proc/meminfo, /proc/vmstat, "
		 "/proc/pressure/memory and /sys/devices/system/edac",
	.object = "Always memory",
	.interval = true,
	.fields = fields, .n = MEM_FIELDS,
};

static struct set set = { .type = &type };

enum { IO_READ, IO_WRITTEN, IO_PSI_SOME, IO_PSI_FULL, IO_FIELDS };

static const struct field io_fields[] = {
	[IO_READ]	= { "read_bytes", FIELD_COUNTER, "pgpgin", KIB,
			    .about = "Bytes read from block devices" },
	[IO_WRITTEN]	= { "written_bytes", FIELD_COUNTER, "pgpgout", KIB,
			    .about = "Bytes written to block devices" },
	[IO_PSI_SOME]	= { "psi_some_us", FIELD_COUNTER,
			    .about = "Microseconds in which some task waited for I/O (v4.20)" },
	[IO_PSI_FULL]	= { "psi_full_us", FIELD_COUNTER,
			    .about = "Microseconds in which all non-idle tasks waited for I/O "
				     "at once (v4.20)" },
};

static const struct record_type io_type = {
	.name = "io",
	.about = "Block I/O of the machine.  From /proc/vmstat and /proc/pressure/io",
	.object = "Always all",
	.interval = true,
	.fields = io_fields, .n = IO_FIELDS,
};

static struct set io_set = { .type = &io_type };

static struct source meminfo_file = { "/proc/meminfo", true }, vmstat_file = { "/proc/vmstat" },
	pressure_file = { "/proc/pressure/memory", true },
	io_pressure_file = { "/proc/pressure/io", true };

/* Stalls are counted per zone: allocstall_dma, allocstall_normal ... (v4.8). */
static void parse_vmstat(struct object *memory, struct object *io, char *text)
{
	char *line;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);
		__u64 v;

		if (!name || !number_next(&line, &v))
			continue;
		if (strncmp(name, "allocstall", strlen("allocstall")) == 0)
			object_add(memory, MEM_STALLS, v);
		else if (!object_named(&set, memory, name, v))
			object_named(&io_set, io, name, v);
	}
}

/* Sum up all memory controllers of EDAC; without an EDAC driver there are none. */
static void look_edac(struct object *memory)
{
	static const char path[] = "/sys/devices/system/edac/mc";
	int fd = source_open(path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	bool any = false;
	struct dirent *e;
	__u64 v;

	while (dir && (e = readdir(dir))) {
		if (strncmp(e->d_name, "mc", 2) != 0)
			continue;
		if (source_number(&v, 10, "%s/%s/ce_count", path, e->d_name))
			object_add(memory, MEM_EDAC_CE, v);
		if (source_number(&v, 10, "%s/%s/ue_count", path, e->d_name))
			object_add(memory, MEM_EDAC_UE, v);
		any = true;
	}
	if (dir)
		closedir(dir);
	if (!any)
		missing("memory errors that hardware corrects", "no EDAC driver is loaded",
			"modprobe the EDAC driver of this machine; virtual machines have none");
}

static void look(struct usestat *u)
{
	struct object *memory = set_look(&set, "memory", 0, u->ns);
	struct object *io = set_look(&io_set, "all", 0, u->ns);
	char *text = source_read(&meminfo_file);

	if (text)
		object_lines(&set, memory, text);
	else
		missing("use of memory", missing_why(errno), "mount /proc");
	u->swapping = object_value0(memory, MEM_SWAP_TOTAL) > object_value0(memory, MEM_SWAP_FREE);
	text = source_read(&vmstat_file);
	if (text)
		parse_vmstat(memory, io, text);
	text = source_read(&pressure_file);
	if (text)
		pressure_parse(memory, text, MEM_PSI_SOME, MEM_PSI_FULL);
	text = source_read(&io_pressure_file);
	if (text)
		pressure_parse(io, text, IO_PSI_SOME, IO_PSI_FULL);
	if (u->detail)
		look_edac(memory);
}

static void records(struct usestat *u)
{
	set_records(u, &set, NULL);
	set_records(u, &io_set, NULL);
}

static void memory_row(struct usestat *u, const struct object *o)
{
	__u64 total = object_value0(o, MEM_TOTAL), available, v;

	row_begin(u, "memory", human(total));
	if (object_value(o, MEM_AVAILABLE, &available) && available <= total)
		row_utilisation(total - available, total);
	if (object_delta(o, MEM_PSI_SOME, &v))
		row_add(COL_SATURATION, "PSI %.1f%%", v * 1e5 / interval_ns(o));
	v = object_delta0(o, MEM_SCAN_DIRECT) + object_delta0(o, MEM_SCAN_KSWAPD);
	row_add(COL_SATURATION, "%llu scanned/s", per_second(o, v));
	v = object_delta0(o, MEM_REFAULT_ANON) + object_delta0(o, MEM_REFAULT_FILE);
	if (v)
		row_add(COL_SATURATION, "%llu refaults/s", per_second(o, v));
	row_errors(object_delta0(o, MEM_OOM_KILLS), "OOM kill(s)");
	row_errors(object_value0(o, MEM_CORRUPTED) / KIB, "KiB corrupted");
	row_errors(object_value0(o, MEM_EDAC_UE), "uncorrected error(s) since boot");
	row_end(u);
}

static void swap_row(struct usestat *u, const struct object *o)
{
	__u64 total = object_value0(o, MEM_SWAP_TOTAL), page = sysconf(_SC_PAGESIZE);

	if (!total)
		return;
	row_begin(u, "swap", human(total));
	row_utilisation(total - object_value0(o, MEM_SWAP_FREE), total);
	row_add(COL_SATURATION, "in %s/s", human(per_second(o, page * object_delta0(o, MEM_SWAP_IN))));
	row_add(COL_SATURATION, "out %s/s",
		human(per_second(o, page * object_delta0(o, MEM_SWAP_OUT))));
	row_end(u);
}

static void rows(struct usestat *u)
{
	const struct object *memory = set_find(&set, "memory"), *io = set_find(&io_set, "all");
	__u64 v;

	if (!memory->before_ns)
		return;
	memory_row(u, memory);
	swap_row(u, memory);
	if (!object_delta(io, IO_PSI_SOME, &v))
		return;
	row_begin(u, "I/O", "all");
	row_add(COL_SATURATION, "PSI %.1f%%", v * 1e5 / interval_ns(io));
	row_end(u);
}

const struct subject memory_subject = {
	"memory", false, look, records, rows, { &type, &io_type },
};
