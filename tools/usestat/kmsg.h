/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A record of the kernel's log, and its class. */
#ifndef USESTAT_KMSG_H
#define USESTAT_KMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct kmsg {
	const char *class;		/* NULL: none */
	unsigned int level;		/* 0 emergency ... 7 debug */
	__u64 sequence;
	__u64 ns;			/* time of the kernel's clock, nearly CLOCK_MONOTONIC */
	bool history;			/* logged before usestat started */
	bool program;			/* written to the log by a program */
	__u64 pid;			/* process that the message is about; 0: none */
	char text[512], comm[64], oom_memcg[256], task_memcg[256], device[64];
	char object[64];		/* disk, interface or server that the text names */
};

/* Parse a record as read(2) returns it; @text is modified.  Return false if it is damaged. */
bool kmsg_parse(char *text, struct kmsg *record);

/* Return the class of a message, or NULL. */
const char *kmsg_class(const char *text);

/* Return the name of the @i-th class, or NULL at the end. */
const char *kmsg_class_name(size_t i);

/* kmsg_object.c: fill in pid, comm, task_memcg and object from the text of a classified message. */
void kmsg_object(struct kmsg *record);

#endif /* USESTAT_KMSG_H */
