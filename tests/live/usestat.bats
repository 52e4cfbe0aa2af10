#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# usestat with loads of known size: what it counts, and the limits that it shows.

load ../lib

own_setup() {
	needs jq
	load_pid='' loop='' mounted='' frozen='' groups=()
}

own_teardown() {
	[ -z "$frozen" ] || fsfreeze -u mnt
	end_load
	[ -z "$load_pid" ] || kill -KILL "$load_pid" 2>/dev/null || true
	[ -z "$mounted" ] || umount mnt
	[ -z "$loop" ] || losetup -d "$loop"
	local group
	for group in "${groups[@]}"; do rmdir "$group" || true; done
}

# start_load [COMMAND... --] MODE N [FILE]: start the workload of that mode; it waits to begin. A
# tool started after it also holds its input open, so stop the tool first.
start_load() {
	local program wrap=()
	program=$(own usage)
	while [[ " $* " == *" -- "* ]]; do
		[ "$1" = -- ] || wrap+=("$1")
		shift
	done
	rm -f go truth
	mkfifo go
	setsid "${wrap[@]}" "$program" "$@" <go >truth 2>truth.err 3>&- &
	load_pid=$!
	exec 7>go
	wait_for 10 contains truth ready || { cat truth.err; return 1; }
	pid=$(awk '$1 == "ready" { print $2 }' truth)
}

go() {
	echo >&7
	wait_for "${1:-20}" contains truth "done" || { cat truth.err; return 1; }
}

end_load() {
	exec 7>&- || true
	[ -z "$load_pid" ] || wait "$load_pid" || true
	load_pid=
}

# start_incident [COMMAND... --] MODE N [FILE]: start the workload of that mode, and let it begin.
start_incident() {
	local program wrap=()
	program=$(own incident)
	while [[ " $* " == *" -- "* ]]; do
		[ "$1" = -- ] || wrap+=("$1")
		shift
	done
	setsid "${wrap[@]}" "$program" "$@" >truth 2>truth.err 3>&- &
	load_pid=$!
	wait_for 10 grep -q ready truth || { cat truth.err; return 1; }
	pid=$(awk '$1 == "ready" { print $2 }' truth)
	name=$(basename "$program")
}

end_incident() {
	kill -KILL -- "-$load_pid" || true
	wait "$load_pid" || true
	load_pid=
}

# truth KEY: print the value from the line "done KEY VALUE ..."
truth() { awk -v key="$1" '/^done/ { for (i = 2; i < NF; i++) if ($i == key) print $(i + 1) }' truth; }

# records FILTER: print the number of records that match.
records() { jq -c "select($1)" "$out" | wc -l; }

# sum FILTER KEY: print the sum of the key in all records that match.
sum() { jq -s "[.[] | select($1) | .$2 // 0] | add // 0" "$out"; }

# last FILTER KEY: print the key of the last record that matches.
last() { jq -s "[.[] | select($1) | .$2] | last" "$out"; }

# cgroup_make CONTROLLER: make a cgroup with the controller, of version 2 or 1; sets $group.
cgroup_make() {
	local mount
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	if [ -n "$mount" ] && grep -qw "$1" "$mount/cgroup.controllers"; then
		version=2
		echo "+$1" >"$mount/cgroup.subtree_control"
	else
		mount=$(awk -v c="$1" '$3 == "cgroup" && "," $4 "," ~ "," c "," { print $2; exit }' /proc/self/mounts)
		[ -n "$mount" ] || skip "no cgroup with $1"
		version=1
	fi
	group=$mount/usestat$$
	mkdir "$group"
	groups+=("$group")
	path=/usestat$$
}

# file_system OPTION...: make an ext4 in a file, and mount it at mnt.
file_system() {
	needs losetup mkfs.ext4 truncate
	truncate -s 64M image
	loop=$(losetup -f --show image) || skip "no loop device can be made"
	mkfs.ext4 -q "$@" "$loop"
	mkdir mnt
	mount "$loop" mnt || skip "no ext4 can be mounted"
	mounted=yes
}

