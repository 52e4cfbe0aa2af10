# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
#   make                    build every tool into $(O)/
#   make execsnoop          build one
#   make check              tests that need no privileges, no BPF and no network
#   make check-live         tests that load BPF (root, a kernel with BTF)
#   make fuzz FUZZ_SECONDS=60   parsers of untrusted input, with libFuzzer (clang)
#   make bench              measure against the installed libbpf-tools (root)
#   make install            into $(DESTDIR)$(prefix)
#   make uninstall
#   make generate           what is made of the tools' columns: FIELDS, schemas, docs/fields.md
#   make dist               $(O)/sixty-VERSION.tar.gz, .spdx.json and .sha256, of the last commit
#   make deb              $(O)/deb: Debian packages of the last commit
#   make compile_commands.json   for clangd and other tools
#   make release-check      what a release has to pass: packages, the tarball
#
#   make static             $(O)/sixty-VERSION-ARCH.tar.gz: the tools without shared libraries and
#                           sixty, to run on any host (sixty-fleet --copy)
#
#   V=1  O=dir  CROSS_COMPILE=aarch64-linux-gnu-  VMLINUX=DIR  SAN=1  WERROR=1
#   PROGRAM_PREFIX=bpf-  PROGRAM_SUFFIX=-sixty
#
# A tool is a folder, tools/<tool>/, with <tool>.c, <tool>.bpf.c and any further .c files
# that only this tool uses; there is no list of tools to extend.  ext4slower and its
# siblings are fsslower compiled for one file system: see FSTOOLS.

VERSION	:= $(shell sed -n 's/^VERSION=//p' scripts/sixty)
O	?= build
prefix	?= /usr/local
sbindir	?= $(prefix)/sbin
datadir	?= $(prefix)/share
mandir	?= $(datadir)/man
docdir	?= $(datadir)/doc/sixty
sharedir ?= $(datadir)/sixty
unitdir	?= $(prefix)/lib/systemd/system
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
sysusersdir ?= $(prefix)/lib/sysusers.d
bashdir	?= $(datadir)/bash-completion/completions
zshdir	?= $(datadir)/zsh/site-functions
fishdir	?= $(datadir)/fish/vendor_completions.d

CLANG	?= clang
VMLINUX	?= vmlinux
BPFTOOL	?= bpftool
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config
ifeq ($(origin CC),default)
CC	:= $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR	:= $(CROSS_COMPILE)ar
endif

# The kernel's name for the target, as libbpf's headers want it.
ARCH	?= $(shell $(CC) -dumpmachine | sed 's/-.*//; s/x86_64/x86/; s/aarch64/arm64/')

LIBBPF_MIN := 1.1
ifneq ($(filter-out clean uninstall dist deb,$(or $(MAKECMDGOALS),all)),)
MISSING := $(shell for p in $(firstword $(CC)) $(CLANG) $(PKG_CONFIG); do command -v $$p >&2 || echo $$p; done 2>/dev/null)
ifneq ($(MISSING),)
$(error missing: $(MISSING); on Debian and Ubuntu: sudo scripts/deps build)
endif
ifneq ($(shell $(PKG_CONFIG) --atleast-version=$(LIBBPF_MIN) libbpf && echo yes),yes)
$(error libbpf >= $(LIBBPF_MIN) not found by $(PKG_CONFIG); on Debian and Ubuntu: sudo scripts/deps build)
endif
endif
LIBBPF_CFLAGS := $(shell $(PKG_CONFIG) --cflags libbpf)
LIBBPF_LIBS := $(shell $(PKG_CONFIG) --libs $(if $(STATIC),--static) libbpf)
LIBS	:= $(LIBBPF_LIBS) $(shell $(PKG_CONFIG) --libs $(if $(STATIC),--static) libseccomp) -lresolv
# What only one tool, or its unit test, is linked with: LIBS_<tool>.
LIBS_profile := -lz -liberty
LIBS_offcputime := $(LIBS_profile)
LIBS_usyms := $(LIBS_profile)
LIBS_helper := $(LIBS_profile)
LIBS_stacks := $(LIBS_profile)
LIBS_pprof := -lz
LIBS_gethostlatency := -pthread

