/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Command line parsing, based on glibc's argp.
 *
 * Options with the same meaning in every tool are argp children: a tool lists those it accepts
 * in .children and sets the input struct of each in ARGP_KEY_INIT.  Short options follow the
 * BCC tool of the same name.  Options that BCC does not have get only a long name.
 *
 * Everything is checked before anything is attached.  A bad value ends the program with one
 * line and EXIT_USAGE.
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
	STAMP_UTC,		/* like STAMP_LOCAL, in UTC */
	STAMP_ISO,		/* RFC 3339 in UTC, with microseconds */
	STAMP_MONO,		/* seconds of CLOCK_MONOTONIC, with microseconds */
	STAMP_SINCE_START,	/* seconds since the tool was ready, with milliseconds */
	STAMP_SINCE_START_US,	/* the same, with microseconds */
};

/* [INTERVAL [COUNT]] of tools that print summaries, and of --count-by */
struct interval_args {
	unsigned long interval;		/* seconds; 0: one summary at the end */
	unsigned long count;		/* number of summaries; 0: no limit */
};

/* --count-by (output/count.h) */
struct count_args {
	const char *by;			/* columns; NULL: print single records */
	const char *sort;		/* sort column; NULL: by count */
	unsigned long sample;		/* records to print per interval as well */
	unsigned long top;		/* maximum number of rows; 0: the default */
	struct interval_args interval;
};

/* Options of every tool: --json --duration --max-events --time --cgroup --container ... */
struct common_args {
	bool json;			/* print NDJSON instead of a table */
	bool verbose;			/* print libbpf's messages and the hooks in use */
	bool strict;			/* exit with 1 if anything was lost */
	bool print_container;		/* print a CONTAINER column */
	bool bpf_stats;			/* measure the BPF programs' run time */
	bool no_sandbox;		/* keep all privileges during the run */
	enum stamp_format time;
	unsigned long duration;		/* seconds; 0: until interrupted */
	unsigned long max_events;	/* number of records; 0: no limit */
	unsigned long ring_bytes;	/* 0: the tool's default */
	struct count_args count;
	const char *metrics;		/* file for metrics; NULL: none */
	const char *columns;		/* -o: columns, or "+..." to add some; NULL: the default */
	const char *btf;		/* file with the kernel's BTF; NULL: use the kernel's own */
	struct filter filter;		/* in the form that the BPF side needs */
	char *cgroup;			/* absolute path of the cgroup; NULL: none */
	const struct table *table;	/* of the records; an option may select another table */
	const char *tool;		/* name in this project; a package may rename the program */
	int argc;			/* the original command line, for the meta line */
	char **argv;
};
extern const struct argp common_argp;

/* -p PID -u USER, for tools that observe tasks.  Input: the common_args. */
extern const struct argp filter_argp;

/* [INTERVAL [COUNT]].  Input: an interval_args. */
extern const struct argp interval_argp;

/* Options of tools that print events: filter_argp, --count-by, common_argp.  Input: common_args. */
extern const struct argp event_argp;

/*
 * Parse the command line of @tool, which prints records of @table.  Also sets the program name
 * for messages, and opens fds 0 to 2 if they are closed.
 */
void args_parse(const char *tool, const struct table *table, const struct argp *argp, int argc,
		char **argv, struct common_args *common);

/* Print "<tool>: <message>; try '<tool> --help'" and exit with EXIT_USAGE. */
_Noreturn void args_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Parse all of @arg as a decimal number from @min to @max.  @what names it in the error
 * message, for example "invalid pid 'abc': ...".
 */
unsigned long args_number(const char *arg, const char *what, unsigned long min, unsigned long max);

/* Parse @arg as milliseconds with an optional fraction ("0.5").  Return nanoseconds. */
__u64 args_ms(const char *arg, const char *what);

pid_t args_pid(const char *arg);	/* must exist as a process or thread */
const char *args_comm(const char *arg);	/* a part of a thread's name */
uid_t args_uid(const char *arg);	/* a number or a user's name */

/*
 * Call @fn with each number of the comma-separated list @arg, each from @min to @max.  Fails if
 * there are more than @most.
 */
void args_list(const char *arg, const char *what, unsigned long min, unsigned long max,
	       size_t most, void (*fn)(void *ctx, unsigned long number), void *ctx);

/* For options of single tools that mean the same as a common option (BCC's -c, -d, -T ...). */
void args_cgroup(struct common_args *common, const char *path);
void args_duration(struct common_args *common, const char *arg);
void args_time(struct common_args *common, const char *arg);	/* NULL: local time */

#endif /* COMMON_ARGS_H */