# --- Manner

# bats test_tags=kernel,smoke
@test "usestat: the table has a row for each resource" {
	run_tool usestat 1 2
	expect 0 "$status"
	expect 2 "$(grep -c '^RESOURCE.\{,72\}$' "$out")" "headings that fit a terminal of 80"
	for row in cpu memory disk mount tcp udp tasks descriptors process; do
		[ "$(grep -c "^$row " "$out")" -ge 1 ] || { echo "no row: $row"; return 1; }
	done
}

@test "usestat: every line fits the schema" {
	run_tool usestat --json 1 3
	expect 0 "$status"
	matches_schema usestat "$out"
	expect 3 "$(records '.type == "memory" and .interval_ns')" "intervals"
}

# bats test_tags=kernel
@test "usestat: runs without privileges, and reports what it cannot see" {
	needs setpriv
	cp "$build/usestat" usestat && chmod 755 . usestat
	exec 9<usestat
	(cd / && setpriv --reuid 65534 --clear-groups --inh-caps=-all /proc/self/fd/9 --json 1 2) \
		>"$out" 2>"$err"
	expect 0 "$(wc -c <"$err")" "bytes on stderr"
	[ "$(records '.type == "cpu" and .name == "all" and .user_us != null')" -ge 2 ]
	[ "$(records '.type == "missing" and (.remedy | length) > 0')" -ge 1 ]
}

@test "usestat: options without meaning are refused, and bad values" {
	for option in "--metrics x.prom" "--ring-size 64" --bpf-stats; do
		# shellcheck disable=SC2086 # words
		refuses 64 "${option%% *} has no meaning" usestat $option
	done
	for bad in 0 101 abc ''; do refuses 64 "'$bad'" usestat --top "$bad"; done
	for bad in 0 3601 1.5; do refuses 64 "'$bad'" usestat --details "$bad"; done
	refuses 64 "'12abc'" usestat 12abc
	refuses 64 "'3'" usestat 1 2 3
}

@test "usestat: ends at a signal with the last interval, at --duration, and without a reader" {
	for signal in INT TERM HUP; do
		tool_start usestat --json 100
		tool_stop "$signal"
		expect 0 "$status" "exit status at SIG$signal"
		expect summary "$(tail -n 1 "$out" | jq -r .type)" "last line"
		expect 1 "$(records '.type == "memory" and .interval_ns')" "intervals"
	done
	run_tool usestat --json --duration 1
	expect 0 "$status"
	timeout -k 5 20 "$build/usestat" 2>"$err" | head -1 >/dev/null
	expect 0 "$(wc -c <"$err")" "bytes on stderr"
	status=0
	"$build/usestat" 1 1 >/dev/full 2>"$err" || status=$?
	expect 1 "$status" "exit status on a full disk"
	grep -q 'cannot write the output: No space left on device' "$err"
}

# --- Disks and file systems

@test "usestat: 23 reads and 42 writes of a loop device, and their bytes" {
	needs losetup truncate
	truncate -s 64M image
	loop=$(losetup -f --show image) || skip "no loop device can be made"
	sleep 1	# udev looks at it
	tool_start usestat --json 100
	"$(workload disk_io)" "$loop" read 23 >/dev/null
	"$(workload disk_io)" "$loop" write 42 >/dev/null
	tool_stop
	this=".type == \"disk\" and .name == \"${loop#/dev/}\""
	expect 23 "$(sum "$this" reads)" reads
	expect $((23 * 4096)) "$(sum "$this" read_bytes)" "bytes read"
	expect 42 "$(sum "$this" writes)" writes
	expect $((42 * 4096)) "$(sum "$this" written_bytes)" "bytes written"
	expect $((64 << 20)) "$(last "$this" size_bytes)" size
}

