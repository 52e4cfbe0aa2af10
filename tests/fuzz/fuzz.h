/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the targets share: README.md describes them. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Return a file with these bytes, which the caller closes. */
static inline int fuzz_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return fd;
}

/* Return the bytes as a string, which the caller frees. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *string = malloc(size + 1);

	if (!string)
		abort();
	memcpy(string, data, size);
	string[size] = '\0';
	return string;
}

#endif /* FUZZ_H */
