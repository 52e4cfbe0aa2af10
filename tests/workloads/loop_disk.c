// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* loop_disk add|remove NUMBER: create /dev/loopNUMBER, or remove it, which losetup(8) cannot do. */
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	int fd, request;

	if (argc != 3)
		return 64;
	request = strcmp(argv[1], "add") == 0 ? LOOP_CTL_ADD : LOOP_CTL_REMOVE;
	fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, request, atol(argv[2])) < 0) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