@test "usestat: space, reserve and inodes of a file system as stat(1) has them" {
	file_system -N 512 -m 5
	dd if=/dev/zero of=mnt/big bs=1M count=23 status=none
	for i in $(seq 100); do : >"mnt/$i"; done
	sync -f mnt/big
	run_tool usestat --json 1 1
	this=".type == \"mount\" and .name == \"$PWD/mnt\""
	read -r unit blocks free available inodes free_inodes < <(stat -f -c '%S %b %f %a %c %d' mnt)
	expect $((blocks * unit)) "$(last "$this" size_bytes)" size
	expect $(((blocks - free) * unit)) "$(last "$this" used_bytes)" used
	expect $((available * unit)) "$(last "$this" available_bytes)" available
	expect $(((free - available) * unit)) "$(last "$this" reserved_bytes)" reserved
	expect "$inodes" "$(last "$this" inodes)" inodes
	expect $((inodes - free_inodes)) "$(last "$this" inodes_used)" "inodes used"
	expect false "$(last "$this" read_only)" read-only
	mount -o remount,ro mnt
	run_tool usestat --json 1 1
	expect true "$(last "$this" read_only)" read-only
}

@test "usestat: a thread that writes to a frozen file system, where it hangs, in two looks" {
	needs fsfreeze
	file_system
	: >mnt/file
	start_load hang 1 "$PWD/mnt/file"
	fsfreeze -f mnt
	frozen=yes
	echo >&7
	hangs() { grep -q '^[0-9]* (.*) D' "/proc/$pid/stat"; }
	wait_for 10 hangs
	run_tool usestat --json 1 1
	fsfreeze -u mnt
	frozen=
	this=".type == \"blocked_task\" and .pid == $pid"
	expect 2 "$(last "$this" looks)" looks
	[ -n "$(last "$this" function)" ] && [ "$(last "$this" function)" != null ]
	expect 1 "$(last ".type == \"process\" and .pid == $pid" blocked_threads)" "blocked threads"
	wait_for 10 grep -q "^done" truth
}

# bats test_tags=all
@test "usestat: major faults of a process, as it counts them itself" {
	file_system
	dd if=/dev/urandom of=mnt/file bs=4k count=512 status=none
	start_load faults 300 "$PWD/mnt/file"
	tool_start usestat --json 100
	go
	tool_stop
	[ "$(truth major_faults)" -ge 250 ]
	expect "$(truth major_faults)" "$(sum ".type == \"process\" and .pid == $pid" major_faults)" faults
}

# --- Processes

# bats test_tags=kernel
@test "usestat: 23 zombies by their parent, 42 threads, 90 of 100 descriptors" {
	start_load zombies 23
	tool_start usestat --json --top 100 100
	go
	tool_stop
	expect 23 "$(last ".type == \"process\" and .pid == $pid" zombies)" zombies
	end_load
	start_load threads 42
	tool_start usestat --json --top 100 100
	go
	tool_stop
	expect 43 "$(last ".type == \"process\" and .pid == $pid" threads)" threads
	expect 42 "$(last ".type == \"process\" and .pid == $pid" thread_growth)" growth
	end_load
	start_load sh -c 'ulimit -n 100; exec "$@"' sh -- files 87
	tool_start usestat --json --top 100 100
	go
	tool_stop
	this=".type == \"process\" and .pid == $pid"
	expect "$(ls "/proc/$pid/fd" | wc -l)" "$(last "$this" fds)" descriptors
	expect 100 "$(last "$this" fds_max)" limit
	expect true "$(last "$this" 'top | index("descriptors") != null')" "near the limit"
}

