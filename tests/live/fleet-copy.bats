#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make static, sixty-fleet --copy and sixty --remote through sshd to a host that has neither jq nor
# sysstat nor libbpf: a minimal Debian 13 in a chroot, in a sandbox (tests/fleet/sandbox).
#
# Runs alone: sixty measures the machine.

# shellcheck disable=SC2030,SC2031,SC2154
load ../lib

setup_file() {
	at=$(mktemp -d /tmp/x$$XXXXXX)	# has the same name in the sandbox
	export at
	chmod 755 "$at"
	mkdir "$at/machine" "$at/host" "$at/client"
	archive=$(make -s -C "$root" O="${build#"$root/"}" static 2>"$at/static.why" | tail -n 1)
	export archive=$root/$archive
	make_host || return 0
	start_sandbox "$at/machine" openssh-server || return 0
	start_sshd
}

# make_host: make the root directory of the host, with only the packages that the release marks as
# essential.
make_host() {
	local base=${XDG_CACHE_HOME:-$HOME/.cache}/sixty/debian-trixie.tar
	"$root/tests/distros/chroot" debian trixie true 2>"$at/host.why" || return
	tar -x -C "$at/host" --exclude='./dev/*' --exclude=./usr/share -f "$base"
}

start_sshd() {
	local inside=(nsenter -m -n -t "$machine_pid" chroot "$at/machine/root") name
	for name in host_key client/key; do
		ssh-keygen -q -t ed25519 -N '' -f "$at/$name"
	done
	echo "bare $(cut -d ' ' -f 1,2 "$at/host_key.pub")" >"$at/known_hosts"
	for name in proc sys dev; do
		"${inside[@]}" mount --rbind "/$name" "$at/host/$name"
	done
	cat >"$at/answer" <<-ANSWER
	#!/bin/sh
	exec chroot $at/host /usr/bin/env -i PATH=/usr/bin:/usr/sbin HOME=/root sh -c "\$SSH_ORIGINAL_COMMAND"
	ANSWER
	chmod +x "$at/answer"
	printf '%s\n' 'ListenAddress 127.0.0.1' "HostKey $at/host_key" "AuthorizedKeysFile $at/client/key.pub" \
		"ForceCommand $at/answer" "PidFile $at/sshd.pid" 'UsePAM no' 'StrictModes no' >"$at/sshd_config"
	printf '%s\n' 'Host bare' 'HostName 127.0.0.1' 'User root' "IdentityFile $at/client/key" \
		'IdentitiesOnly yes' 'IdentityAgent none' "UserKnownHostsFile $at/known_hosts" \
		'HostKeyAlias bare' >"$at/ssh_config"
	printf '%s\n' '#!/bin/sh' "exec nsenter -n -t $machine_pid $(type -P ssh) -F $at/ssh_config \"\$@\"" \
		>"$at/client/ssh"
	chmod +x "$at/client/ssh"
	"${inside[@]}" mkdir -p /run/sshd
	"${inside[@]}" /usr/sbin/sshd -f "$at/sshd_config" -D -e </dev/null >"$at/why" 2>&1 3>&- &
	export sshd_pid=$!
	wait_for 5 [ -s "$at/sshd.pid" ]
}

teardown_file() {
	[ -z "${sshd_pid-}" ] || kill "$sshd_pid" 2>/dev/null || true
	[ -z "${machine_pid-}" ] || { kill "$machine_pid" 2>/dev/null; wait "$machine_pid"; } || true
	rm -rf --one-file-system "$at"
}

own_setup() {
	needs jq ssh nsenter
	[ -s "$archive" ] || { cat "$at/static.why"; return 1; }
}

# needs_host: skip the test if the host or its sshd is not available.
needs_host() {
	[ -x "$at/host/usr/bin/bash" ] || skip "$(tail -n 1 "$at/host.why")"
	needs_sandbox "$at/machine"
	PATH=$at/client:$root/scripts:$PATH
}

# tools_ran DIR: the tools could run on the host, as this report has it.
tools_ran() {
	local tool
	for tool in execsnoop opensnoop biolatency runqlat tcpconnect profile; do
		expect ok "$(head -c 2 "$1/$tool/status")" "status of $tool"
	done
}

@test "the archive of make static: its programs need no library" {
	mkdir unpacked
	tar -xzf "$archive" -C unpacked --strip-components=1
	for tool in $(make -s -C "$root" list-tools); do
		! readelf -d "unpacked/$tool" | grep NEEDED || return 1
		[[ $("unpacked/$tool" --version) == "$tool (sixty) "* ]]
	done
	mkdir bare
	for tool in bash cat mkdir; do ln -s "$(type -P "$tool")" bare; done
	expect "sixty $(sed -n 's/^VERSION=//p' "$root/scripts/sixty")" "$(unpacked/sixty --version)"
}

@test "sixty-fleet --copy: a host without jq, sysstat and libbpf; nothing is left" {
	needs_host
	find "$at/host" -xdev | sort >before
	for command in jq vmstat mpstat; do
		[ ! -e "$at/host/usr/bin/$command" ]
	done
	status=0
	"$root/contrib/sixty-fleet" --copy "$archive" --seconds 10 --output fleet bare >"$out" 2>"$err" || status=$?
	cat "$out" "$err"
	expect 0 "$status"
	grep -qE '^bare +ok ' "$out"
	sixty --from fleet/bare.tar.gz --output report >/dev/null
	tools_ran report
	find "$at/host" -xdev | sort | diff before -
}

@test "sixty --remote: one command, a report here, nothing is left there" {
	needs_host
	find "$at/host" -xdev | sort >before
	status=0
	sixty --remote root@bare --copy "$archive" --seconds 10 --output now >"$out" 2>"$err" || status=$?
	cat "$out" "$err"
	expect 0 "$status"
	grep -q '^FINDINGS: ' "$out"
	grep -qx "Report: $PWD/now/report.html" "$out"
	grep -qx "Bundle: $PWD/now.tar.gz" "$out"
	[ -s now/report.html ]
	tar -tzf now.tar.gz >/dev/null
	tools_ran now
	find "$at/host" -xdev | sort | diff before -
}

@test "sixty --remote: a host that cannot be reached, one without sixty, and existing output" {
	needs_host
	run sixty --remote root@127.0.0.1 --seconds 5
	expect 1 "$status"
	[[ $output == "sixty: root@127.0.0.1: unreachable: Host key verification failed"* ]]
	cp -r "$root/scripts" .	# a checkout without the archive
	cp -r "$root/contrib" .
	run scripts/sixty --remote bare --seconds 5
	expect 1 "$status"
	expect "sixty: bare: no sixty: sixty is not in PATH; run make static here, and use --copy ARCHIVE" "$output"
	mkdir there
	run sixty --remote bare --output there
	expect "1 sixty: there exists already" "$status $output"
	run sixty --remote --evil
	expect 64 "$status"
	expect "" "$(find . -maxdepth 1 -name 'sixty-*')" "files left"
}

@test "sixty-fleet --copy: not an archive" {
	echo x >file
	for bad in file /no . ''; do
		status=0
		PATH=$root/scripts:$PATH "$root/contrib/sixty-fleet" --copy "${bad:-/dev/null}" host >"$out" 2>"$err" || status=$?
		expect 1 "$status"
		grep -q "is not an archive of sixty: make static" "$err"
	done
}
