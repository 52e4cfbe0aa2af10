#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Findings of sixty: deliberate loads, each limited in time, and the findings
# that are expected for them, with name and evidence.
#
#   scenario                         expected findings               name in the finding
#   programs started in a loop       exec-storm                      its name
#   more threads than CPUs           cpu-busy run-queue cpu-pressure its name
#   a missing file in a loop         failing-opens                   its path
#   connects to a closed port        connects-refused                address:port
#   connects that nobody answers     connects-unanswered             address:port
#   a name server that answers late  slow-dns                        the name
#   more memory than its cgroup has  kernel-oom                      its name
#   a disk that answers late         block-latency                   the disk
#   a link that loses packets        retransmits                     -
#   nothing at all                   (none)                          -
#
# Three scenarios need a guest whose kernel has the required features, and run in the row 6.12 of
# tests/vm/kernels.  "Nothing at all" needs an idle machine: a guest among others
# waits for its host's processors.
#   SIXTY_QUIET_MACHINE=1 bats -f "at all" tests/live/scenarios.bats
#   scripts/dev/test-kernels --run 6.12 'bats -f "at all" tests/live/scenarios.bats'
#
# Runs alone: it overloads the machine on purpose.

# shellcheck disable=SC2016

load ../lib

own_setup() {
	needs jq mpstat vmstat
	[ "$(id -u)" = 0 ] || skip "not root"
	dir=$BATS_TEST_TMPDIR/report
	seconds=6
	emulated || return 0
	seconds=40	# everything starts slowly there
	started=()
}

own_teardown() {
	local pid
	for pid in "${started[@]}"; do	# timeout leads its own process group
		kill -KILL -- "-$pid" 2>/dev/null || true
	done
	[ -z "${group-}" ] || rmdir "$group" || true
}

# load_with COMMAND...: run it in the background, at most until shortly after the run of sixty.
load_with() {
	timeout -s KILL $((seconds + 24)) "$@" >/dev/null 2>&1 3>&- &
	started+=($!)
}

# in_net COMMAND: run a shell command in a separate network namespace, in which an interface
# accepts packets to 192.0.2.9 and no host answers.
in_net() {
	unshare -n true 2>/dev/null || skip "no network namespaces on this machine"
	load_with unshare -mn bash -c 'ip link set lo up
		ip link add hole type veth peer name bottom && ip link set bottom up &&
			ip addr add 192.0.2.1/24 dev hole && ip link set hole up &&
			ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev hole
		'"$1"
}

# look TOOL...: run sixty with all tools; in an emulated guest, where the start of each takes
# seconds, only with those that must detect the load.
look() {
	local bin=$root/scripts tool
	if emulated; then
		bin=$BATS_TEST_TMPDIR/bin
		cp -r "$root/scripts" "$bin"
		for tool; do ln -s "$build/$tool" "$bin/$tool"; done
	fi
	"$bin/sixty" --seconds "$seconds" --output "$dir" >"$out" 2>"$err" 3>&-
}

# finds ID [TEXT]: expect a finding with evidence; TEXT in its title or evidence.
finds() {
	jq -e --arg id "$1" --arg text "${2-}" '.findings[] | select(.id == $id and .severity != "info"
		and (.evidence | length > 0) and ([.title, .evidence[].text] | join(" ") | contains($text)))' \
		"$dir/report.json" >/dev/null && return
	echo "no $1 with ${2-anything} among: $(jq -c '[.findings[] | [.id, .title, .evidence[].text]]' "$dir/report.json")"
	return 1
}

emulated() { [ -e /sixty/command ]; }

# guest REASON: skip outside of a guest, for loads that disturb others or write to the kernel's log.
guest() { emulated || skip "only in a guest: $1"; }

# Runs without tools in a guest, where starting them takes longer than the run.
@test "scenario: nothing at all" {
	[ -n "${SIXTY_QUIET_MACHINE-}" ] || emulated || skip "set SIXTY_QUIET_MACHINE=1 on an idle machine"
	look
	expect "" "$(jq -r '.findings[] | select(.severity != "info") | "\(.id) \(.evidence[0].text)"' "$dir/report.json")" "findings"
	[ "$(jq '.exonerated | length' "$dir/report.json")" -ge 15 ]
}