# bats test_tags=kernel
@test "usestat: CPU time of a process, and of the machine" {
	start_load spin 1000
	tool_start usestat --json --top 100 100
	go
	tool_stop
	this=".type == \"process\" and .pid == $pid"
	us=$(($(sum "$this" user_us) + $(sum "$this" system_us)))
	[ "$us" -ge 950000 ] && [ "$us" -le 1100000 ] || expect 1000000 "$us" "us of CPU"
	all='.type == "cpu" and .name == "all"'
	[ $(($(sum "$all" user_us) + $(sum "$all" system_us) + $(sum "$all" nice_us))) -ge 950000 ]
}

# bats test_tags=kernel
@test "usestat: 23 processes that end with status 3, and 5 by a signal, by program and parent" {
	cp "$(type -P bash)" "x$$end"
	parent=$(cat /proc/$BASHPID/comm)
	tool_start usestat --json 100
	for _ in {1..23}; do "./x$$end" -c 'exit 3' || true; done
	for _ in {1..5}; do "./x$$end" -c 'kill -KILL $$' || true; done
	tool_stop
	this=".type == \"exit\" and .comm == \"x$$end\""
	expect 23 "$(sum "$this and .status == 3" count)" "exits with status 3"
	expect 5 "$(sum "$this and .signal == 9" count)" "exits by SIGKILL"
	expect "\"$parent\"" "$(last "$this and .status == 3" parent_comm)" parent
	expect "$BASHPID" "$(last "$this and .status == 3" ppid)" "its number"
	[ "$(sum "$this and .status == 3" lifetime_us)" -gt 23000 ]
}

# bats test_tags=kernel
@test "usestat: two threads that wait for each other, and threads that wait for one that computes" {
	start_incident deadlock 2
	run_tool usestat --json --details 1 1 3	# the threads may not wait yet at the first look
	end_incident
	this=".type == \"lock\" and .pid == $pid"
	expect 2 "$(jq -s "[.[] | select($this and .looks == 2 and .deadlock)] | length" "$out")" "locks in a circle"
	start_incident contend 4
	run_tool usestat --json 1 1
	end_incident
	this=".type == \"lock\" and .pid == $pid"
	[ "$(last "$this" waiters)" -ge 2 ]
	expect false "$(last "$this" deadlock)" deadlock
	expect "\"$name\"" "$(last "$this" owner_comm)" owner
}

# bats test_tags=kernel
@test "usestat: a file lock: who waits, who holds it, and its path" {
	needs flock
	: >locked
	flock locked sleep 30 &
	holder=$!
	wait_for 5 grep -q " $holder " /proc/locks
	setsid flock locked true &
	load_pid=$!
	wait_for 5 grep -q -- "-> .* $load_pid " /proc/locks
	run_tool usestat --json 1 1
	kill $holder "$load_pid" $(pgrep -P $holder) || true
	this=".type == \"lock\" and .pid == $load_pid"
	expect 1 "$(last "$this" waiters)" waiters
	expect "$holder" "$(last "$this" owner)" owner
	expect "\"$PWD/locked\"" "$(last "$this" file)" file
	load_pid=
}

@test "usestat: inotify instances of a user, in the last look" {
	start_incident setpriv --reuid 61234 --clear-groups -- inotify 23
	run_tool usestat --json 1 1
	end_incident
	this='.type == "inotify" and .name == "61234"'
	expect 23 "$(last "$this" instances)" instances
	expect "$(cat /proc/sys/fs/inotify/max_user_instances)" "$(last "$this" instances_max)" limit
	expect "$pid" "$(last "$this" pid)" process
	expect 0 "$(last "$this" watches)" watches
}

# --- Cgroups

# throttled: print how often the cgroup was throttled, when the number has not changed for three
# periods: starting the load takes more than the quota of one period, and the throttling of the last
# period is counted after it.
throttled() {
	local n='' last=none
	until [ "$n" = "$last" ]; do
		last=$n
		sleep 0.3
		n=$(awk '$1 == "nr_throttled" { print $2 }' "$group/cpu.stat")
	done
	echo "$n"
}

