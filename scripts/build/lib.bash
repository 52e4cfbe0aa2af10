# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What deps, quickstart, test and check-vmlinux share.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# die STATUS MESSAGE: one line on standard error, and the end.
die() {
	echo "${0##*/}: $2" >&2
	exit "$1"
}

# A bpftool that runs.  Ubuntu's in PATH is a wrapper that refuses kernels
# other than its own; the program itself lies beside it and does not care.
find_bpftool() {
	local tool
	for tool in bpftool /usr/sbin/bpftool /usr/lib/linux-tools*/bpftool \
		/usr/lib/linux-tools/*/bpftool; do
		"$tool" version >/dev/null 2>&1 && echo "$tool" && return
	done
	return 1
}

# build [MAKE ARGUMENTS]: all processors, nothing asked.
build() {
	local bpftool
	bpftool=$(find_bpftool) || die 1 "no bpftool that runs: sudo $top/scripts/deps build"
	make -C "$top" -j"$(nproc)" BPFTOOL="$bpftool" "$@" </dev/null
}