@test "scenario: programs started in a loop" {
	local name=x$$storm
	cp "$(workload execs)" "$BATS_TEST_TMPDIR/$name"
	load_with bash -c 'while :; do "$0" vfork 9; done' "$BATS_TEST_TMPDIR/$name"
	look execsnoop
	finds exec-storm "$name"
}

@test "scenario: more threads than CPUs" {
	local name=x$$hog i
	cp "$(type -P bash)" "$BATS_TEST_TMPDIR/$name"
	for ((i = 0; i < 2 * $(nproc) + 2; i++)); do
		load_with "$BATS_TEST_TMPDIR/$name" -c 'while :; do :; done'
	done
	look runqlat
	finds cpu-busy
	finds run-queue
	[ ! -e /proc/pressure/cpu ] || finds cpu-pressure
}

@test "scenario: a missing file opened in a loop" {
	load_with bash -c 'while :; do : <"/etc/x$$missing/app.conf"; read -rt 0.05 <> <(:); done'
	look opensnoop
	finds failing-opens "/etc/x"
}

@test "scenario: refused connects" {
	load_with bash -c 'while :; do : </dev/tcp/127.0.0.1/9; read -rt 0.1 <> <(:); done'
	look tcpconnect
	finds connects-refused 127.0.0.1:9
}

@test "scenario: connects without an answer" {
	needs ip unshare
	in_net 'for i in {1..200}; do : </dev/tcp/192.0.2.9/80 & read -rt 0.3 <> <(:); done'
	look tcpconnect
	finds connects-unanswered 192.0.2.9:80
}

@test "scenario: a name server that answers late" {
	needs ip unshare getent
	mkdir etc
	echo "hosts: dns" >etc/nsswitch.conf
	printf 'nameserver 127.0.0.53\noptions timeout:5 attempts:1\n' >etc/resolv.conf
	in_net "mount --bind $PWD/etc /etc; $(workload dns-late) 127.0.0.53 700 &
		while :; do $(workload lookups) getaddrinfo 1 late.test; done"
	look gethostlatency
	finds slow-dns late.test
}

@test "scenario: more memory than its cgroup has" {
	local limit name=x$$eater
	guest "the kernel's log keeps the message for an hour"
	group=$(cgroup2)/x$$squeeze
	grep -qw memory "$(cgroup2)/cgroup.controllers" || skip "no memory controller in cgroup2 here"
	echo +memory >"$(cgroup2)/cgroup.subtree_control"
	mkdir "$group"
	echo $((16 << 20)) >"$group/memory.max"
	cp "$(type -P bash)" "$BATS_TEST_TMPDIR/$name"
	load_with "$BATS_TEST_TMPDIR/$name" -c 'echo $$ >"$0/cgroup.procs"; read -rt 3 <> <(:)
		x=xxxxxxxxxxxxxxxx; while :; do x+=$x; done' "$group"
	look
	finds kernel-oom "$name"
}

# bats test_tags=once
@test "scenario: a disk that answers late" {
	guest "a module is loaded"
	needs dd
	# Completes each request after 80 ms, by a timer.
	modprobe null_blk nr_devices=1 irqmode=2 completion_nsec=80000000 2>/dev/null ||
		skip "this kernel has no null_blk"
	wait_for 5 [ -b /dev/nullb0 ] || skip "null_blk created no disk"
	load_with dd if=/dev/nullb0 of=/dev/null bs=4k iflag=direct
	look biolatency biosnoop
	finds block-latency nullb0
}

# bats test_tags=once
@test "scenario: a link that loses packets" {
	guest "it is about connections of the whole machine"
	needs ip tc
	modprobe sch_netem 2>/dev/null || true
	tc qdisc add dev lo root netem loss 20% || skip "this kernel has no netem"
	load_with bash -c 'while :; do "$0" blocking 23; done' "$(workload connects)"
	look tcpretrans
	tc qdisc del dev lo root
	finds retransmits
}
