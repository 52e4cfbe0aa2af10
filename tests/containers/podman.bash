# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Functions for tests with podman, in a separate machine: `load ../containers/podman`.

# start_machine PACKAGE...: for setup_file.  Images are on disk if `driver` is overlay, by default in
# memory.  Sets `at`, a directory with the same name in the machine, and `init_pid`, its process 1.
start_machine() {
	at=$(mktemp -d /tmp/x$$XXXXXX)
	export at parent=sixty-containers-$$ runtime=runc driver=${driver:-vfs}
	mkdir "$at/sandbox" "$at/bin"
	[ "$driver" = vfs ] || mkdir "$at/sandbox-storage"
	start_sandbox "$at/sandbox" "$@" || return
	nsenter -m -n -t "$machine_pid" "$root/tests/containers/machine" "$at/sandbox" \
		>"$at/machine" 2>"$at/machine.why" </dev/null 3>&- &
	export outer_pid=$!
	wait_for 10 grep -qs ready "$at/machine" || return
	init_pid=$(pgrep -P "$outer_pid" | head -n 1)
	export init_pid
}

# inside COMMAND...: run it in the machine.
inside() { nsenter -m -n -p -t "$init_pid" "$@" </dev/null 3>&-; }

podman() { inside podman --storage-driver "$driver" --cgroup-manager cgroupfs --events-backend file "$@"; }

# run_container OPTIONS...: run a container without cgroup controllers, which version 1 has on this
# machine, and without a network, for which podman would need iptables.
run_container() {
	podman --runtime "$runtime" run --cgroup-parent "/$parent" --pids-limit 0 --network none --ulimit host "$@"
}

# make_crun: make a crun that also runs where RLIMIT_MEMLOCK cannot be raised (memlock.c).
make_crun() {
	gcc -D_GNU_SOURCE -shared -fPIC -o "$at/bin/memlock.so" "$root/tests/containers/memlock.c" || return
	printf '%s\n' '#!/bin/sh' "LD_PRELOAD=$at/bin/memlock.so exec /usr/bin/crun \"\$@\"" >"$at/bin/crun"
	chmod +x "$at/bin/crun"
}

# stop_machine: for teardown_file.
stop_machine() {
	[ -z "${init_pid-}" ] || kill -KILL "$init_pid" 2>/dev/null || true
	[ -z "${outer_pid-}" ] || wait "$outer_pid" || true
	kill "$machine_pid" 2>/dev/null || true
	wait "$machine_pid" || true
	wait_for 5 no_cgroups || echo "left: cgroup $parent" >&2
	rm -rf "$at"
}

# no_cgroups: remove the cgroups of the containers.
no_cgroups() {
	local dir
	dir=$(cgroup2)/$parent
	[ ! -d "$dir" ] || find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null
	[ ! -d "$dir" ]
}

# needs_machine: skip the test if it is not available.
needs_machine() {
	needs_sandbox "$at/sandbox"
	[ -n "${init_pid-}" ] || skip "no machine: $(tail -n 1 "$at/machine.why")"
}
