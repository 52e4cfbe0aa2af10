# shellcheck shell=bash disable=SC2034,SC2154 # variables of the caller
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every clang of Debian 12, 13 and sid from 14 on, unpacked into the cache with the libraries of its
# release. Ubuntu 24.04 has 14 to 18, of the same sources. Needs $CACHE, $root (the checkout), $build
# and tests/vm/debian.sh.

# clang_rows: print each version and the suites to take it from, the oldest first.
clang_rows() {
	cat <<-ROWS
	14 bookworm
	15 bookworm
	16 bookworm
	17 trixie
	18 trixie
	19 trixie
	20 sid
	21 trixie+trixie-backports
	22 trixie
	ROWS
}

clang_versions() {
	clang_rows | cut -d' ' -f1
}

# clang_program ROOT VERSION: print a script that runs the clang in ROOT, with the loader and
# libraries in ROOT.
clang_program() {
	local lib=$1/usr/lib
	cat <<-SCRIPT
	#!/bin/sh
	exec $1/lib64/ld-linux-x86-64.so.2 --library-path $lib/x86_64-linux-gnu:$lib/llvm-$2/lib \\
		$lib/llvm-$2/bin/clang "\$@"
	SCRIPT
}

# clang_fetch VERSION: sets CLANG to a program that runs it, or WHY not.
clang_fetch() {
	local root=$CACHE/clang-$1 suites
	CLANG=$root/clang
	[ ! -x "$CLANG" ] || return 0
	suites=$(clang_rows | sed -n "s/^$1 //p")
	debian_open "$suites" amd64
	WHY="no clang-$1 in $suites: $(debian_why "$suites" amd64)"
	# shellcheck disable=SC2046 # a list of packages
	debian_fetch "$suites" amd64 "$root" $(debian_closure "$suites" amd64 "libclang-cpp$1") \
		"clang-$1" || return
	clang_program "$root" "$1" >"$root/clang.new"
	chmod +x "$root/clang.new"
	mv "$root/clang.new" "$CLANG"
}

# clang_build VERSION: build the tools with BPF objects made by that clang, in
# $root/build-clang-VERSION. The objects of the C compiler are taken from the existing build.
clang_build() {
	local dir=build-clang-$1
	mkdir -p "$root/$dir"
	cp -au "$build/common" "$build/libcommon.a" "$root/$dir"
	# shellcheck disable=SC2046 # a list of tools
	make -C "$root" -j"$(nproc)" O="$dir" CLANG="$CLANG" WERROR=1 \
		$(make -s -C "$root" list-tools | sed "s#^#$dir/#") >"$root/$dir/build.log" 2>&1 && return
	tail -n 20 "$root/$dir/build.log"
	return 1
}

# clang_load VERSION: build with it and load every program; the rows stay in the build's folder.
# Status 77 if there is no such clang here; WHY says why.
clang_load() {
	rm -f "$root/build-clang-$1/verified"
	clang_fetch "$1" || return 77
	clang_build "$1" && "$root/tests/compilers/load" "$build/workloads/loadonly" \
		"$root/build-clang-$1" >"$root/build-clang-$1/verified"
}

# object_programs DIR: TOOL PROGRAM of each program in the tools' objects.
object_programs() {
	local object tool
	for object in "$1"/*.bpf.o; do
		tool=$(basename "$object" .bpf.o)
		[ "$tool" = self ] || nm -f sysv -g --defined-only "$object" | sed 's/ //g' |
			awk -F'|' -v tool="$tool" '$4 == "FUNC" && $7 != ".text" { print tool, $1 }'
	done
}

# clang_available: print the versions that are available and whose programs load.
clang_available() {
	local version
	for version in $(clang_versions); do
		[ ! -s "$root/build-clang-$version/verified" ] || echo "$version"
	done
}

# verified_table: print the rows of all builds as one table with a column for each clang.
verified_table() {
	local version versions files=()
	versions=$(clang_available | paste -sd ' ')
	for version in $versions; do
		files+=("$root/build-clang-$version/verified")
	done
	echo "# Linux $(this_series): the most instructions that the verifier followed in any variant"
	awk -v versions="$versions" -f "$root/tests/compilers/table.awk" "${files[@]}"
}

this_series() {
	uname -r | cut -d. -f1,2
}
