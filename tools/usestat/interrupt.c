// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Interrupts and softirqs by name, from /proc/interrupts and /proc/softirqs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usestat.h"

enum { IRQ_COUNT, IRQ_FIELDS };

static const struct field fields[] = {
	[IRQ_COUNT] = { "count", FIELD_COUNTER, .about = "Interrupts" },
};

static const struct field keys[] = {
	{ "description", FIELD_STRING, .about = "Controller, kind and device, or softirq" },
	{ "top_cpu", FIELD_ID, .about = "CPU that handled most of them" },
	{ "top_cpu_count", FIELD_GAUGE, .about = "Interrupts on that CPU" },
};

static const struct record_type type = {
	.name = "interrupt",
	.about = "One of the busiest interrupts and softirqs, in detailed samples.  From "
		 "/proc/interrupts and /proc/softirqs",
	.object = "Number or name, as in the first column of the file",
	.interval = true,
	.fields = fields, .n = IRQ_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct irq {
	struct object object;
	char description[64];		/* "PCI-MSIX-0000:00:03.0 1-edge virtio1-input.0" */
	size_t n;			/* CPUs */
	__u64 *per_cpu;			/* counts of the last look */
	int top_cpu;			/* CPU that handled most in the interval; -1: none */
	__u64 top_count;
};

static void release(struct object *object)
{
	free(((struct irq *)object)->per_cpu);
}

static struct set set = {
	.type = &type, .size = sizeof(struct irq),
	.release = release,
};

static struct source file = { "/proc/interrupts" }, softirq_file = { "/proc/softirqs" };

/* "           CPU0       CPU1": return the numbers of the CPUs, malloc'd, and their count in @n. */
static size_t parse_heading(char *line, int **numbers)
{
	size_t n = 0, room = strlen(line) / 4 + 1;
	char *word;

	*numbers = calloc(room, sizeof(**numbers));
	while (*numbers && n < room && (word = word_next(&line)))
		if (strncmp(word, "CPU", 3) == 0)
			(*numbers)[n++] = atoi(word + 3);
	return *numbers ? n : 0;
}

static void copy_description(struct irq *irq, char *rest)
{
	size_t len = 0;
	char *word;

	irq->description[0] = '\0';
	while ((word = word_next(&rest)) && len < sizeof(irq->description))
		len += snprintf(irq->description + len, sizeof(irq->description) - len, "%s%s",
				len ? " " : "", word);
}

static void parse_counts(struct irq *irq, char **rest, const int *numbers, size_t n)
{
	bool again = irq->n == n && irq->object.before_ns;
	__u64 sum = 0, v;

	if (irq->n != n) {
		free(irq->per_cpu);
		irq->per_cpu = calloc(n, sizeof(*irq->per_cpu));
		irq->n = irq->per_cpu ? n : 0;
	}
	irq->top_cpu = -1;
	irq->top_count = 0;
	for (size_t i = 0; i < irq->n; i++) {
		char *before = *rest;

		if (!number_next(rest, &v)) {
			*rest = before;		/* ERR and MIS have only one number */
			break;
		}
		if (again && v - irq->per_cpu[i] > irq->top_count && v > irq->per_cpu[i]) {
			irq->top_count = v - irq->per_cpu[i];
			irq->top_cpu = numbers[i];
		}
		irq->per_cpu[i] = v;
		sum += v;
	}
	object_put(&irq->object, IRQ_COUNT, sum);
}

/* Softirqs have no description, so @kind is used. */
static void parse(struct usestat *u, char *text, const char *kind)
{
	char *line = line_next(&text);
	int *numbers = NULL;
	size_t n = line ? parse_heading(line, &numbers) : 0;

	while (n && (line = line_next(&text))) {
		char *name = word_next(&line);
		size_t len = name ? strlen(name) : 0;
		struct irq *irq;

		if (len < 2 || name[len - 1] != ':')
			continue;
		name[len - 1] = '\0';
		irq = (struct irq *)set_look(&set, name, 0, u->ns);
		parse_counts(irq, &line, numbers, n);
		if (kind)
			snprintf(irq->description, sizeof(irq->description), "%s", kind);
		else if (line)
			copy_description(irq, line);
	}
	free(numbers);
}

static void look(struct usestat *u)
{
	char *text = source_read(&file);

	if (text)
		parse(u, text, NULL);
	text = source_read(&softirq_file);
	if (text)
		parse(u, text, "softirq");
	set_sweep(&set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_delta0(o, IRQ_COUNT);
}

/* Print only the busiest of the interval. */
static void records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top && weight(list[i]); i++) {
		const struct irq *irq = (const struct irq *)list[i];

		record_begin(u, "interrupt");
		object_keys(u, &set, list[i]);
		record_str(u, "description", irq->description);
		if (irq->top_cpu >= 0) {
			record_uint(u, "top_cpu", irq->top_cpu);
			record_uint(u, "top_cpu_count", irq->top_count);
		}
		record_end(u);
	}
	free(list);
}

const struct subject interrupt_subject = {
	"interrupt", true, look, records, NULL, { &type },
};
