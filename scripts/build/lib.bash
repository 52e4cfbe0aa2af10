# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Functions shared by deps, quickstart, test and check-vmlinux.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# die STATUS MESSAGE: print one line on standard error, and exit.
die() {
	echo "${0##*/}: $2" >&2
	exit "$1"
}

# find_bpftool: print a bpftool that runs.  Ubuntu's in PATH is a wrapper that refuses kernels
# other than its own; the program itself is installed beside it and runs on any kernel.
find_bpftool() {
	local tool
	for tool in bpftool /usr/sbin/bpftool /usr/lib/linux-tools*/bpftool \
		/usr/lib/linux-tools/*/bpftool; do
		"$tool" version >/dev/null 2>&1 && echo "$tool" && return
	done
	return 1
}

# build [MAKE ARGUMENTS]: run make on all processors.
build() {
	local bpftool
	bpftool=$(find_bpftool) || die 1 "no working bpftool: sudo $top/scripts/deps build"
	make -C "$top" -j"$(nproc)" BPFTOOL="$bpftool" "$@" </dev/null
}
