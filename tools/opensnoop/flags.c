// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The names of the flags and modes of open(2). */
#include <stdio.h>
#include <string.h>
#include <linux/fcntl.h>	/* the kernel's flags: libc's O_LARGEFILE is 0 */

#include "core/args.h"
#include "flags.h"

struct bit_name {
	const char *name;
	__u32 bits;
};

/* The access mode is a number, not a set of bits. */
static const char *const access_names[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };

/* A flag that contains the bits of another one comes before it. */
static const struct bit_name known_flags[] = {
	{ "O_CREAT", O_CREAT }, { "O_EXCL", O_EXCL }, { "O_NOCTTY", O_NOCTTY },
	{ "O_TRUNC", O_TRUNC }, { "O_APPEND", O_APPEND }, { "O_NONBLOCK", O_NONBLOCK },
	{ "O_SYNC", O_SYNC }, { "O_DSYNC", O_DSYNC }, { "O_ASYNC", FASYNC },
	{ "O_DIRECT", O_DIRECT }, { "O_LARGEFILE", O_LARGEFILE }, { "O_TMPFILE", O_TMPFILE },
	{ "O_DIRECTORY", O_DIRECTORY }, { "O_NOFOLLOW", O_NOFOLLOW }, { "O_NOATIME", O_NOATIME },
	{ "O_CLOEXEC", O_CLOEXEC }, { "O_PATH", O_PATH },
};

static const struct bit_name known_modes[] = {
	{ "S_ISUID", 04000 }, { "S_ISGID", 02000 }, { "S_ISVTX", 01000 },
	{ "S_IRUSR", 0400 }, { "S_IWUSR", 0200 }, { "S_IXUSR", 0100 },
	{ "S_IRGRP", 040 }, { "S_IWGRP", 020 }, { "S_IXGRP", 010 },
	{ "S_IROTH", 04 }, { "S_IWOTH", 02 }, { "S_IXOTH", 01 },
};

/* The access mode comes first, and unknown bits last. */
_Static_assert(ARRAY_SIZE(known_flags) + 2 <= FLAG_NAMES_MAX, "FLAG_NAMES_MAX is too small");

bool flag_find(const char *name, __u32 *any_flags, __u32 *access_modes)
{
	for (size_t i = 0; i < ARRAY_SIZE(access_names); i++)
		if (strcmp(name, access_names[i]) == 0) {
			*access_modes |= 1 << i;
			return true;
		}
	for (size_t i = 0; i < ARRAY_SIZE(known_flags); i++)
		if (strcmp(name, known_flags[i].name) == 0) {
			__u32 bits = known_flags[i].bits;

			/* The bit that only the longer flag has distinguishes these two. */
			*any_flags |= bits == O_SYNC ? O_SYNC & ~O_DSYNC :
				      bits == O_TMPFILE ? O_TMPFILE & ~O_DIRECTORY : bits;
			return true;
		}
	return false;
}

/*
 * Append the names of the bits of @value to @names; bits without a name are appended as a
 * number.
 */
static size_t name_bits(const char **names, size_t n, const struct bit_name *known, size_t count,
			__u32 value)
{
	static char rest[16];

	for (size_t i = 0; i < count; i++)
		if ((value & known[i].bits) == known[i].bits) {
			names[n++] = known[i].name;
			value &= ~known[i].bits;
		}
	if (value) {
		snprintf(rest, sizeof(rest), "0x%x", value);
		names[n++] = rest;
	}
	return n;
}

size_t flag_names(const char **names, __u32 flags)
{
	names[0] = access_names[flags & O_ACCMODE];
	return name_bits(names, 1, known_flags, ARRAY_SIZE(known_flags), flags & ~O_ACCMODE);
}

size_t mode_names(const char **names, __u32 mode)
{
	return name_bits(names, 0, known_modes, ARRAY_SIZE(known_modes), mode);
}
