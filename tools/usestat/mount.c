// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Mounted file systems that can fill up: /proc/self/mountinfo and statvfs(3). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "mount.h"
#include "usestat.h"

enum {
	MOUNT_SIZE, MOUNT_USED, MOUNT_AVAILABLE, MOUNT_RESERVED, MOUNT_INODES, MOUNT_INODES_USED,
	MOUNT_READ_ONLY, MOUNT_FAILED, MOUNT_ERRORS, MOUNT_RESPONDS, MOUNT_FIELDS
};

static const struct field fields[] = {
	[MOUNT_SIZE]	  = { "size_bytes", FIELD_GAUGE, .about = "Its size" },
	[MOUNT_USED]	  = { "used_bytes", FIELD_GAUGE, .about = "Bytes in use" },
	[MOUNT_AVAILABLE] = { "available_bytes", FIELD_GAUGE,
			      .about = "Bytes that unprivileged programs can use" },
	[MOUNT_RESERVED]  = { "reserved_bytes", FIELD_GAUGE,
			      .about = "Free bytes that only root can use" },
	[MOUNT_INODES]	  = { "inodes", FIELD_GAUGE,
			      .about = "Files that it has room for; absent if it makes room as "
				       "needed" },
	[MOUNT_INODES_USED] = { "inodes_used", FIELD_GAUGE, .about = "Files in it" },
	[MOUNT_READ_ONLY] = { "read_only", FIELD_FLAG,
			      .about = "Whether it is mounted read-only, or became read-only "
				       "after an error" },
	[MOUNT_FAILED]	  = { "read_only_by_error", FIELD_FLAG,
			      .about = "Whether it became read-only, or was shut down, although "
				       "it is mounted for writing; mostly after an error" },
	[MOUNT_ERRORS]	  = { "fs_errors_total", FIELD_GAUGE,
			      .about = "Errors that ext4 found in it since the last fsck" },
	[MOUNT_RESPONDS]  = { "responds", FIELD_FLAG,
			      .about = "Whether it answered within 100 ms; if false, "
				       "nothing else is known; network file systems and FUSE only" },
};

static const struct field keys[] = {
	{ "fs", FIELD_STRING, .always = true, .about = "Type of the file system" },
	{ "device", FIELD_STRING, .about = "Device, server or name that is mounted" },
};