# bats test_tags=kernel
@test "usestat: a cgroup at its quota, as often as its cpu.stat says" {
	cgroup_make cpu
	if [ $version = 2 ]; then
		echo "5000 100000" >"$group/cpu.max"
	else
		echo 5000 >"$group/cpu.cfs_quota_us"
	fi
	start_load sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" -- spin 100
	before=$(throttled)
	tool_start usestat --json 100
	go 30
	after=$(throttled)
	tool_stop
	end_load
	this=".type == \"cgroup\" and .name == \"$path\""
	[ "$after" -gt "$((before + 5))" ]
	expect $((after - before)) "$(sum "$this" throttled_periods)" "throttled periods"
	expect 5000 "$(last "$this" quota_us)" quota
	expect 100000 "$(last "$this" period_us)" period
	expect $version "$(last "$this" version)" version
	[ "$(sum "$this" throttled_us)" -gt 100000 ]
}

# The runtime's file is in a mount namespace of the test, which has its own /run.
@test "usestat: the container of a cgroup and a process, by id and name" {
	needs unshare
	cgroup_make memory
	id=$(printf '%064x' $$)
	mkdir "$group/$id"
	groups=("$group/$id" "${groups[@]}")
	cp "$(type -P sleep)" "x$$contained"
	# In this PID namespace usestat is process 1, in whose root directory it looks for the files.
	unshare -m --pid --fork --mount-proc sh -e -c 'mount -t tmpfs none /run
		dir=/run/containerd/io.containerd.runtime.v2.task/k8s.io/$1
		mkdir -p "$dir"
		printf "{\"annotations\":{\"io.kubernetes.cri.%s\":\"%s\",\"io.kubernetes.cri.%s\":\"%s\",%s}}" \
			container-name nginx sandbox-name web-0 \
			"\"io.kubernetes.cri.sandbox-namespace\":\"shop\"" >"$dir/config.json"
		sh -c "echo \$\$ >$3/cgroup.procs && exec $2 20" &
		exec "$0" --json --top 100 1 2' "$build/usestat" "$id" "./x$$contained" "$group/$id" >"$out"
	this=".type == \"cgroup\" and .name == \"$path/$id\""
	expect "$id" "$(last "$this" container | tr -d '"')" "id of the cgroup"
	expect shop/web-0/nginx "$(last "$this" container_name | tr -d '"')" "name of the cgroup"
	this=".type == \"process\" and .comm == \"x$$contained\""
	expect shop/web-0/nginx "$(last "$this" container_name | tr -d '"')" "name of the process"
}

# bats test_tags=kernel,all
@test "usestat: forks that fail at a cgroup's pids limit" {
	cgroup_make pids
	echo 10 >"$group/pids.max"
	start_load sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" -- forks 23
	tool_start usestat --json 100
	go
	tool_stop
	this=".type == \"cgroup\" and .name == \"$path\""
	expect 14 "$(truth failed)" "failed forks"
	expect 14 "$(sum "$this" pids_max_events)" "failed forks"
	expect 10 "$(last "$this" pids)" pids
	expect 10 "$(last "$this" pids_max)" limit
	end_load
	empty() { [ ! -s "$group/cgroup.procs" ]; }
	wait_for 10 empty
}

