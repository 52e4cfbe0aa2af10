/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copy the registers and the stack of the running thread, for user space to unwind. */
#ifndef BPF_USER_STACK_BPF_H
#define BPF_USER_STACK_BPF_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "core.bpf.h"
#include "user_stack.h"

/*
 * Return true if the kernel has bpf_task_pt_regs() (v5.15, dd6e10fbd9fb).  Without it the place
 * of the registers is computed, which would be wrong with FRED (CONFIG_X86_FRED, v6.9), where 16
 * bytes follow them.
 */
static __always_inline bool has_task_pt_regs(void)
{
	return !config.raw_tp && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs);
}

/*
 * The word of the registers, in the order of struct pt_regs, that shows the mode of the CPU:
 * x86's cs, arm64's pstate.
 */
#if defined(__TARGET_ARCH_x86)
#define REGISTER_WORDS 21
#define SP_WORD 19
#define MODE_WORD 17
#define MODE_MASK 3
#define MODE_USER 3
#define IS_64_BIT(mode) (((mode) & ~3ULL) != 0x20)	/* __USER32_CS */
#define KERNEL_STACK_BYTES (4UL << 12)			/* before v5.15, without KASAN */
#elif defined(__TARGET_ARCH_arm64)
#define REGISTER_WORDS 34
#define SP_WORD 31
#define MODE_WORD 33
#define MODE_MASK 0xf
#define MODE_USER 0
#define IS_64_BIT(mode) (!((mode) & 0x10))		/* PSR_MODE32_BIT */
#define KERNEL_STACK_BYTES (1UL << 14)			/* before v5.15, pages of 4 or 16 KB */
#else
#error "which register tells user mode from kernel mode?"
#endif

/* Return true if @registers, in the order of struct pt_regs, are those of user mode. */
static __always_inline bool in_user_mode(const __u64 *registers)
{
	return (registers[MODE_WORD] & MODE_MASK) == MODE_USER;
}

/* Return the running task, in the form that bpf_task_pt_regs() needs. */
static __always_inline struct task_struct *running_task(void)
{
	return has_task_pt_regs() ? bpf_get_current_task_btf() : (void *)bpf_get_current_task();
}

/*
 * Return where the kernel saved the user registers of @task, an argument or from a helper.  Not
 * const: clang 21 then warns about the variable of BPF_CORE_READ().
 */
static __always_inline void *saved_registers(struct task_struct *task)
{
	if (has_task_pt_regs())
		return (void *)bpf_task_pt_regs(task);
	return BPF_CORE_READ(task, stack) + KERNEL_STACK_BYTES - bpf_core_type_size(struct pt_regs);
}

/* Return false if the copied registers are not those of 64-bit code in user mode. */
static __always_inline bool usable_registers(const struct user_stack *stack)
{
	return in_user_mode(stack->registers) && IS_64_BIT(stack->registers[MODE_WORD]);
}

/* Copy the user registers at @saved, from saved_registers().  Returns false if there are none. */
static __always_inline bool copy_saved_registers(struct user_stack *stack, const void *saved)
{
	return !bpf_probe_read_kernel(stack->registers, REGISTER_WORDS * 8, saved) &&
	       usable_registers(stack);
}

/*
 * Copy the user registers of the running thread.  @ctx: the context of a perf_event program,
 * which holds the registers at the time of the sample.  A program must read them one by one,
 * because the verifier rewrites the accesses.  Returns false if there are none, or those of 32-bit
 * code.
 */
static __always_inline bool copy_registers(const __u64 *ctx, struct user_stack *stack)
{
	if (!in_user_mode(ctx))
		return copy_saved_registers(stack, saved_registers(running_task()));
#pragma unroll
	for (int i = 0; i < REGISTER_WORDS; i++)
		stack->registers[i] = *(const volatile __u64 *)&ctx[i];
	return usable_registers(stack);
}

/*
 * Copy at most @pages (a constant) of the stack of the running thread to @to, from the page of
 * the stack pointer on.  The copy ends at the first page that cannot be read: the end of the
 * mapping, or a page that is not in memory.  The main thread's stack continues with arguments and
 * environment, which begin at start_stack.
 */
static __always_inline void copy_stack(struct user_stack *stack, void *to, int pages)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 top = BPF_CORE_READ(task, mm, start_stack), sp = stack->registers[SP_WORD];
	__u64 base = sp & ~(USER_STACK_PAGE - 1ULL);
	__u32 bytes = 0;

	stack->entry = top;
	if (sp > top)
		top = ~0ULL;
#pragma unroll
	for (int i = 0; i < pages; i++) {
		if (base + i * USER_STACK_PAGE > top ||
		    bpf_probe_read_user(to + i * USER_STACK_PAGE, USER_STACK_PAGE,
					(void *)(base + i * USER_STACK_PAGE)))
			break;
		bytes += USER_STACK_PAGE;
	}
	stack->base = base;
	stack->bytes = bytes;
	stack->full = bytes == pages * USER_STACK_PAGE;
}

#endif /* BPF_USER_STACK_BPF_H */
