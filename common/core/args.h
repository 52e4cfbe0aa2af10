/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Command lines, on glibc's argp.
 *
 * The options that mean the same in every tool are argp children: a tool
 * lists the ones it takes in .children and gives each its struct as input in
 * ARGP_KEY_INIT.  A tool's own letters are those of the BCC tool of that name;
 * an option that BCC does not have gets a long name only.
 *
 * Everything is checked before anything is attached.  A bad value ends the
 * program with one line and EXIT_USAGE.
 */
#ifndef COMMON_ARGS_H
#define COMMON_ARGS_H

#include <argp.h>
#include <stdbool.h>
#include <sys/types.h>
#include "config.h"

struct table;

#define DURATION_MAX (366UL * 24 * 3600)	/* seconds */

enum stamp_format {
	STAMP_NONE,
	STAMP_LOCAL,		/* HH:MM:SS.mmm */
	STAMP_UTC,		/* the same in UTC */
	STAMP_ISO,		/* RFC 3339 in UTC, microseconds */
	STAMP_MONO,		/* seconds of CLOCK_MONOTONIC, microseconds */
	STAMP_SINCE_START,	/* seconds since the tool was ready, milliseconds */
	STAMP_SINCE_START_US,	/* the same with microseconds */
};

/* [INTERVAL [COUNT]]: tools that print summaries, and --count-by */
struct interval_args {
	unsigned long interval;		/* seconds, 0: one summary at the end */
	unsigned long count;		/* summaries, 0: no limit */
};

/* --count-by: output/count.h */
struct count_args {
	const char *by;			/* columns; NULL: print records */
	const char *sort;		/* NULL: by count */
	unsigned long top;		/* rows, 0: the default */
	struct interval_args interval;
};

/* Every tool: --json --duration --max-events --time --cgroup --container ... */
struct common_args {
	bool json;			/* NDJSON, not a table */
	bool verbose;			/* libbpf's messages, and the hooks in use */
	bool strict;			/* exit 1 if anything was lost */
	bool print_container;		/* a CONTAINER column */
	bool bpf_stats;			/* measure the BPF programs' run time */
	enum stamp_format time;
	unsigned long duration;		/* seconds, 0: until interrupted */
	unsigned long max_events;	/* records, 0: no limit */
	unsigned long ring_bytes;	/* 0: the tool's default */
	struct count_args count;
	const char *metrics;		/* file of metrics; NULL: none */
	const char *columns;		/* -o: to print, "+..." in addition; NULL: the default */
	const char *btf;		/* the kernel's BTF in a file, NULL: the kernel's own */
	struct filter filter;		/* ready for the BPF side */
	char *cgroup;			/* absolute path of its cgroup; NULL: none */
	const struct table *table;	/* its records; an option may choose another */
	const char *tool;		/* its own name, whatever a package calls it */
	int argc;			/* the command line as it was, for the meta line */
	char **argv;
};
extern const struct argp common_argp;

/* -p PID -u USER: tools that look at tasks.  Input: the common_args. */
extern const struct argp filter_argp;

/* [INTERVAL [COUNT]].  Input: an interval_args. */
extern const struct argp interval_argp;

/* What tools that print events take: filter_argp, --count-by, common_argp.  Input: the common_args. */
extern const struct argp event_argp;

/*
 * Parse the command line of @tool, which prints records of @table; also names the program in messages and opens closed
 * fds 0-2.
 */
void args_parse(const char *tool, const struct table *table, const struct argp *argp, int argc,
		char **argv, struct common_args *common);

/* Print "<tool>: <message>; try '<tool> --help'" and exit with EXIT_USAGE. */
_Noreturn void args_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * @arg, to its last character, as a decimal number in @min..@max; @what names
 * it in the message, as in "invalid pid 'abc': ...".
 */
unsigned long args_number(const char *arg, const char *what, unsigned long min, unsigned long max);

/* @arg as milliseconds with an optional fraction ("0.5"), in nanoseconds. */
__u64 args_ms(const char *arg, const char *what);

pid_t args_pid(const char *arg);	/* of a process or thread that exists */
const char *args_comm(const char *arg);	/* a part of the name of a thread */
uid_t args_uid(const char *arg);	/* a number or a user's name */

/*
 * Call @fn with each number in the comma list @arg, each in @min..@max; fails
 * if there are more than @most.
 */
void args_list(const char *arg, const char *what, unsigned long min, unsigned long max,
	       size_t most, void (*fn)(void *ctx, unsigned long number), void *ctx);

/* For a tool's own letters of common options (BCC's -c, -d, -T ...). */
void args_cgroup(struct common_args *common, const char *path);
void args_duration(struct common_args *common, const char *arg);
void args_time(struct common_args *common, const char *arg);	/* NULL: local */

#endif /* COMMON_ARGS_H */
