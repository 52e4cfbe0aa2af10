// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Disks: /proc/diskstats and /sys/block. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usestat.h"

#define SECTOR 512

enum {
	/* In the order of /proc/diskstats; discards since v4.18, flushes since v5.5 */
	DISK_READS, DISK_READ_MERGES, DISK_READ_BYTES, DISK_READ_MS, DISK_WRITES,
	DISK_WRITE_MERGES, DISK_WRITTEN_BYTES, DISK_WRITE_MS, DISK_IN_FLIGHT, DISK_BUSY_MS,
	DISK_QUEUE_MS, DISK_DISCARDS, DISK_DISCARD_MERGES, DISK_DISCARDED_BYTES, DISK_DISCARD_MS,
	DISK_FLUSHES, DISK_FLUSH_MS, DISK_STATS,
	DISK_QUEUE_LIMIT = DISK_STATS, DISK_SIZE, DISK_READ_ONLY, DISK_ROTATIONAL, DISK_ERRORS,
	DISK_ERRORS_TOTAL, DISK_RAID_DISKS, DISK_DEGRADED, DISK_PATHS, DISK_PATHS_FAILED,
	DISK_FIELDS
};

static const struct field fields[] = {
	[DISK_READS]	 = { "reads", FIELD_COUNTER, .about = "Reads completed" },
	[DISK_READ_MERGES] = { "read_merges", FIELD_COUNTER, .about = "Reads merged into others" },
	[DISK_READ_BYTES] = { "read_bytes", FIELD_COUNTER, .scale = SECTOR, .about = "Bytes read" },
	[DISK_READ_MS]	 = { "read_ms", FIELD_COUNTER,
			     .about = "Milliseconds that the reads took, summed" },
	[DISK_WRITES]	 = { "writes", FIELD_COUNTER, .about = "Writes completed" },
	[DISK_WRITE_MERGES] = { "write_merges", FIELD_COUNTER,
				.about = "Writes merged into others" },
	[DISK_WRITTEN_BYTES] = { "written_bytes", FIELD_COUNTER, .scale = SECTOR,
				 .about = "Bytes written" },
	[DISK_WRITE_MS]	 = { "write_ms", FIELD_COUNTER,
			     .about = "Milliseconds that the writes took, summed" },
	[DISK_IN_FLIGHT] = { "in_flight", FIELD_GAUGE,
			     .about = "Requests in flight at the time of the sample" },
	[DISK_BUSY_MS]	 = { "busy_ms", FIELD_COUNTER,
			     .about = "Milliseconds with requests in flight; a disk that serves "
				      "several requests at a time is not saturated when this is "
				      "the whole interval" },
	[DISK_QUEUE_MS]	 = { "queue_ms", FIELD_COUNTER,
			     .about = "Milliseconds that all requests took, summed, including "
				      "those in flight; divided by the interval, the mean queue "
				      "length" },
	[DISK_DISCARDS]	 = { "discards", FIELD_COUNTER, .about = "Discards completed (v4.18)" },
	[DISK_DISCARD_MERGES] = { "discard_merges", FIELD_COUNTER,
				  .about = "Discards merged into others" },
	[DISK_DISCARDED_BYTES] = { "discarded_bytes", FIELD_COUNTER, .scale = SECTOR,
				   .about = "Bytes discarded" },
	[DISK_DISCARD_MS] = { "discard_ms", FIELD_COUNTER,
			      .about = "Milliseconds that the discards took, summed" },
	[DISK_FLUSHES]	 = { "flushes", FIELD_COUNTER, .about = "Flushes completed (v5.5)" },
	[DISK_FLUSH_MS]	 = { "flush_ms", FIELD_COUNTER,
			     .about = "Milliseconds that the flushes took, summed" },
	[DISK_QUEUE_LIMIT] = { "queue_limit", FIELD_GAUGE, "queue/nr_requests",
			       .about = "Requests that its queue can hold" },
	[DISK_SIZE]	 = { "size_bytes", FIELD_GAUGE, "size", SECTOR, .about = "Its size" },
	[DISK_READ_ONLY] = { "read_only", FIELD_FLAG, "ro", .about = "Whether it rejects writes" },
	[DISK_ROTATIONAL] = { "rotational", FIELD_FLAG, "queue/rotational",
			      .about = "Whether it reports to be rotating; virtual disks often "
				       "do" },
	[DISK_ERRORS]	 = { "errors", FIELD_COUNTER,
			     .about = "Commands that failed; SCSI disks only" },
	[DISK_ERRORS_TOTAL] = { "errors_total", FIELD_GAUGE,
				.about = "The same since the disk was found; some drives reject "
					 "commands during their start" },
	[DISK_RAID_DISKS] = { "raid_disks", FIELD_GAUGE, "md/raid_disks",
			      .about = "Disks that the md array should have" },
	[DISK_DEGRADED]	 = { "raid_disks_missing", FIELD_GAUGE, "md/degraded",
			     .about = "Disks that the md array lacks" },
	[DISK_PATHS]	 = { "paths", FIELD_GAUGE, .about = "Paths of the multipath device" },
	[DISK_PATHS_FAILED] = { "paths_failed", FIELD_GAUGE,
				.about = "Paths whose device is not running" },
};

