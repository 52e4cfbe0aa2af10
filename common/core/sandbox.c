// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/log.h"
#include "core/sandbox.h"
#include "core/syscall_name.h"
#include "core/text.h"

#define LISTS_MAX 16
#define NUMBERS_MAX 1024

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1			/* si_code of SIGSYS, include/uapi/asm-generic/siginfo.h */
#endif

static const struct sandbox_call *lists[LISTS_MAX + 1];
static unsigned int n_lists;	/* a NULL follows the last one */

static unsigned char hit[NUMBERS_MAX];	/* system calls that were not allowed */
static bool any_hit;
static char tool[128];			/* name for messages, escaped */

void sandbox_allow(const struct sandbox_call *list)
{
	assert(n_lists < LISTS_MAX);
	lists[n_lists++] = list;
}

/* Let the call that was interrupted return @value.  False if the architecture is unknown. */
static bool set_result(ucontext_t *context, int value)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = value;
#elif defined(__aarch64__)
	context->uc_mcontext.regs[0] = value;
#else
	return false;
#endif
	return true;
}

/* Called from a signal handler, so it allocates no memory and takes no lock. */
static void report(unsigned int number)
{
	const char *name = syscall_name(number);
	char line[512];
	int len;

	len = snprintf(line, sizeof(line), "%s: system call %u%s%s%s is not allowed in the sandbox; "
		       "this is a bug, please report it, or run with --no-sandbox\n",
		       tool, number, strchr(name, ' ') ? "" : " (", strchr(name, ' ') ? "" : name,
		       strchr(name, ' ') ? "" : ")");
	if (write(STDERR_FILENO, line, len) < 0) {
		/* stderr itself fails: nothing left to do */
	}
}

static void on_forbidden(int signal, siginfo_t *info, void *context)
{
	unsigned int number = info->si_syscall;
	int error = errno;

	if (info->si_code != SYS_SECCOMP)
		return;			/* kill(1) */
	any_hit = true;
	if (number >= NUMBERS_MAX || !__atomic_exchange_n(&hit[number], 1, __ATOMIC_RELAXED))
		report(number);
	if (!set_result(context, -ENOSYS))
		_exit(EXIT_FAILURE);
	errno = error;
}

bool sandbox_was_hit(void)
{
	return any_hit;
}

static int add_call(scmp_filter_ctx filter, const struct sandbox_call *call)
{
	struct scmp_arg_cmp condition = SCMP_CMP(call->arg, SCMP_CMP_MASKED_EQ, call->mask,
						 call->value);
	int number = seccomp_syscall_resolve_name(call->name), err;

	if (number < 0)
		return 0;		/* not on this architecture, or newer than the library */
	err = seccomp_rule_add_array(filter, call->error ? SCMP_ACT_ERRNO(call->error) :
							   SCMP_ACT_ALLOW,
				     number, call->mask ? 1 : 0, &condition);
	return err == -EEXIST ? 0 : err;
}

static int add_list(scmp_filter_ctx filter, const struct sandbox_call *list)
{
	int err = 0;

	for (; list->name && !err; list++)
		err = add_call(filter, list);
	return err;
}

/* abort(3) sends a signal to its own thread. */
static int add_abort(scmp_filter_ctx filter)
{
	const struct sandbox_call call = { "tgkill", SANDBOX_IS(0, getpid()) };

	return add_call(filter, &call);
}

/*
 * Before v5.16 (2f46993d83ff, "x86: change default to spec_store_bypass_disable=prctl
 * spectre_v2_user=prctl") a filter also turned on a mitigation that slows the process down.
 * CTL_SSB keeps it off.
 */
static int set_attributes(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);	/* -EOPNOTSUPP before v4.17 */
	return err;
}

/* Add the basic list and @allowed, which ends with NULL. */
static int build(scmp_filter_ctx filter, const struct sandbox_call *const *allowed)
{
	int err = set_attributes(filter);

	if (!err)
		err = add_list(filter, sandbox_basic);
	if (!err)
		err = add_abort(filter);
	for (; *allowed && !err; allowed++)
		err = add_list(filter, *allowed);
	return err;
}

/* Escape the tool's name for messages.  The signal handler cannot: escaping allocates memory. */
static void escape_tool(void)
{
	struct text name = {};

	text_escape(&name, program_invocation_short_name, strlen(program_invocation_short_name),
		    false);
	snprintf(tool, sizeof(tool), "%.*s", (int)name.len, name.at);
	text_free(&name);
}

/* Unblock SIGSYS: the kernel kills a process that blocks it. */
static int unblock(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Install a filter that allows the calls in @allowed, and takes @action for all others. */
static int install(uint32_t action, const struct sandbox_call *const *allowed)
{
	scmp_filter_ctx filter;
	int err;

#ifdef __SANITIZE_ADDRESS__
	return 0;
#endif
	filter = seccomp_init(action);
	if (!filter)
		return -ENOMEM;
	err = build(filter, allowed);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

int sandbox_install(void)
{
	struct sigaction action = { .sa_sigaction = on_forbidden, .sa_flags = SA_SIGINFO };

	escape_tool();
	if (sigaction(SIGSYS, &action, NULL) || unblock(SIGSYS))
		return -errno;
	return install(SCMP_ACT_TRAP, lists);
}

int sandbox_install_worker(const struct sandbox_call *const *allowed)
{
	return install(SCMP_ACT_KILL_PROCESS, allowed);
}
