/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs at the functions of a library: where those are in its file, and
 * attaching.  What links this needs libelf.
 *
 * From v6.6 on one link takes a program to many places (uprobe.multi), without
 * more privileges than loading it; before, each takes a perf event, and those
 * may ask for CAP_SYS_ADMIN.
 */
#ifndef COMMON_UPROBE_H
#define COMMON_UPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct bpf_program;

#define UPROBE_PLACES_MAX 16

/* Where functions begin, as offsets in the file; @which of the names asked for each is. */
struct uprobe_places {
	size_t n;
	__u64 offsets[UPROBE_PLACES_MAX];
	__u64 which[UPROBE_PLACES_MAX];
};

/*
 * The functions called one of @names (of @n, NULL: none) that the ELF file @fd
 * exports.  A name may have several, by version.  0, or a negative errno:
 * -ENOEXEC, no ELF file; -EOPNOTSUPP, for other processors than this one's.
 */
int uprobe_find(int fd, const char *const *names, size_t n, struct uprobe_places *places);

/* True if the kernel has uprobe.multi: tried for real. */
bool uprobe_has_multi(void);

/* For a program that goes to many places: to be called before it is loaded. */
void uprobe_use_multi(struct bpf_program *prog);

/*
 * Attach @prog to all places of @fd; its cookie is which of the names it is.
 * @at_return: where they return.  A descriptor that detaches it when closed,
 * or a negative errno.
 */
int uprobe_attach_multi(struct bpf_program *prog, int fd, const struct uprobe_places *places,
			bool at_return);

/*
 * Refuse, with the reason, a kernel on which a probe at the return of a function can kill
 * the process (uretprobe.h).  Needs uprobe.multi: kernels without it (before v6.6) are older
 * than that fault (v6.11).  0, -EOPNOTSUPP, or what went wrong with the test.
 */
int uprobe_check_return(void);

/* The same for one place, as a perf event. */
int uprobe_attach(struct bpf_program *prog, int fd, __u64 offset, bool at_return);

#endif /* COMMON_UPROBE_H */