static const struct field keys[] = {
	{ "alias", FIELD_STRING, .about = "Name of the device mapper device" },
	{ "state", FIELD_STRING, .about = "State of the SCSI or NVMe device, or of the md array" },
	{ "action", FIELD_STRING,
	  .about = "What the md array is doing: idle, resync, recover or check" },
};

static const struct record_type type = {
	.name = "disk",
	.about = "A disk, RAID or device mapper device; no partitions, and no unused loop "
		 "devices.  From /proc/diskstats and /sys/block",
	.object = "Name of the device",
	.interval = true,
	.fields = fields, .n = DISK_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct disk {
	struct object object;
	char alias[64];			/* name of a device mapper device */
	char state[24];			/* of a SCSI or NVMe device, or an md array */
	char action[16];		/* of an md array: "resync", "idle" */
};

static struct set set = {
	.type = &type, .size = sizeof(struct disk),
};

static struct source diskstats_file = { "/proc/diskstats" };

/* Names in /sys have "!" for "/" (cciss!c0d0). */
static void sys_name(char *to, size_t size, const char *name)
{
	snprintf(to, size, "%s", name);
	for (char *c = to; *c; c++)
		if (*c == '/')
			*c = '!';
}

/* Count the paths of a dm-multipath device, and those that do not work. */
static void look_paths(struct disk *disk, const char *sys)
{
	char path[160], state[24];
	struct dirent *e;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%s/slaves", sys);
	fd = source_open(path, O_RDONLY | O_DIRECTORY);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	object_put(&disk->object, DISK_PATHS, 0);
	object_put(&disk->object, DISK_PATHS_FAILED, 0);
	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		object_add(&disk->object, DISK_PATHS, 1);
		if (source_line(state, sizeof(state), "/sys/block/%s/device/state", e->d_name) &&
		    strcmp(state, "running") != 0 && strcmp(state, "live") != 0)
			object_add(&disk->object, DISK_PATHS_FAILED, 1);
	}
	if (dir)
		closedir(dir);
}

static void look_sysfs(struct disk *disk, const char *sys)
{
	char uuid[16];
	__u64 v;

	for (int i = DISK_STATS; i < DISK_FIELDS; i++)
		if (fields[i].name && source_number(&v, 10, "/sys/block/%s/%s", sys, fields[i].name))
			object_scale(&set, &disk->object, i, v);
	if (source_number(&v, 0, "/sys/block/%s/device/ioerr_cnt", sys)) {
		object_put(&disk->object, DISK_ERRORS, v);
		object_put(&disk->object, DISK_ERRORS_TOTAL, v);
	}
	if (!source_line(disk->state, sizeof(disk->state), "/sys/block/%s/md/array_state", sys) &&
	    !source_line(disk->state, sizeof(disk->state), "/sys/block/%s/device/state", sys))
		disk->state[0] = '\0';
	if (!source_line(disk->action, sizeof(disk->action), "/sys/block/%s/md/sync_action", sys))
		disk->action[0] = '\0';
	if (!source_line(disk->alias, sizeof(disk->alias), "/sys/block/%s/dm/name", sys))
		disk->alias[0] = '\0';
	if (source_line(uuid, sizeof(uuid), "/sys/block/%s/dm/uuid", sys) &&
	    strncmp(uuid, "mpath-", 6) == 0)
		look_paths(disk, sys);
}

