// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "core/args.h"
#include "core/cgroup.h"
#include "block/disk.h"
#include "core/hooks.h"
#include "core/text.h"

#define CACHE_S 1			/* partitions are added and removed */
#define PARTITIONS_MAX 128		/* partitions of a disk; further ones have no name */

/*
 * Set @path to file @attribute in the sysfs directory of device @dev, or in that of its parent
 * if @above is "/..".
 */
static void sysfs_path(char path[PATH_MAX], dev_t dev, const char *above, const char *attribute)
{
	snprintf(path, PATH_MAX, "/sys/dev/block/%u:%u%s/%s", major(dev), minor(dev), above,
		 attribute);
}

static bool sysfs_has(dev_t dev, const char *above, const char *attribute)
{
	char path[PATH_MAX];

	sysfs_path(path, dev, above, attribute);
	return access(path, F_OK) == 0;
}

/* Read the first line of @path.  Return false if there is none. */
static bool read_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(line, size, f);

	if (f)
		fclose(f);
	return ok;
}

static bool scan_number(const char *path, unsigned long long *number)
{
	char line[64];

	return read_line(path, line, sizeof(line)) && sscanf(line, "%llu", number) == 1;
}

static bool scan_dev(const char *path, dev_t *dev)
{
	unsigned int major_number, minor_number;
	char line[64];

	if (!read_line(path, line, sizeof(line)) ||
	    sscanf(line, "%u:%u", &major_number, &minor_number) != 2)
		return false;
	*dev = makedev(major_number, minor_number);
	return true;
}

static bool dev_of_file(const char *path, dev_t *dev)
{
	struct stat st;

	if (stat(path, &st) || !S_ISBLK(st.st_mode))
		return false;
	*dev = st.st_rdev;
	return true;
}

/* Parse "major:minor"; @name must contain nothing else. */
static bool dev_of_numbers(const char *name, dev_t *dev)
{
	unsigned int major_number, minor_number;
	int len = 0;

	if (sscanf(name, "%u:%u%n", &major_number, &minor_number, &len) != 2 || name[len])
		return false;
	*dev = makedev(major_number, minor_number);
	return sysfs_has(*dev, "", "dev");
}

static bool dev_of_name(const char *name, dev_t *dev)
{
	char path[NAME_MAX + 32];

	if (!*name || strlen(name) > NAME_MAX)
		return false;
	if (strchr(name, '/'))
		return dev_of_file(name, dev);
	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	if (strcmp(name, "..") != 0 && scan_dev(path, dev))
		return true;
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (dev_of_file(path, dev))
		return true;
	snprintf(path, sizeof(path), "/dev/mapper/%s", name);
	return dev_of_file(path, dev) || dev_of_numbers(name, dev);
}

int disk_find(const char *name, struct disk_filter *filter)
{
	unsigned long long first_sector = 0, sectors = 0;
	const char *above = "";
	char path[PATH_MAX];
	dev_t dev;

	if (!dev_of_name(name, &dev) || !sysfs_has(dev, "", "dev"))
		return -ENOENT;
	if (sysfs_has(dev, "", "partition")) {
		above = "/..";
		sysfs_path(path, dev, "", "start");
		if (!scan_number(path, &first_sector))
			return -ENOENT;
		sysfs_path(path, dev, "", "size");
		if (!scan_number(path, &sectors) || !sectors)
			return -ENOENT;
	}
	if (!sysfs_has(dev, above, "mq"))	/* the request queues */
		return -EOPNOTSUPP;
	sysfs_path(path, dev, above, "dev");
	if (!scan_dev(path, &dev))
		return -ENOENT;
	*filter = (struct disk_filter){ first_sector, sectors, DISK_DEV(major(dev), minor(dev)) };
	return 0;
}

/* List the entries of directory @path, each after a space. */
static void list_directory(struct text *list, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		text_char(list, ' ');
		text_str(list, entry->d_name);
	}
	if (dir)
		closedir(dir);
	text_char(list, '\0');
}

void disk_args(const char *name, struct disk_filter *filter)
{
	int err = disk_find(name, filter);
	struct text list = {};
	char path[PATH_MAX];
	dev_t dev = 0;

	if (!err)
		return;
	if (err == -EOPNOTSUPP && dev_of_name(name, &dev)) {
		sysfs_path(path, dev, sysfs_has(dev, "", "partition") ? "/.." : "", "slaves");
		list_directory(&list, path);
		if (!list.at[0])	/* multipath NVMe hides them */
			args_fail("'%s' is bio-based, so it never gets requests, and the disks "
				  "below it are hidden: run without a disk filter", name);
		args_fail("'%s' is bio-based, so it never gets requests: choose a disk below "
			  "it:%s", name, list.at);
	}
	list_directory(&list, "/sys/block");
	args_fail("there is no disk or partition '%s'; disks here:%s", name, list.at);
}

struct partition {
	char name[DISK_NAME_SIZE];
	unsigned long long first_sector, sectors;
};

