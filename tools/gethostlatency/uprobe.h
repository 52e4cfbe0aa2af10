/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Attach programs to the functions of a library. Since v6.6 one link attaches a program to many
 * places (uprobe.multi) and needs no more privileges than loading it. Before, each place needs a
 * perf event, which may require CAP_SYS_ADMIN.
 */
#ifndef GETHOSTLATENCY_UPROBE_H
#define GETHOSTLATENCY_UPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct bpf_program;

#define UPROBE_PLACES_MAX 16

/* Where functions begin, as offsets in the file. @which is the index of the name that each has. */
struct uprobe_places {
	size_t n;
	__u64 offsets[UPROBE_PLACES_MAX];
	__u64 which[UPROBE_PLACES_MAX];
};

/* Return true if the kernel has uprobe.multi. It is tested by using it. */
bool uprobe_has_multi(void);

/* Prepare a program for many places. Call it before the program is loaded. */
void uprobe_use_multi(struct bpf_program *prog);

/*
 * Attach @prog to all places of @fd, or with @at_return to their returns. Its cookie is the
 * index of the name. Returns a descriptor that detaches it when closed, or a negative errno.
 */
int uprobe_attach_multi(struct bpf_program *prog, int fd, const struct uprobe_places *places,
			bool at_return);

/*
 * Refuse, with a message, a kernel on which a probe at the return of a function can kill the
 * process (uretprobe.h). This needs uprobe.multi: kernels without it (before v6.6) are older
 * than the fault (v6.11). Returns 0, -EOPNOTSUPP, or the error of the test.
 */
int uprobe_check_return(void);

/* Prepare for uprobe_attach(), while the tool may open files. */
void uprobe_use_events(void);

/* Attach @prog to one place, with a perf event. */
int uprobe_attach(struct bpf_program *prog, int fd, __u64 offset, bool at_return);

#endif /* GETHOSTLATENCY_UPROBE_H */