/* Return true for a whole disk, false for a partition. */
static bool is_disk(const char *sys)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%s", sys);
	fd = source_open(path, O_PATH | O_DIRECTORY);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Unused loop, RAM and network disks have size 0. */
static bool has_size(const char *sys)
{
	__u64 size;

	return !source_number(&size, 10, "/sys/block/%s/size", sys) || size;
}

/* Return false for a device that is not shown. */
static bool parse_line(struct usestat *u, __u64 device, const char *name, char *rest)
{
	struct object *o = set_find(&set, name);
	bool known = o && o->id == device;
	char sys[128];
	__u64 v;

	sys_name(sys, sizeof(sys), name);
	if ((!known || u->detail) && (!is_disk(sys) || !has_size(sys)))
		return false;
	o = set_look(&set, name, device, u->ns);
	for (int i = 0; i < DISK_STATS && number_next(&rest, &v); i++)
		object_scale(&set, o, i, v);
	if (!known || u->detail)
		look_sysfs((struct disk *)o, sys);
	return true;
}

/* Devices that are not shown; checked again in the next look with details. */
static const struct record_type no_type;
static struct set ignored = { .type = &no_type };

/* "254 0 vda 32787 6927 ..." */
static void parse(struct usestat *u, char *text)
{
	char *line;

	if (u->detail)
		set_free(&ignored);
	while ((line = line_next(&text))) {
		__u64 major, minor;
		char *name;

		if (!number_next(&line, &major) || !number_next(&line, &minor))
			continue;
		name = word_next(&line);
		if (name && line && !set_find(&ignored, name) &&
		    !parse_line(u, major << 20 | minor, name, line))
			set_look(&ignored, name, 0, u->ns);
	}
}

static void look(struct usestat *u)
{
	/* All files share one buffer: /proc/diskstats has to be parsed before /sys is read. */
	char *text = source_read(&diskstats_file), *copy = text ? strdup(text) : NULL;

	if (copy)
		parse(u, copy);
	else
		missing("disks", missing_why(errno), "mount /proc");
	free(copy);
	set_sweep(&set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_delta0(o, DISK_BUSY_MS) + object_value0(o, DISK_IN_FLIGHT) +
		(object_value0(o, DISK_DEGRADED) || object_value0(o, DISK_PATHS_FAILED) ?
		 1ULL << 40 : 0);
}

static void more(struct usestat *u, const struct object *o)
{
	const struct disk *disk = (const struct disk *)o;

	record_str(u, "alias", disk->alias);
	record_str(u, "state", disk->state);
	record_str(u, "action", disk->action);
}

static void records(struct usestat *u)
{
	top_records(u, &set, RECORDS_MAX, weight, more);
}

static void disk_row(struct usestat *u, const struct object *o)
{
	const struct disk *disk = (const struct disk *)o;
	__u64 requests = object_delta0(o, DISK_READS) + object_delta0(o, DISK_WRITES), v;
	__u64 ms = object_delta0(o, DISK_READ_MS) + object_delta0(o, DISK_WRITE_MS);

	row_begin(u, "disk", disk->alias[0] ? disk->alias : o->name);
	if (object_delta(o, DISK_BUSY_MS, &v))
		row_utilisation(v * 1000000 < interval_ns(o) ? v * 1000000 : interval_ns(o),
				interval_ns(o));
	if (object_delta(o, DISK_QUEUE_MS, &v))
		row_add(COL_SATURATION, "queue %.1f", v * 1e6 / interval_ns(o));
	if (requests)
		row_add(COL_SATURATION, "%.1f ms a request", (double)ms / requests);
	if (!requests && object_value(o, DISK_IN_FLIGHT, &v) && v)
		row_add(COL_SATURATION, "%llu in flight, none ends", v);
	row_errors(object_delta0(o, DISK_ERRORS), "I/O error(s)");
	row_errors(object_value0(o, DISK_DEGRADED), "disk(s) of the array missing");
	row_errors(object_value0(o, DISK_PATHS_FAILED), "path(s) failed");
	row_end(u);
}

static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < 2 * u->top; i++)
		if (list[i]->before_ns)
			disk_row(u, list[i]);
	free(list);
}

const struct subject disk_subject = {
	"disk", false, look, records, rows, { &type },
};