static const struct record_type mount_type = {
	.name = "mount",
	.about = "A file system that can fill up, in detailed samples; one that is mounted "
		 "several times is shown once.  From /proc/self/mountinfo, statvfs(3) and "
		 "/sys/fs/ext4",
	.object = "Mount point",
	.interval = true,
	.fields = fields, .n = MOUNT_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct mount {
	struct object object;
	char type[24], device[96];
};

static struct set set = {
	.type = &mount_type, .size = sizeof(struct mount),
};

static struct source file = { "/proc/self/mountinfo" };

/*
 * Return false for types that statvfs(3) is not called on: images, which are always full, file
 * systems without space, automounts.
 */
static bool can_fill(const char *type)
{
	static const char *const not[] = {
		"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cramfs",
		"debugfs", "devpts", "efivarfs", "erofs", "fuse.lxcfs", "fusectl", "hugetlbfs",
		"iso9660", "mqueue", "nsfs", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs",
		"selinuxfs", "squashfs", "sysfs", "tracefs", "udf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(not); i++)
		if (strcmp(type, not[i]) == 0)
			return false;
	return true;
}

/* Return true for network file systems, whose server may never answer. */
static bool is_remote(const char *type)
{
	static const char *const remote[] = { "9p", "afs", "ceph", "cifs", "lustre", "nfs", "nfs4",
					      "ocfs2", "gfs2", "smb3", "virtiofs" };

	for (size_t i = 0; i < ARRAY_SIZE(remote); i++)
		if (strcmp(type, remote[i]) == 0)
			return true;
	return strncmp(type, "fuse", 4) == 0;
}

/* The kernel writes a blank in a path as "\040". */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0');
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static void put_statvfs(struct object *o, const struct statvfs *fs)
{
	__u64 unit = fs->f_frsize ? fs->f_frsize : fs->f_bsize;

	object_put(o, MOUNT_SIZE, fs->f_blocks * unit);
	object_put(o, MOUNT_USED, (fs->f_blocks - fs->f_bfree) * unit);
	object_put(o, MOUNT_AVAILABLE, fs->f_bavail * unit);
	if (fs->f_bfree >= fs->f_bavail)
		object_put(o, MOUNT_RESERVED, (fs->f_bfree - fs->f_bavail) * unit);
	if (!fs->f_files)			/* btrfs and others create inodes as needed */
		return;
	object_put(o, MOUNT_INODES, fs->f_files);
	object_put(o, MOUNT_INODES_USED, fs->f_files - fs->f_ffree);
}

/* ext4 counts its errors on disk until the next fsck (v2.6.36). */
static void look_errors(struct mount *mount)
{
	const char *name = strrchr(mount->device, '/');
	__u64 v;

	if (strcmp(mount->type, "ext4") == 0 && name &&
	    source_number(&v, 10, "/sys/fs/ext4/%s/errors_count", name + 1))
		object_put(&mount->object, MOUNT_ERRORS, v);
}

struct line {
	char *point, *options, *type, *device, *super;
	__u64 id;			/* device number; bind mounts share it */
};

/* "36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda1 rw,errors=continue" */
static bool parse_line(char *text, struct line *line)
{
	unsigned int major, minor;
	char *device, *word;

	word_next(&text);
	word_next(&text);
	device = word_next(&text);
	word_next(&text);
	line->point = word_next(&text);
	line->options = word_next(&text);
	while ((word = word_next(&text)) && strcmp(word, "-") != 0)
		;
	line->type = word_next(&text);
	line->device = word_next(&text);
	line->super = word_next(&text);
	if (!line->super || sscanf(device, "%u:%u", &major, &minor) != 2)
		return false;
	line->id = (__u64)major << 32 | minor;
	unescape(line->point);
	unescape(line->device);
	return true;
}

/* Return true if @name is one of the options, separated by commas. */
static bool has_option(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = options; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* ext4 keeps "rw" after an error since v6.15 (d3476f3dad4a) and adds emergency_ro. */
static void put_read_only(struct object *o, const struct line *line)
{
	bool failed = has_option(line->super, "emergency_ro") || has_option(line->super, "shutdown");
	bool mount = has_option(line->options, "ro"), super = has_option(line->super, "ro");

	object_put(o, MOUNT_READ_ONLY, mount || super || failed);
	object_put(o, MOUNT_FAILED, !mount && (super || failed));
}

/* Return true if the device is listed already with another mount point (a bind mount). */
static bool already(const struct usestat *u, __u64 id)
{
	for (struct object *o = set_next(&set, NULL); o; o = set_next(&set, o))
		if (o->id == id && o->ns == u->ns)
			return true;
	return false;
}

static void look_mount(struct usestat *u, const struct line *line)
{
	bool overlay = strcmp(line->type, "overlay") == 0;
	struct statvfs fs = {};
	struct object *o;
	int err;

	/*
	 * An overlay stores its files in another file system, which is listed too, except in a
	 * container.
	 */
	if (!can_fill(line->type) || (overlay && strcmp(line->point, "/") != 0) ||
	    already(u, line->id))
		return;
	if (is_remote(line->type))
		err = remote_statvfs(line->point, &fs);
	else
		err = statvfs(line->point, &fs) ? errno : 0;
	if (err == EAGAIN || (err && err != ETIMEDOUT) || (!err && !fs.f_blocks))
		return;
	o = set_look(&set, line->point, line->id, u->ns);
	snprintf(((struct mount *)o)->type, sizeof(((struct mount *)o)->type), "%s", line->type);
	snprintf(((struct mount *)o)->device, sizeof(((struct mount *)o)->device), "%s",
		 line->device);
	put_read_only(o, line);
	if (is_remote(line->type))
		object_put(o, MOUNT_RESPONDS, !err);
	if (!err)
		put_statvfs(o, &fs);
	look_errors((struct mount *)o);
}

static void look(struct usestat *u)
{
	char *text = source_read(&file), *copy = text ? strdup(text) : NULL, *rest = copy, *next;
	struct line line;

	if (!copy)
		missing("mounted file systems", missing_why(errno), "mount /proc");
	while ((next = line_next(&rest)))
		if (parse_line(next, &line))
			look_mount(u, &line);
	free(copy);
	set_sweep(&set, u->ns);
}

/* Hundredths of a percent, as in df(1): space reserved for root counts as used. */
static __u64 fullness(const struct object *o)
{
	__u64 used = object_value0(o, MOUNT_USED), room = used + object_value0(o, MOUNT_AVAILABLE);

	return room ? (double)used * 10000 / room : 0;
}

static __u64 weight(const struct object *o)
{
	__u64 inodes = object_value0(o, MOUNT_INODES), responds;

	inodes = inodes ? (double)object_value0(o, MOUNT_INODES_USED) * 10000 / inodes : 0;
	if ((object_value(o, MOUNT_RESPONDS, &responds) && !responds) || object_value0(o, MOUNT_FAILED))
		return ~0ULL;
	return fullness(o) > inodes ? fullness(o) : inodes;
}

static void more(struct usestat *u, const struct object *o)
{
	const struct mount *mount = (const struct mount *)o;

	record_str(u, "fs", mount->type);
	record_str(u, "device", mount->device);
}

static void records(struct usestat *u)
{
	top_records(u, &set, RECORDS_MAX, weight, more);
}

static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < 2 * u->top; i++) {
		__u64 inodes, v;

		if (weight(list[i]) < 100 && i)	/* below 1 % only the fullest one is shown */
			break;
		row_begin(u, "mount", list[i]->name);
		if (object_value(list[i], MOUNT_USED, &v))
			row_utilisation(fullness(list[i]), 10000);
		if (object_value(list[i], MOUNT_AVAILABLE, &v))
			row_add(COL_SATURATION, "%s left", human(v));
		if (object_value(list[i], MOUNT_INODES, &inodes) && inodes)
			row_add(COL_SATURATION, "inodes %.1f%%",
				object_value0(list[i], MOUNT_INODES_USED) * 100.0 / inodes);
		row_errors(object_value0(list[i], MOUNT_ERRORS), "file system error(s)");
		if (object_value(list[i], MOUNT_RESPONDS, &v) && !v)
			row_add(COL_ERRORS, "does not respond");
		if (object_value0(list[i], MOUNT_READ_ONLY))
			row_add(COL_ERRORS, "%s", object_value0(list[i], MOUNT_FAILED) ?
				"read-only by an error" : "read-only");
		row_end(u);
	}
	free(list);
}

const struct subject mount_subject = {
	"mount", true, look, records, rows, { &mount_type },
};
