#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Real containers: Debian's podman, with runc and crun, in a separate machine (tests/containers).
# The image has one static program, so no registry is needed.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../lib
load ../containers/podman

setup_file() {
	start_machine podman runc crun busybox-static || return 0
	cp "$build"/{execsnoop,opensnoop} "$at/bin"
	make_crun
	make_image || cat "$at/podman"
}

make_image() {
	mkdir -p "$at/image/bin"
	inside cat /bin/busybox >"$at/image/bin/busybox"
	chmod +x "$at/image/bin/busybox"
	for name in sh true sleep cat; do
		ln -s busybox "$at/image/bin/$name"
	done
	tar -C "$at/image" -cf "$at/image.tar" .
	podman import "$at/image.tar" localhost/sixty-test:1 >"$at/podman" 2>&1
}

teardown_file() { stop_machine; }

own_setup() {
	needs jq nsenter
	needs_machine
}

own_teardown() {
	[ -z "${init_pid-}" ] || podman rm --all --force --time 0 >/dev/null 2>&1 || true
}

# LOOP: the command of the containers: one exec every 0.1 s.
LOOP='while :; do /bin/true; sleep 0.1; done'

# start_container NAME: start one; sets `id`.
start_container() {
	local status=0
	id=$(run_container -d --name "$1" localhost/sixty-test:1 sh -c "$LOOP" 2>"$err") ||
		status=$?
	[ "$status" = 0 ] || skip "no containers on this machine: $(tail -n 1 "$err")"
}

# names_of RUNTIME: expect the tools to name its containers, and to find them by name and by id.
names_of() {
	local web=web-${1##*/}
	runtime=$1
	start_container "$web"
	inside "$at/bin/execsnoop" --json --max-events 3 --duration 10 --container "$web" >"$out" 2>"$err"
	expect "$id $web localhost/sixty-test:1" \
		"$(jq -r 'select(.type == "event") | "\(.container) \(.container_name) \(.image)"' "$out" | sort -u)"
	inside "$at/bin/execsnoop" --print-container --max-events 3 --duration 10 --container "${id:0:12}" \
		>"$out" 2>"$err"
	expect "$web" "$(awk 'NR > 1 { print $1 }' "$out" | sort -u)" "CONTAINER"
}

@test "containers of podman with crun have names" { names_of "$at/bin/crun"; }
@test "containers of podman with runc have names" { names_of runc; }

@test "--container with a name that no container has" {
	start_container one
	for name in no-such on; do
		status=0
		inside "$at/bin/execsnoop" --container "$name" 2>"$err" || status=$?
		expect 64 "$status"
		grep -q "no container with the name '$name' or an id beginning with it is running" "$err"
	done
}

# sees OPTIONS...: run execsnoop in a container with its own cgroup namespace, beside container web.
sees() {
	start_container web
	run_container --rm --privileged --cgroupns private "$@" -v "$at/bin:$at/bin:ro" -v /lib:/lib:ro \
		-v /lib64:/lib64:ro -v /usr/lib:/usr/lib:ro localhost/sixty-test:1 \
		"$at/bin/execsnoop" --json --max-events 3 --duration 10 --container web >"$out" 2>"$err"
}

@test "a tool in a container that shares the PID namespace sees the others" {
	sees --pid host
	expect web "$(jq -r 'select(.type == "event").container_name' "$out" | sort -u)"
}

# The tool drops CAP_SYS_PTRACE before the first event.
@test "a tool in such a container names the others without being asked for one" {
	start_container web
	run_container --rm --privileged --cgroupns private --pid host -v "$at/bin:$at/bin:ro" -v /lib:/lib:ro \
		-v /lib64:/lib64:ro -v /usr/lib:/usr/lib:ro localhost/sixty-test:1 \
		"$at/bin/execsnoop" --json -n true --max-events 20 --duration 10 >"$out" 2>"$err"
	jq -e -s 'any(.[]; .container_name == "web")' "$out"
}

@test "a tool in a container that has the machine's cgroups mounted sees the others" {
	sees -v /sys/fs/cgroup:/host/cgroup:ro -v /var/lib/containers:/var/lib/containers:ro
	expect web "$(jq -r 'select(.type == "event").container_name' "$out" | sort -u)"
}

@test "the capabilities in docs/containers.md are enough" {
	local capabilities
	capabilities=$(grep -oE 'cap-add=[A-Z_,]+' "$root/docs/containers.md")
	start_container web
	run_container --rm --pid host --cap-drop all "--$capabilities" --security-opt seccomp=unconfined \
		-v "$at/bin:$at/bin:ro" -v /lib:/lib:ro \
		-v /lib64:/lib64:ro -v /usr/lib:/usr/lib:ro localhost/sixty-test:1 \
		"$at/bin/execsnoop" --json --max-events 3 --duration 10 --container web >"$out" 2>"$err"
	expect web "$(jq -r 'select(.type == "event").container_name' "$out" | sort -u)"
}

@test "a tool in a container that sees no other reports it" {
	status=0
	sees || status=$?
	expect 64 "$status"
	grep -q "no container 'web' is visible: cgroups outside this container are not visible: share" "$err"
}
