#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# contrib/sixty-fleet with Debian's sshd in a sandbox (tests/fleet/sandbox), with its own
# configuration and keys.  ssh_config sets in CASE which host it plays: some
# run sixty on this machine, others send prepared answers.

# shellcheck disable=SC2030,SC2031,SC2154
load ../lib

setup_file() {
	at=$(mktemp -d /tmp/x$$XXXXXX)	# has the same name in the sandbox
	export at
	chmod 755 "$at"
	mkdir "$at/machine"
	start_sandbox "$at/machine" openssh-server || return 0
	make_fleet
}

make_fleet() {
	mkdir "$at/client"
	for key in host_key client/key client/other_key; do
		ssh-keygen -q -t ed25519 -N '' -f "$at/$key"
	done
	echo "fleet $(cut -d ' ' -f 1,2 "$at/host_key.pub")" >"$at/known_hosts"
	ssh_config >"$at/ssh_config"
	printf '%s\n' '#!/bin/sh' "exec nsenter -n -t $machine_pid $(type -P ssh) -F $at/ssh_config \"\$@\"" \
		>"$at/client/ssh"
	make_answer
	install_sixty
	chmod +x "$at/client/ssh" "$at/answer" "$at/sudo"/*
	start_sshd
}

# install_sixty: install sixty in a directory that every user can read.
install_sixty() {
	(umask 022
	mkdir "$at/bin"
	cp -r "$root"/scripts/{sixty,checklist} "$build/execsnoop" "$at/bin")
}

start_sshd() {
	local inside=(nsenter -m -n -t "$machine_pid" chroot "$at/machine/root")
	cat >"$at/sshd_config" <<-CONFIG
	ListenAddress 127.0.0.1
	HostKey $at/host_key
	AuthorizedKeysFile $at/client/key.pub
	AcceptEnv CASE
	ForceCommand $at/answer
	PidFile $at/sshd.pid
	UsePAM no
	StrictModes no
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	CONFIG
	"${inside[@]}" mkdir -p /run/sshd
	"${inside[@]}" /usr/sbin/sshd -f "$at/sshd_config" -D -e </dev/null >"$at/why" 2>&1 3>&- &
	export sshd_pid=$!
	wait_for 5 [ -s "$at/sshd.pid" ]
}

teardown_file() {
	[ -z "${sshd_pid-}" ] || kill "$sshd_pid" 2>/dev/null || true
	kill "$machine_pid" 2>/dev/null || true
	wait "$machine_pid" || true
	rm -rf "$at"
}

ssh_config() {
	local host
	for host in root sudo user no-sixty hang flood noise nothing cut quiet troubled hostile evil crafted wrong; do
		printf '%s\n' "Host $host" "SetEnv CASE=$host"
	done
	printf '%s\n' 'Host closed' 'Port 1' 'Host stranger' 'HostKeyAlias nobody' \
		'Host denied' "IdentityFile $at/client/other_key" 'Host * !denied' "IdentityFile $at/client/key" \
		'Host *' 'HostName 127.0.0.1' 'User root' 'IdentitiesOnly yes' 'IdentityAgent none' \
		'HostKeyAlias fleet' "UserKnownHostsFile $at/known_hosts"
}

# make_answer: create the program that sshd runs instead of the requested one.  Its sudo changes
# nothing, and its id pretends that sudo is needed.
make_answer() {
	cat >"$at/answer" <<-ANSWER
	#!/bin/bash
	at=$at
	export PATH=\$at/bin:/usr/sbin:/usr/bin:/sbin:/bin
	case \$CASE in
	root) ;;
	sudo) PATH=\$at/sudo:\$PATH ;;
	user) exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/ sh -c "\$SSH_ORIGINAL_COMMAND" ;;
	no-sixty) PATH=/usr/bin:/bin ;;
	hang) echo sixty-fleet && echo \$\$ >>\$at/hanging && exec sleep 300 ;;
	flood) echo sixty-fleet && exec head -c 200M /dev/zero ;;
	noise) echo "Welcome!" && exit ;;
	nothing) exit ;;
	*) echo sixty-fleet && exec cat "\$at/\$CASE.tar.gz" ;;
	esac
	exec sh -c "\$SSH_ORIGINAL_COMMAND"
	ANSWER
	mkdir "$at/sudo"
	printf '%s\n' '#!/bin/sh' 'echo 1000' >"$at/sudo/id"
	printf '%s\n' '#!/bin/sh' "echo \"\$1 \$2\" >>'$at/sudo/used'" 'shift' 'PATH=${PATH#*:} exec "$@"' \
		>"$at/sudo/sudo"
}

own_setup() {
	needs jq ssh nsenter setpriv
	needs_sandbox "$at/machine"
	dir=$BATS_TEST_TMPDIR/fleet
	PATH=$at/client:$root/scripts:$PATH
	: >"$at/hanging"
}

# own_teardown: processes started by a forced command outlive its connection.
own_teardown() {
	[ ! -s "$at/hanging" ] || xargs kill <"$at/hanging" 2>/dev/null || true
}

# fleet ARGS...: run sixty-fleet into $dir; sets $status.
fleet() {
	status=0
	"$root/contrib/sixty-fleet" --output "$dir" "$@" >"$out" 2>"$err" 3>&- || status=$?
}

# bundle NAME: pack the directory $at/NAME into NAME.tar.gz.
bundle() {
	(tmp=$BATS_TEST_TMPDIR
	fail() { echo "$1"; exit 1; }
	. "$root/scripts/checklist/sixty.d/bundle.bash" && make_bundle "$at/$1")
}

# made_up NAME: make the bundle of that machine in tests/report.
made_up() {
	[ ! -e "$at/$1.tar.gz" ] || return 0
	cp -r "$root/tests/report/$1" "$at/$1"
	[ ! -e "$at/$1/odd&name" ] || rm -r "$at/$1/odd&name"	# no bundle can contain it
	bundle "$1"
}

# row HOST: print the status and reason of the host in the table.
row() { jq -r ".[] | select(.host == \"$1\") | \"\(.status): \(.reason)\"" "$dir/hosts.json"; }

# plain: expect output without characters that control the terminal.
plain() { ! LC_ALL=C grep -n '[^ -~]' "$out" "$err"; }

@test "fleet: a table of the hosts that reported, and the reasons of the others" {
	made_up quiet; made_up troubled
	head -c 1000 "$at/quiet.tar.gz" >"$at/cut.tar.gz"
	printf '%s\n' "# all of them" "  troubled # db" "" "closed" "quiet" >hosts
	fleet --seconds 5 --timeout 6 --parallel 3 quiet --hosts hosts denied stranger hang flood noise nothing cut
	cat "$out"
	expect 1 "$status"
	expect "2 of 10 hosts reported; bundles: $dir" "$(tail -n 1 "$out")"
	expect "quiet troubled closed denied stranger hang flood noise nothing cut" \
		"$(sed -n '2,/^$/p' "$out" | awk 'NF { print $1 }' | paste -sd ' ')" "hosts, in their order"
	grep -qE '^quiet +ok +0 +0$' "$out"
	grep -qE '^troubled +ok +9 +30 +accept-queue .* kernel-io .*thrashing$' "$out"
	grep -qE '^1 of 2 +critical +kernel-io +troubled: The kernel reports I/O errors$' "$out"
	[[ "$(row closed)" == "unreachable: "*"Connection refused" ]]
	[[ "$(row denied)" == "denied: "*"Permission denied"* ]]
	expect "unreachable: Host key verification failed." "$(row stranger)"
	[[ "$(row hang)" == "timed out: cut off after 6 s; may have left /tmp/sixty-fleet."*" there" ]]
	[[ "$(row flood)" == "no report: it sends too much; may have left"* ]]
	expect "no report: it did not answer as sixty-fleet expects" "$(row noise)"
	expect "no report: it did not answer as sixty-fleet expects" "$(row nothing)"
	[[ "$(row cut)" == "no report: sixty: cut.tar.gz: "* ]]
	expect "hosts.json quiet.tar.gz troubled.tar.gz" "$(cd "$dir" && find . -mindepth 1 -printf '%P\n' | sort | paste -sd ' ')"
	cmp "$dir/troubled.tar.gz" "$at/troubled.tar.gz"
	expect 600 "$(stat -c %a "$dir/quiet.tar.gz")"
	expect 1 "$(grep -c . "$at/known_hosts")" "known host keys"
}

# ids NAME: print the findings in the bundle of that machine.
ids() { sixty --from "$at/$1.tar.gz" --output "again-$1" --json | jq -r '.findings[].id' | sort -u; }

@test "fleet: the most common findings come first; hostile strings do not reach the terminal" {
	local name
	made_up quiet; made_up troubled; made_up hostile
	fleet --seconds 5 hostile troubled quiet
	cat "$out"
	expect 0 "$status"
	plain
	comm -12 <(ids troubled) <(ids hostile) >shared
	[ -s shared ]
	sed -n '/^HOSTS/,/^$/p' "$out" >findings
	expect "$(cat shared)" "$(awk '$1 == 2 { print $5 }' findings | sort)" "findings of two hosts"
	expect "2 1" "$(awk '/^[0-9]/ { print $1 }' findings | uniq | paste -sd ' ')" "order"
	grep -q "reboot" "$out"
	# The name that a host reports for itself is ignored.
	jq -e 'map(.host) == ["hostile", "troubled", "quiet"]' "$dir/hosts.json"
}

@test "fleet: a hostile bundle is refused, and nothing of it is kept" {
	mkdir evil && echo x >evil/a
	tar -czf "$at/evil.tar.gz" --transform "s,^evil/a,$PWD/owned," -P evil
	fleet --seconds 5 evil
	expect 1 "$status"
	expect "no report: sixty: evil.tar.gz: not a bundle of sixty, or a damaged one: not unpacked" "$(row evil)"
	[ ! -e owned ]
	expect hosts.json "$(ls -A "$dir")"
}

@test "fleet: a redacted report that a host forged is bounded and escaped" {
	mkdir "$at/crafted" "$at/wrong"
	jq '.findings = [{id: "a\u001b[31m", severity: "critical", title: "\u001b]0;owned\u0007 here"}]
		+ [range(1000) | {id: "id\(.)", severity: 1, title: null}]' "$root/tests/report/quiet.json" \
		>"$at/crafted/report.json"
	jq '.collectors = "none"' "$root/tests/report/quiet.json" >"$at/wrong/report.json"
	bundle crafted; bundle wrong
	fleet --seconds 5 --redact crafted wrong
	cat "$out"
	expect 1 "$status"
	plain
	grep -qE '^crafted +ok +1 +0 +a\?\[31m' "$out"
	grep -qE '^1 of 1 +critical +a\?\[31m +crafted: \?\]0;owned\? here$' "$out"
	expect 200 "$(jq '.[0].findings | length' "$dir/hosts.json")" "findings of one host"
	[[ "$(row wrong)" == "no report: "*"Cannot index"* || "$(row wrong)" == "no report: "*"Cannot iterate"* ]]
}

@test "fleet: sixty as root, with sudo and unprivileged; nothing is left" {
	fleet --seconds 5 root sudo user
	cat "$out"
	expect 0 "$status"
	expect "-n sh" "$(sort -u "$at/sudo/used")" "how sudo was called"
	expect 0 "$(jq '.[0].denied + .[1].denied | length' "$dir/hosts.json")" "collectors denied to root"
	jq -e '.[2].denied | index("execsnoop")' "$dir/hosts.json"
	grep -qE '^user +ok .*\(not root: no .*execsnoop' "$out"
	for name in root sudo user; do
		sixty --from "$dir/$name.tar.gz" --output "$name" >/dev/null
		expect 5 "$(jq .asked_seconds "$name/meta.json")"
	done
	expect "" "$(find /tmp -maxdepth 1 -name 'sixty-fleet.*' -newer "$at/sshd.pid")" "directories left"
}

@test "fleet --redact: no name leaves a host" {
	fleet --seconds 5 --redact root
	expect 0 "$status"
	expect "./ ./manifest.sha256 ./report.html ./report.json" \
		"$(tar -tzf "$dir/root.tar.gz" | sed 's,^[^/]*/,./,' | sort | paste -sd ' ')" "files"
	tar -xzOf "$dir/root.tar.gz" --wildcards '*/report.json' | jq -e '.redacted and .meta.host != "'"$HOSTNAME"'"'
}