CFLAGS	?= -O2 -g
WARN	:= -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers \
	   -Wstrict-prototypes -Wshadow $(if $(WERROR),-Werror)
# The same sources give the same bytes, wherever they were unpacked.
REPRO	:= -ffile-prefix-map=$(CURDIR)=.
ifdef SAN
# Among the sanitizers' own checks gcc sees NULL where none can be.
SAN_FLAGS := -fsanitize=address,undefined -fno-omit-frame-pointer -Wno-format-truncation
endif
ALL_CFLAGS = -std=gnu11 $(WARN) $(REPRO) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
	   -Icommon -Ibpf -I$(O) $(LIBBPF_CFLAGS) $(SAN_FLAGS) $(CPPFLAGS) $(CFLAGS)

# No CFLAGS of the user's here: hardening flags mean nothing to the BPF target.
# -mcpu=v2: v3's fetching atomics need a 5.12 kernel.
BPF_CFLAGS = -target bpf -D__TARGET_ARCH_$(ARCH) -O2 -g -mcpu=v2 -std=gnu11 -Wall \
	   $(if $(WERROR),-Werror) $(REPRO) -I$(VMLINUX) -Ibpf $(LIBBPF_CFLAGS)

# fsslower for one file system each.
FSTOOLS	:= ext4slower xfsslower btrfsslower
BPFTOOLS := $(basename $(basename $(notdir $(wildcard tools/*/*.bpf.c))))
TOOLS	:= $(sort $(notdir $(wildcard tools/*)) $(FSTOOLS))
SKELS	:= $(BPFTOOLS:%=$(O)/%.skel.h) $(O)/self.skel.h
COMMON	:= $(patsubst common/%.c,$(O)/common/%.o,$(filter-out %.bpf.c,$(wildcard common/*/*.c)))
# parts_of TOOL: the objects of a tool's further .c files.
parts_of = $(patsubst %.c,$(O)/%.o,$(filter-out tools/$(1)/$(1).c %.bpf.c,$(wildcard tools/$(1)/*.c)))
PARTS	:= $(foreach tool,$(TOOLS),$(call parts_of,$(tool)))
TESTS	:= $(patsubst tests/unit/%.c,$(O)/%,$(wildcard tests/unit/test_*.c))
LOADS	:= $(patsubst tests/workloads/%.c,$(O)/workloads/%,$(wildcard tests/workloads/*.c)) \
	   $(if $(STATIC),,$(O)/workloads/loadonly $(O)/workloads/intruder)
MANS	:= $(patsubst %.8,$(O)/%.8,$(notdir $(wildcard tools/*/*.8 scripts/checklist/*.8))) \
	   $(FSTOOLS:%=$(O)/%.8)

ifneq ($(V),1)
Q	= @
say	= @printf '  %-7s %s\n' $(1) $(patsubst $(O)/%,%,$@);
endif

HELPS	:= $(TOOLS:%=$(O)/%.help) $(O)/sixty.help

all: $(TOOLS:%=$(O)/%) $(MANS) $(HELPS)

$(TOOLS): %: $(O)/%

.SECONDEXPANSION:

$(TOOLS:%=$(O)/%): $(O)/%: $(O)/%.o $$(call parts_of,%) $(O)/libcommon.a
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(CFLAGS) $(LDFLAGS) $^ $(LIBS) $(LIBS_$*) -o $@

$(O)/libcommon.a: $(COMMON)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(SKELS:.skel.h=.o): %.o: %.skel.h
$(FSTOOLS:%=$(O)/%.o): $(O)/fsslower.skel.h
# A static pattern rule: *.bpf.o is made by another one.
$(filter-out $(FSTOOLS:%=$(O)/%.o),$(TOOLS:%=$(O)/%.o)): $(O)/%.o: tools/$$*/%.c
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(FSTOOLS:%=$(O)/%.o): $(O)/%slower.o: tools/fsslower/fsslower.c
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -DONLY_FS='"$*"' -MMD -MP -c $< -o $@

$(PARTS): | $(SKELS)
$(O)/common/core/self.o: $(O)/self.skel.h
$(COMMON) $(PARTS): $(O)/%.o: %.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(O)/%.skel.h: $(O)/%.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf >$@

# "gen object" drops the DWARF and keeps the BTF.
$(O)/%.bpf.o: $(O)/%.raw.o
	$(call say,BPFOBJ)
	$(Q)$(BPFTOOL) gen object $@ $<

$(SKELS:.skel.h=.raw.o): $(O)/%.raw.o: $$(wildcard tools/$$*/%.bpf.c common/core/%.bpf.c)
	$(call say,BPF)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# Every man page carries the options and exit codes that all tools share, and its fields.
$(patsubst %,$(O)/%.8,$(filter-out $(FSTOOLS),$(TOOLS))): $(O)/%.8: tools/$$*/%.8 tools/$$*/fields.mdoc common/count.8 common/options.8 common/exit-status.8
	$(call say,MAN)
	$(Q)mkdir -p $(@D)
	$(Q)sed -e '/^\.\\" @count-options@/{r common/count.8' -e 'd}' \
		-e '/^\.\\" @common-options@/{r common/options.8' -e 'd}' \
		-e '/^\.\\" @fields@/{r tools/$*/fields.mdoc' -e 'd}' \
		-e '/^\.\\" @exit-status@/{r common/exit-status.8' -e 'd}' $< >$@

# Theirs is fsslower's, without what only that has.
$(FSTOOLS:%=$(O)/%.8): $(O)/%.8: $(O)/fsslower.8
	$(call say,MAN)
	$(Q)sed -e '/^\.\\" @only-fsslower@/,/^\.\\" @end@/d' -e 's/^\.\\" @one@ //' \
		-e 's/fsslower/$*/g' -e 's/^\.Dt .*/.Dt \U$* 8/' $< >$@

$(O)/%.8: scripts/checklist/%.8
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

# Completions are made of it.  Built for another machine a tool cannot say it: then
# there are none, rather than stale ones.
$(TOOLS:%=$(O)/%.help): %.help: %
	$(call say,HELP)
	$(Q)$(abspath $<) --help >$@ 2>/dev/null || : >$@

$(O)/sixty.help: scripts/sixty
	$(Q)mkdir -p $(@D)
	$(Q)$< --help >$@

# A unit test includes a tool's .c to reach its static functions; a further one of the same
# tool is linked with the tool's other parts too: TOOL_<test>.
TOOL_usestat_idle := usestat
TOOL_usestat_more := usestat
TOOL_usestat_units := usestat
test_parts = $(call parts_of,$(or $(TOOL_$(1)),$(1)))
$(O)/test_%: tests/unit/test_%.c $$(call test_parts,%) $(O)/libcommon.a | $(SKELS)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< $(call test_parts,$*) $(O)/libcommon.a $(LDFLAGS) $(LIBS) \
		$(LIBS_$*) -lcmocka -o $@

# What printing an event costs; it includes opensnoop's .c.
$(O)/bench_output: tests/bench/output.c $(call parts_of,opensnoop) $(O)/libcommon.a | $(SKELS)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< $(call parts_of,opensnoop) $(O)/libcommon.a \
		$(LDFLAGS) $(LIBS) -o $@

# Measurements of tests/bench/run.
$(O)/bench_measure: tests/bench/measure.c $(O)/libcommon.a
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< $(O)/libcommon.a $(LDFLAGS) $(LIBS) -o $@

# Preloaded into the tools: see there.
$(O)/workloads/loadonly: tests/compilers/loadonly.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE $(CFLAGS) $(LIBBPF_CFLAGS) -fPIC -shared $< $(LDFLAGS) \
		$(LIBBPF_LIBS) -o $@

$(O)/workloads/intruder: tests/live/intruder.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE $(CFLAGS) -fPIC -shared $< $(LDFLAGS) -o $@

$(O)/workloads/%: tests/workloads/%.c $(wildcard tests/workloads/*.h)
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE $(CFLAGS) $< $(LDFLAGS) -pthread -o $@

# Man pages, schemas and documents that are made of the tools' columns.
generate: $(filter-out $(FSTOOLS),$(TOOLS:%=$(O)/%))
	O='$(O)' scripts/dev/generate

# For scripts that need the names of all tools.
list-tools:
	@printf '%s\n' $(TOOLS)

unit-tests: $(TESTS)
workloads: $(LOADS)

check: all unit-tests
	prove --exec tests/unit/run $(TESTS)

check-live:
	scripts/test --no-install live

# Everything is built again, with clang and its sanitizers.
FUZZ_SECONDS ?= 60
FUZZERS	:= $(patsubst tests/fuzz/%.c,$(O)/fuzz_%,$(wildcard tests/fuzz/*.c))
# records_TOOL includes that tool's .c: it is linked with the other parts.
fuzz_parts = $(if $(filter records_%,$(1)),$(call parts_of,$(subst records_,,$(1))))
fuzz:
	$(Q)$(MAKE) -s O='$(O)/fuzz' CC='$(CLANG)' \
		CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' \
		fuzz-targets
	$(Q)tests/fuzz/run '$(O)/fuzz' '$(FUZZ_SECONDS)'

fuzz-targets: $(FUZZERS)
$(FUZZERS): $(O)/fuzz_%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) $$(call fuzz_parts,%) $(O)/libcommon.a | $(SKELS)
	$(call say,FUZZ)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -fsanitize=fuzzer $< $(call fuzz_parts,$*) $(O)/libcommon.a \
		$(LDFLAGS) $(LIBS) $(LIBS_$(subst records_,,$*)) -o $@

bench: all workloads $(O)/bench_measure
	tests/bench/run
	tests/bench/results

INSTALL_VARS := TOOLS O DESTDIR PROGRAM_PREFIX PROGRAM_SUFFIX sbindir mandir docdir sharedir \
	   unitdir tmpfilesdir sysusersdir bashdir zshdir fishdir
RUN_INSTALL = $(foreach var,$(INSTALL_VARS),$(var)='$($(var))') scripts/build/install

install: all
	$(Q)$(RUN_INSTALL) install

uninstall:
	$(Q)$(RUN_INSTALL) uninstall

# For hosts that have neither the libraries nor jq.
static:
	$(Q)$(MAKE) --no-print-directory O=$(O)/static STATIC=1 LDFLAGS='-static $(LDFLAGS)' all
	$(Q)TOOLS='$(TOOLS)' scripts/build/portable $(O)/static $(O)/sixty-$(VERSION)-$(word 1,$(subst -, ,$(shell $(CC) -dumpmachine))).tar.gz

release-check:
	scripts/dev/release-check

# The same commit gives the same bytes: git takes its time, gzip -n none.
DIST	:= sixty-$(VERSION)
dist:
	$(Q)mkdir -p $(O)
	$(Q)git archive --prefix=$(DIST)/ --output=$(O)/$(DIST).tar HEAD
	$(Q)gzip -9nf $(O)/$(DIST).tar
	$(Q)scripts/build/sbom $(O)/$(DIST).tar.gz "$$(git log -1 --format=%ct)" >$(O)/$(DIST).spdx.json
	$(Q)cd $(O) && sha256sum $(DIST).tar.gz $(DIST).spdx.json >$(DIST).sha256
	@echo $(O)/$(DIST).tar.gz

# From the commands that make would run.
compile_commands.json: FORCE
	$(Q)$(MAKE) --no-print-directory -Bn V=1 O=$(O) all unit-tests | \
		awk -v directory='$(CURDIR)' -f scripts/build/compile-commands.awk >$@

FORCE:

deb: dist
	rm -rf $(O)/deb
	scripts/build/deb $(O)/$(DIST).tar.gz $(O)/deb

clean:
	rm -rf $(O)

.PHONY: FORCE all static generate check check-live bench fuzz fuzz-targets install uninstall dist deb release-check clean list-tools unit-tests workloads $(TOOLS)
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

-include $(wildcard $(O)/*.d $(O)/common/*/*.d $(O)/tools/*/*.d)
