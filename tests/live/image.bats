#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The Containerfile, built and run by Debian's podman in a separate machine (tests/containers).  Its
# base is a Debian 12 made by mmdebstrap, with the packages to build, so no registry is needed.
#
# Runs alone: sixty measures the machine.
# shellcheck disable=SC2030,SC2031,SC2154

load ../lib
load ../containers/podman

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sixty

setup_file() {
	export driver=overlay
	start_machine podman runc crun || return 0
	make_base || return 0
	podman import "$base" localhost/debian:12 >"$at/podman" 2>&1 || return 0
	build_image
}

# make_base: make an archive of the base, in the cache, under a name that depends on its packages.
make_base() {
	local packages sum
	packages=$("$root/scripts/deps" --list build run | paste -sd ,)
	read -r sum _ < <(cksum <<<"$packages")
	export base=$CACHE/image-base-$sum.tar
	[ ! -e "$base" ] || return 0
	find "$CACHE" -maxdepth 1 -name 'image-base*.tar' -delete
	. "$root/tests/vm/debian.sh"
	mmdebstrap --quiet --variant=apt --include="$packages" --format=tar bookworm "$base.new" \
		<<<"$(debian_sources bookworm)" >"$at/base.why" 2>&1 || return
	mv "$base.new" "$base"
}

# build_image: build it from the committed files.  The machine's network, which the build shares,
# has only a loopback interface; with the isolation "chroot" podman can make no other.
build_image() {
	mkdir "$at/src"
	git -C "$root" archive HEAD | tar -x -C "$at/src"
	podman build --runtime runc --isolation chroot --network host --build-arg BASE=localhost/debian:12 -t sixty \
		"$at/src" >"$at/build" 2>&1 || true
}

teardown_file() { stop_machine; }

own_setup() {
	needs jq nsenter mmdebstrap
	needs_machine
	[ -e "$base" ] || skip "no base image: $(tail -n 1 "$at/base.why")"
}

@test "the image: at most 60 MB, with labels, without a compiler or a package manager" {
	local bytes
	podman image exists sixty || { tail -n 30 "$at/build"; return 1; }
	bytes=$(podman image inspect sixty | jq '.[0].Size')
	echo "bytes: $bytes"
	[ "$bytes" -le 60000000 ]
	expect sixty "$(podman image inspect sixty | jq -r '.[0].Labels["org.opencontainers.image.title"]')"
	expect "sixty $(sed -n 's/^VERSION=//p' "$root/scripts/sixty")" "$(run_container --rm sixty sixty --version)"
	run_container --rm sixty bash -c 'type -P gcc clang make apt dpkg perl' >"$out" || true
	expect "" "$(cat "$out")" "programs that must not be there"
}

@test "the image runs sixty by default, with the capabilities in docs/containers.md" {
	local capabilities
	capabilities=$(grep -oE 'cap-add=[A-Z_,]+' "$root/docs/containers.md")
	mkdir "$at/report"
	run_container --rm --pid host --cap-drop all "--$capabilities" --security-opt seccomp=unconfined \
		-v "$at/report:/report" sixty \
		sixty --seconds 10 --output /report/now >"$out" 2>"$err"
	grep -E '^COLLECTORS' "$out"
	for collector in execsnoop opensnoop biolatency runqlat profile mpstat iostat; do
		expect ok "$(head -c 2 "$at/report/now/$collector/status")" "status of $collector"
	done
	[ -s "$at/report/now/report.html" ]
}
