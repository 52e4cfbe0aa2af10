# shellcheck shell=bash disable=SC2016,SC2154 # scripts in quotes; variables of tests/lib.bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Plants for the scenarios: each function makes one situation, in its own namespaces, cgroups and file
# systems, and ends with the test.  Programs are called sx-PLANT; findings must give this name.

# program PLANT: copy the workload to sx-PLANT, and print the path.
program() {
	local copy=$BATS_TEST_TMPDIR/sx-$1
	[ -e "$copy" ] || cp "$(workload incident)" "$copy"
	echo "$copy"
}

# shell PLANT: copy the shell to sx-PLANT, and print the path.
shell() {
	local copy=$BATS_TEST_TMPDIR/sx-$1
	[ -e "$copy" ] || cp "$(type -P bash)" "$copy"
	echo "$copy"
}

# begin COMMAND...: run it in the background, in a separate process group, for at most 60 s.
begin() {
	setsid timeout -s KILL 60 "$@" >/dev/null 2>&1 3>&- &
	begun+=($!)
}

# in_network COMMAND...: like begin, in another network namespace with a loopback interface.
in_network() {
	begin unshare -n sh -c 'ip link set lo up; exec "$@"' sh "$@"
}

# in_group PLANT CONTROLLER FILE VALUE COMMAND...: like begin, in a cgroup sx-PLANT with that limit.
# FILE is "VERSION-2-NAME:VERSION-1-NAME".
in_group() {
	local plant=$1 controller=$2 files=$3 value=$4 mount file
	shift 4
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	file=${files%:*}
	if [ -n "$mount" ] && grep -qw "$controller" "$mount/cgroup.controllers"; then
		echo "+$controller" >"$mount/cgroup.subtree_control"
	else
		mount=$(awk -v c="$controller" '$3 == "cgroup" && "," $4 "," ~ "," c "," { print $2; exit }' /proc/self/mounts)
		file=${files#*:}
	fi
	[ -n "$mount" ] || skip "no cgroup controller $controller"
	mkdir "$mount/sx-$plant"
	groups+=("$mount/sx-$plant")
	echo "$value" >"$mount/sx-$plant/$file"
	begin sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$mount/sx-$plant" "$@"
}

# file_system PLANT OPTION...: make an ext4 of 32 MiB in a file, and mount it at sx-PLANT.fs.
file_system() {
	local plant=$1 loop
	shift
	truncate -s 32M "$plant.image"
	loop=$(losetup -f --show "$plant.image") || skip "no loop device can be made"
	loops+=("$loop")
	mkfs.ext4 -q "$@" "$loop"
	mkdir "sx-$plant.fs"
	mount "$loop" "sx-$plant.fs"
	mounts+=("$PWD/sx-$plant.fs")
}

# uproot: end all plants.
uproot() {
	local pid mount group loop
	for mount in "${frozen[@]}"; do fsfreeze -u "$mount" || true; done
	for pid in "${begun[@]}"; do kill -KILL -- "-$pid" 2>/dev/null || true; done
	for pid in "${begun[@]}"; do { wait "$pid" || true; } 2>/dev/null; done
	for group in "${groups[@]}"; do clear_group "$group"; done
	for mount in "${mounts[@]}"; do umount "$mount" || umount -l "$mount" || true; done
	for loop in "${loops[@]}"; do losetup -d "$loop" || true; done
}

# clear_group DIR: kill what timeout left in the cgroup, and remove it.
clear_group() {
	local pid
	while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done <"$1/cgroup.procs"
	wait_for 5 rmdir "$1" 2>/dev/null || rmdir "$1" || true
}

# --- Tasks and limits

plant_crash_loop() { begin "$(shell crash-loop)" -c 'while :; do "$0" -c "exit 3"; read -rt 0.1 <> <(:); done' "$(shell failing)"; }
plant_zombies() { begin "$(program zombies)" zombies 150; }
plant_threads() { begin "$(program threads)" threads 100; }
plant_sockets() { begin sh -c 'ulimit -n 200; exec "$@"' sh "$(program sockets)" sockets 190; }
plant_exhausted() { begin sh -c 'ulimit -n 60; exec "$@"' sh "$(program exhausted)" exhaust 5; }
plant_pids() { in_group pids pids pids.max:pids.max 12 "$(program pids)" forks 8; }
plant_processes() { begin prlimit --nproc=20 setpriv --reuid 61234 --clear-groups "$(program processes)" forks 19; }
plant_inotify() { begin setpriv --reuid 61235 --clear-groups "$(program inotify)" inotify "$(cat /proc/sys/fs/inotify/max_user_instances)"; }
plant_deadlock() { begin "$(program deadlock)" deadlock 2; }
plant_stopped() { begin "$(program stopped)" stop 3; }

# --- CPU and memory

plant_quota() { in_group quota cpu cpu.max:cpu.cfs_quota_us 20000 "$(program quota)" spin 2; }
plant_contended() { begin "$(program contended)" contend 8; }
plant_leak() { in_group leak memory memory.max:memory.limit_in_bytes $((192 << 20)) "$(program leak)" leak 12; }

# --- File systems

plant_full() {
	file_system full
	dd if=/dev/zero of=sx-full.fs/fill bs=64k 2>/dev/null || true
	begin "$(shell full)" -c 'while :; do echo x >sx-full.fs/more; read -rt 0.1 <> <(:); done'
}
plant_nearly_full() {
	file_system nearly -m 0
	dd if=/dev/zero of=sx-nearly.fs/fill bs=64k 2>/dev/null || true
	truncate -s -512K sx-nearly.fs/fill
}
plant_inodes() {
	file_system inodes -N 64
	for i in {1..64}; do : >"sx-inodes.fs/$i" || break; done 2>/dev/null
}
plant_frozen() {
	file_system frozen
	fsfreeze -f sx-frozen.fs
	frozen+=("$PWD/sx-frozen.fs")
	begin "$(program frozen)" write 1 sx-frozen.fs/file
}
plant_unwritten() { begin "$(shell unwritten)" -c 'exec 3>/dev/full; while :; do printf x >&3; read -rt 0.2 <> <(:); done'; }
plant_forbidden() {
	echo x >forbidden.conf
	chmod 600 forbidden.conf
	begin setpriv --reuid 61236 --clear-groups "$(shell forbidden)" -c \
		'while :; do : <forbidden.conf; read -rt 0.1 <> <(:); done'
}
plant_samefile() { begin "$(program samefile)" samefile 6 "$BATS_TEST_TMPDIR/sx-samefile.data"; }
plant_log() { begin "$(program log)" log 5000 "$BATS_TEST_TMPDIR/sx-log.log"; }
plant_flock() { begin sh -c 'flock sx-locked sleep 60 & sleep 0.2; exec "$@"' sh "$(copy_of flock flock)" sx-locked true; }

# copy_of PLANT PROGRAM: copy the program to the plant's name.
copy_of() {
	cp "$(type -P "$2")" "$BATS_TEST_TMPDIR/sx-$1"
	echo "$BATS_TEST_TMPDIR/sx-$1"
}

# --- Network

plant_silent_dns() {
	mkdir -p etc
	echo "hosts: dns" >etc/nsswitch.conf
	printf 'nameserver 127.0.0.53\noptions timeout:1 attempts:2\n' >etc/resolv.conf
	begin unshare -mn sh -c 'ip link set lo up; mount --bind etc /etc
		"$1" silent 53 & sleep 0.2; exec "$2" lookup 8' sh "$(workload incident)" "$(program silent-dns)"
}
plant_udp() { in_network "$(program udp)" udp 20000; }
plant_timewait() {
	begin unshare -n sh -c 'ip link set lo up; echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse
		echo 10000 10501 >/proc/sys/net/ipv4/ip_local_port_range
		exec "$@"' sh "$(program timewait)" timewait 300
}
plant_buckets() {
	begin unshare -n sh -c 'ip link set lo up; echo 50 >/proc/sys/net/ipv4/tcp_max_tw_buckets
		exec "$@"' sh "$(program buckets)" timewait 100
}
plant_resets() { in_network "$(program resets)" reset 300; }
plant_listen() { in_network "$(program listen)" listen 50; }
# A link of 2 Mbit/s whose queue has room for four packets.
plant_loss() {
	begin unshare -n sh -c 'ip link set lo mtu 1500 up; tc qdisc add dev lo root tbf rate 2mbit burst 3k limit 6k
		exec "$@"' sh "$(program loss)" stream 2
}
