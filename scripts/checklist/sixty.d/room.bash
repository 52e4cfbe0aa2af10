# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Limits on processes.  Capabilities: what reads the data of others runs without any.  Number: start
# only as many collectors as there is room for, and report the limit.  Without room fork(2) fails with EAGAIN; bash then waits,
# retries, and finally gives up entirely.

OWN_PROCESSES=5		# of sixty besides the collectors: the guard, and helper programs
REPORT_PROCESSES=10	# at most at a time while the report is made

powerless=()		# prefix for commands that run without capabilities; none if it is impossible

room=			# how many processes may be started; empty: no limit
room_limit=		# the name of that limit

# find_powerless DIR: set `powerless`, for commands that write to DIR.  setpriv may be missing, or be that
# of busybox, and a container may forbid it: then the commands run as before.  If DIR or sixty is in
# the home directory of another user, they keep the capability to read there.
find_powerless() {
	local prefix read
	[ "$EUID" -eq 0 ] || return 0
	for read in '' ,+dac_read_search; do
		prefix=(setpriv --no-new-privs --inh-caps=-all "--bounding-set=-all$read")
		"${prefix[@]}" test -r "$report" -a -w "$1" 2>/dev/null || continue
		powerless=("${prefix[@]}")
		return
	done
}

# hides_processes: true if /proc shows processes of others only to those with CAP_SYS_PTRACE.
hides_processes() {
	local mount
	while read -r mount; do
		[[ $mount != *" /proc proc "*hidepid=[^0]* ]] || return 0
	done </proc/self/mounts
	return 1
}

# weaken KIND PROGRAM: set `weak`, the prefix with which to start a collector.  Our tools drop
# what they do not need by themselves.
weaken() {
	weak=()
	[ ${#powerless[@]} -gt 0 ] || return 0
	case $1,${2##*/} in
	program,top | program,pidstat) hides_processes || weak=("${powerless[@]}") ;;
	program,*) weak=("${powerless[@]}") ;;
	sample,*) weak=("${powerless[@]},+syslog") ;;	# kernel.dmesg_restrict
	esac
}

# limit_room N LIMIT
limit_room() {
	[ -z "$room" ] || [ "$1" -lt "$room" ] || return 0
	room=$(($1 > 0 ? $1 : 0))
	room_limit=$2
}

# find_room: set `room` and `room_limit`.
find_room() {
	local controllers path
	while IFS=: read -r _ controllers path; do
		case ,$controllers, in
		,,) cgroup_room /sys/fs/cgroup "$path" ;;
		*,pids,*) cgroup_room /sys/fs/cgroup/pids "$path" ;;
		esac
	done 2>/dev/null </proc/self/cgroup
	[ "$EUID" -eq 0 ] || [ "$(ulimit -u)" = unlimited ] || user_room "$(ulimit -u)"
}

# cgroup_room MOUNT PATH: pids.max counts for a cgroup and all its descendants.
cgroup_room() {
	local at=$1 path=${2%/} max current
	while :; do
		if read -r max <"$at$path/pids.max" && [ "$max" != max ] && read -r current <"$at$path/pids.current"; then
			limit_room $((max - current)) "pids.max of cgroup ${path:-/}"
		fi
		[ -n "$path" ] || break
		path=${path%/*}
	done 2>/dev/null
}

# user_room LIMIT: RLIMIT_NPROC counts all threads of the real user; root
# is exempt.
user_room() {
	local at key value threads=0
	for at in /proc/[0-9]*; do
		[ -O "$at" ] || continue
		while read -r key value; do
			[ "$key" != Threads: ] || threads=$((threads + value))
		done <"$at/status"
	done 2>/dev/null
	limit_room $(($1 - threads)) "RLIMIT_NPROC (ulimit -u $1)"
}

# processes_of NAME KIND: print the number of its simultaneous processes, with the waiting shells.
processes_of() {
	case $1,$2 in
	*,events | *,sample) echo 4 ;;
	sar-*) echo 3 ;;
	*) echo 2 ;;
	esac
}

# take_room NAME KIND COMMAND...: reserve room for that collector; without room, record
# the reason and start no program.
take_room() {
	local needed
	[ -n "${programs[$1]-}" ] || return
	needed=$(processes_of "$1" "$2")
	if [ "$needed" -le "$room" ]; then
		room=$((room - needed))
	else
		no_room[$1]="not started: $room_limit leaves no room for its processes"
		unset "programs[$1]"
	fi
}

# share_room: distribute the room among the collectors, in the order of the table.
share_room() {
	find_room
	[ -n "$room" ] || return 0
	[ "$room" -ge "$REPORT_PROCESSES" ] ||
		fail "$room_limit leaves room for $room more processes, and the report alone needs $REPORT_PROCESSES: raise it"
	room=$((room - OWN_PROCESSES))
	each take_room
	[ ${#no_room[@]} -eq 0 ] ||
		message "$room_limit leaves room for $((${#names[@]} - ${#no_room[@]})) of ${#names[@]} collectors; raise it to see everything"
}
