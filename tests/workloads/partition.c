// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * partition add DISK NUMBER FIRST_SECTOR SECTORS
 * partition del DISK NUMBER
 *
 * Add a partition of DISK to the kernel, or delete it, without a table on
 * the disk: not every kernel reads one, and not every util-linux has addpart(8).
 */
#include <err.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct blkpg_partition partition = {};
	struct blkpg_ioctl_arg arg = { .datalen = sizeof(partition), .data = &partition };
	int fd;

	if (argc == 6 && strcmp(argv[1], "add") == 0)
		arg.op = BLKPG_ADD_PARTITION;
	else if (argc == 4 && strcmp(argv[1], "del") == 0)
		arg.op = BLKPG_DEL_PARTITION;
	else
		errx(1, "usage: partition add DISK NUMBER FIRST_SECTOR SECTORS | del DISK NUMBER");
	partition.pno = strtol(argv[3], NULL, 10);
	if (arg.op == BLKPG_ADD_PARTITION) {
		partition.start = 512 * strtoll(argv[4], NULL, 10);
		partition.length = 512 * strtoll(argv[5], NULL, 10);
	}
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BLKPG, &arg))
		err(1, "%s", argv[2]);
	return 0;
}