@test "fleet: a host without sixty" {
	[ -z "$(PATH=/usr/bin:/bin:/usr/local/sbin:/usr/sbin type -P sixty)" ] || skip "sixty is installed"
	fleet --seconds 5 no-sixty
	expect 1 "$status"
	expect "no sixty: sixty is not in PATH" "$(row no-sixty)"
}

# start_fleet ARGS...: run it in the background; return when the first host's tools observe.
# Sets `there`: the prefix of its directories on the hosts.
start_fleet() {
	env --default-signal=INT "$root/contrib/sixty-fleet" --output "$dir" "$@" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 30 compgen -G "$dir/.tmp.*/0"
	there=$(echo "$dir"/.tmp.*)
	there=/tmp/sixty-fleet.${there##*.}
	wait_for 30 grep -qs '"meta"' "$there.0/report/execsnoop/output"
}

# nothing_there: expect no directory, and no process with one in its command line.
nothing_there() { ! compgen -G "$there.*" >/dev/null && ! grep -qsF -- "$there" /proc/[0-9]*/cmdline; }

# cut_connection: end the sshd of the first host's session.
cut_connection() {
	local file parent
	for file in $(grep -lsF -- "$there.0" /proc/[0-9]*/cmdline); do
		parent=$(awk '/^PPid:/ { print $2 }' "${file%cmdline}status")
		[[ $(cat "/proc/$parent/comm") != sshd* ]] || { kill "$parent" && return; }
	done
	return 1
}

@test "fleet: Ctrl-C ends it with the results so far, a second one without the rest" {
	start_fleet --seconds 300 root hang
	wait_for 10 [ -s "$at/hanging" ]
	kill -INT "$tool_pid"
	wait_for 60 [ ! -e "$there.0" ]
	kill -0 "$tool_pid"	# one host hangs, and it waits for that host
	tool_stop INT
	cat "$out"
	expect 1 "$status"
	expect ok: "$(row root | tr -d ' ')"
	[[ "$(row hang)" == "no report: not waited for; may have left $there.1 there" ]]
	sixty --from "$dir/root.tar.gz" --output again >/dev/null
	expect TERM "$(jq -r .ended_early again/meta.json)"
	wait_for 5 nothing_there
}

@test "fleet: killed at once, or cut off by the network, the hosts clean up themselves" {
	start_fleet --seconds 300 root
	kill -KILL "$tool_pid"
	wait "$tool_pid" || true
	tool_pid=
	wait_for 60 nothing_there
	rm -rf "$dir"
	start_fleet --seconds 300 root
	cut_connection
	tool_wait
	expect 1 "$status"
	row root
	[[ "$(row root)" == "unreachable: "*"; may have left $there.0 there" ]]
	wait_for 60 nothing_there
}

@test "fleet: nothing is started for an invalid host name" {
	local name
	printf '%s\n' '#!/bin/sh' "touch $PWD/started" >bin-ssh
	mkdir fake && mv bin-ssh fake/ssh && chmod +x fake/ssh
	PATH=$PWD/fake:$PATH
	for name in -oProxyCommand=x --hosts '$(touch x)' 'a;b' 'a b' ../../etc/x . .. 'u@-oProxyCommand=x' \
		$'a\e[31m' $'a\nb' "a'b" '`x`' '' 'ä' 'ssh://a' 'a/b' '@a' 'a@'; do
		fleet quiet "$name"
		expect 64 "$status" "exit status for ${name@Q}"
		plain
		[ ! -s "$out" ] && [ ! -e started ] && [ ! -e "$dir" ]
	done
	printf '%s\n' good '$(touch x)' >hosts
	fleet --hosts hosts
	expect 64 "$status"
	for name in "" "--seconds 4 a" "--seconds 5x a" "--parallel 0 a" "--timeout 60 a" "--hosts ./none" "--bad a"; do
		# shellcheck disable=SC2086 # an option and its value
		fleet $name
		expect 64 "$status" "exit status of $name"
		[ ! -e started ] && [ ! -e "$dir" ]
	done
}