static struct partitions {
	time_t asked;			/* 0: never */
	__u64 diskseq;
	__u32 dev;
	int n;
	struct partition list[PARTITIONS_MAX];
} partitions[4];

/* Read partition @name of disk @dev from sysfs.  Return false if it is not a partition. */
static bool read_partition(struct partition *partition, dev_t dev, const char *name)
{
	char path[PATH_MAX], attribute[DISK_NAME_SIZE + 8];

	if (strlen(name) >= sizeof(partition->name))
		return false;
	memcpy(partition->name, name, strlen(name) + 1);
	snprintf(attribute, sizeof(attribute), "%s/start", partition->name);
	sysfs_path(path, dev, "", attribute);
	if (!scan_number(path, &partition->first_sector))
		return false;
	snprintf(attribute, sizeof(attribute), "%s/size", partition->name);
	sysfs_path(path, dev, "", attribute);
	return scan_number(path, &partition->sectors);
}

/* Return false if number @dev now belongs to another disk. */
static bool is_disk(dev_t dev, __u64 diskseq)
{
	unsigned long long now;
	char path[PATH_MAX];

	sysfs_path(path, dev, "", "diskseq");
	return !diskseq || (scan_number(path, &now) && now == diskseq);
}

static void read_partitions(struct partitions *of, __u32 disk, __u64 diskseq)
{
	dev_t dev = makedev(DISK_MAJOR(disk), DISK_MINOR(disk));
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	sysfs_path(path, dev, "", "");
	dir = is_disk(dev, diskseq) ? opendir(path) : NULL;
	of->dev = disk;
	of->diskseq = diskseq;
	of->n = 0;
	while (dir && of->n < PARTITIONS_MAX && (entry = readdir(dir)))
		if (read_partition(&of->list[of->n], dev, entry->d_name))
			of->n++;
	if (dir)
		closedir(dir);
}

const char *disk_partition(__u32 dev, __u64 diskseq, __u64 sector)
{
	struct partitions *of = &partitions[(DISK_MAJOR(dev) * 31 + DISK_MINOR(dev)) % 4];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (!of->asked || of->dev != dev || of->diskseq != diskseq ||
	    now.tv_sec >= of->asked + CACHE_S) {
		read_partitions(of, dev, diskseq);
		of->asked = now.tv_sec ? now.tv_sec : 1;
	}
	for (int i = 0; i < of->n; i++)
		if (sector - of->list[i].first_sector < of->list[i].sectors)
			return of->list[i].name;
	return NULL;
}

#define OPS (1 << DISK_OP_BITS)
#define FLAG_BITS (32 - DISK_OP_BITS)
static char operations[OPS][32], flags[FLAG_BITS][32];

struct names {
	char (*list)[32];
	__u32 n, first;		/* list[0] is the name of value @first */
	const char *prefix;	/* prefix of the kernel's names that is removed */
};

/* hooks_enum_fn */
static void keep_name(void *ctx, const char *name, __u32 value)
{
	struct names *names = ctx;
	size_t len = strlen(names->prefix);

	if (value - names->first < names->n && strncmp(name, names->prefix, len) == 0)
		snprintf(names->list[value - names->first], sizeof(names->list[0]), "%s",
			 name + len);
}

/* A value without a name is shown as its number. */
static void load_names(struct names names, const char *type)
{
	for (__u32 i = 0; i < names.n; i++)
		snprintf(names.list[i], sizeof(names.list[0]), "%u", names.first + i);
	hooks_enum(type, keep_name, &names);
}

void disk_load_names(void)
{
	struct names ops = { operations, OPS, 0, "REQ_OP_" };

	/* v6.0, ff07a02e9e8e: enum req_opf became enum req_op. */
	load_names(ops, "req_opf");
	hooks_enum("req_op", keep_name, &ops);
	load_names((struct names){ flags, FLAG_BITS, DISK_OP_BITS, "__REQ_" }, "req_flag_bits");
}

const char *disk_operation(__u32 cmd_flags)
{
	if (!operations[0][0])
		disk_load_names();
	return operations[cmd_flags & DISK_OP_MASK];
}

const char *disk_flag(unsigned int bit)
{
	if (!operations[0][0])
		disk_load_names();
	return flags[bit - DISK_OP_BITS];
}

void disk_lower_case(char *to, size_t size, const char *name)
{
	size_t len = 0;

	for (; *name && len + 1 < size; name++)
		to[len++] = tolower((unsigned char)*name);
	to[len] = '\0';
}

bool disk_charged(const struct common_args *common)
{
	const char *path = cgroup_path(common->filter.cgroup_id);
	char file[PATH_MAX], controller[64];
	bool io = false;
	FILE *f;

	if (!common->filter.cgroup_id)
		return false;
	snprintf(file, sizeof(file), "%s%s/cgroup.controllers", cgroup_names_mount(), path ? path : "");
	f = fopen(file, "re");
	while (f && !io && fscanf(f, "%63s", controller) == 1)
		io = strcmp(controller, "io") == 0;
	if (f)
		fclose(f);
	return io;
}