# bats test_tags=kernel
@test "usestat: an OOM kill in a cgroup: counter, limit and message with its groups" {
	cgroup_make memory
	if [ $version = 2 ]; then
		echo 32M >"$group/memory.max"
		[ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
	else
		echo 32M >"$group/memory.limit_in_bytes"
	fi
	start_load sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" -- memory 64
	tool_start usestat --json 100
	echo >&7
	wait "$load_pid" || true
	load_pid=
	tool_stop
	this=".type == \"cgroup\" and .name == \"$path\""
	expect 1 "$(sum "$this" oom_kills)" "OOM kills"
	expect $((32 << 20)) "$(last "$this" memory_max_bytes)" limit
	log=".type == \"log\" and .class == \"oom_kill\" and .pid == $pid"
	expect 1 "$(records "$log")" messages
	expect false "$(last "$log" history)" history
	expect "\"$path\"" "$(last "$log" oom_memcg)" "cgroup that ran out"
	expect "\"$path\"" "$(last "$log" task_memcg)" "cgroup of the victim"
}

# --- Network, in a separate namespace

# bats test_tags=kernel,all
@test "usestat: datagrams that a full socket buffer drops, in another network namespace" {
	needs unshare ip
	start_load unshare -n sh -c 'ip link set lo up; exec "$@"' sh -- udp 1000
	tool_start usestat --json 100
	go
	tool_stop
	lost=$(($(truth sent) - $(truth received)))
	this=".type == \"net\" and .pid == $pid"
	[ "$lost" -gt 900 ]
	expect "$lost" "$(sum "$this" udp_receive_buffer_errors)" "dropped datagrams"
	expect $((1000 - lost)) "$(sum "$this" udp_in_datagrams)" "datagrams read"
}

# bats test_tags=kernel
@test "usestat: an accept queue that overflows: counter, port and process" {
	needs unshare ip
	start_load unshare -n sh -c 'ip link set lo up; exec "$@"' sh -- listen 8
	netstat() { awk '/^TcpExt:/ && n++ == 0 { for (i = 1; i <= NF; i++) if ($i == "ListenOverflows") c = i; next }
		/^TcpExt:/ { print $c }' "/proc/$pid/net/netstat"; }
	before=$(netstat)
	tool_start usestat --json 100
	go
	sleep 1
	tool_stop
	end=$(netstat)
	this=".type == \"net\" and .pid == $pid"
	counted=$(sum "$this" tcp_listen_overflows)
	[ "$counted" -ge 1 ] && [ "$counted" -ge 6 ] && [ "$counted" -le $((end - before)) ] ||
		expect "6 to $((end - before))" "$counted" overflows
	sock=".type == \"socket\" and .port == $(truth port)"
	expect "$pid" "$(last "$sock" pid)" process
	expect 2 "$(last "$sock" queue)" queue
	expect 1 "$(last "$sock" queue_max)" backlog
	[ "$(sum "$sock" drops)" -ge 6 ]
}

# bats test_tags=kernel
@test "usestat: connections in TIME_WAIT and the ports they use, in another network namespace" {
	needs unshare ip
	start_incident unshare -n sh -c 'ip link set lo up; echo 10000 10999 >/proc/sys/net/ipv4/ip_local_port_range
		exec "$@"' sh -- timewait 500
	waits() { [ "$(awk '/^TCP:/ { print $7 }' "/proc/$pid/net/sockstat")" -ge 300 ]; }
	wait_for 10 waits
	run_tool usestat --json 1 1
	end_incident
	this=".type == \"peer\" and .pid == $pid and .direction == \"out\""
	[ "$(last "$this" time_wait)" -ge 300 ]
	expect '"127.0.0.1"' "$(last "$this" address)" address
	expect 1000 "$(last "$this" local_ports)" ports
	interface=".type == \"interface\" and .pid == $pid"
	expect '"lo"' "$(last "$interface" name)" interface
	[ "$(sum "$interface" rx_packets)" -ge 300 ]
}

# --- The kernel's log

@test "usestat: a program that crashes, in the kernel's log" {
	[ "$(cat /proc/sys/debug/exception-trace 2>/dev/null)" = 1 ] || skip "the kernel does not log crashes"
	start_load crash 1
	tool_start usestat --json 100
	go
	sleep 0.3
	tool_stop
	log=".type == \"log\" and .class == \"segfault\" and .comm == \"$(basename "$(ls x$$*)")\""
	expect 1 "$(records "$log")" messages
	expect false "$(last "$log" history)" history
	run_tool usestat --json 1 1
	expect true "$(last "$log" history)" "history in a later run"
}
