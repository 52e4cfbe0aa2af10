// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/ksyms.h"
#include "core/log.h"
#include "core/tally.h"
#include "core/xalloc.h"

#define BUFFER_BYTES 65536

struct ksyms {
	struct symbols symbols;
	struct tally modules;		/* numbers of names, each with its NUL; number 0 is "" */
};

/* Return true for symbols of code, not data.  @type is a letter of nm(1). */
static bool is_code(char type)
{
	return strchr("tTwW", type) != NULL;
}

/* Add "ffffffffc0000000 t name\t[module]".  Return false if it is not a symbol with an address. */
static bool add_line(struct ksyms *ksyms, char *line)
{
	struct symbol_entry entry = {};
	char *rest, *name, *module;

	entry.address = strtoull(line, &rest, 16);
	if (!entry.address || rest[0] != ' ' || !rest[1] || rest[2] != ' ')
		return false;
	if (!is_code(rest[1]))
		return true;
	entry.rank = rest[1] == 'T';
	name = rest + 3;
	name[strcspn(name, "\n")] = '\0';
	module = strchr(name, '\t');
	if (module) {
		*module++ = '\0';
		module += module[0] == '[';
		module[strcspn(module, "]")] = '\0';
	} else {
		module = "";
	}
	entry.module = tally_add(&ksyms->modules, module, strlen(module) + 1, 1);
	symbols_add(&ksyms->symbols, &entry, name, strlen(name));
	return true;
}

int ksyms_open(void)
{
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

struct ksyms *ksyms_load(int fd)
{
	struct ksyms *ksyms = xcalloc(1, sizeof(*ksyms));
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	bool hidden = false;
	char *line = NULL;
	size_t size = 0;

	tally_add(&ksyms->modules, "", 1, 0);
	if (f)		/* the C library would read 1 KB at a time: 5000 calls */
		setvbuf(f, NULL, _IOFBF, BUFFER_BYTES);
	while (f && getline(&line, &size, f) > 0)
		hidden |= !add_line(ksyms, line);
	free(line);
	if (!f)
		log_warn("no names of kernel functions: /proc/kallsyms: %s",
			 strerror(fd < 0 ? -fd : errno));
	else if (!ksyms->symbols.n)
		log_warn("no names of kernel functions: %s", hidden ?
			 "the kernel hides their addresses (CAP_SYSLOG, kernel.kptr_restrict)" :
			 "/proc/kallsyms is empty");
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	if (ksyms->symbols.n) {
		symbols_sort(&ksyms->symbols);
		return ksyms;
	}
	ksyms_free(ksyms);
	return NULL;
}

void ksyms_free(struct ksyms *ksyms)
{
	if (!ksyms)
		return;
	symbols_free(&ksyms->symbols);
	tally_free(&ksyms->modules);
	free(ksyms);
}

struct symbol ksyms_find(const struct ksyms *ksyms, __u64 address)
{
	const struct symbol_entry *entry = ksyms ? symbols_find(&ksyms->symbols, address) : NULL;
	struct symbol symbol = {};

	if (!entry)
		return symbol;
	symbol.name = symbols_name(&ksyms->symbols, entry);
	symbol.module = ksyms->modules.entries[entry->module].bytes;
	if (!symbol.module[0])
		symbol.module = NULL;
	symbol.offset = address - entry->address;
	return symbol;
}
