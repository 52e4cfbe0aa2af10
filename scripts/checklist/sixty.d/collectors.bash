# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The collectors, and how each program is found.

# The collectors: NAME KIND COMMAND.  KIND is `program` (in PATH), `tool` (ours),
# `events` (ours, prints every event; sixty limits its output) or `sample` (read by the
# script `sample`).  All observe for $span seconds, except profile and offcputime, which stop
# earlier and start first, because they resolve symbols at their end.  The findings come from our
# tools alone.  The classic programs run for people who want to read them: at most ten
# samples of each, which costs little.
collectors() {
	# Programs that print nothing when SIGINT ends them start first: on a slow machine it
	# takes a second to start all of them.
	local stacks="--duration $((span > 1 ? span - 1 - (span > 5) : 1)) --flame flame.svg"
	local every=$((1 + span / 10)) look=$((1 + span / 300)) rows=$((1 + span / 12)) samples counted
	samples=$((span / every))
	# In a storm of events, the rows of --count-by are exact, and the first events of each
	# interval show who and where.
	counted="--json --bpf-stats --duration $span --top 40 --sample 400 --count-by"
	cat <<-TABLE
	profile         tool      profile --json --bpf-stats $stacks
	offcputime      tool      offcputime --json --bpf-stats $stacks -u --user-stack-rate 50 --by pid,comm,syscall,function,state,lock,mutex --top 400
	usestat         tool      usestat --json $look $((span / look + 1))
	vmstat          program   vmstat -n -w $every $((samples + 1))
	top             program   top -b -w 512 -d $((span > 1 ? span - 1 : 1)) -n 2
	uptime          program   uptime
	dmesg           sample    dmesg $span
	mpstat          program   mpstat -P ALL $every $samples
	pidstat         program   pidstat $every $samples
	iostat          program   iostat -x -y -z $every $samples
	free            program   free -m -s $every -c $samples
	sar-dev         program   sar -n DEV,EDEV $every $samples
	sar-tcp         program   sar -n TCP,ETCP $every $samples
	execsnoop       events    execsnoop --fails $counted parent_comm,comm,ret $rows
	opensnoop       events    opensnoop --failed --limits $counted path,err,comm,syscall $rows
	fsslower        events    fsslower --json --bpf-stats --duration $span
	biolatency      tool      biolatency --json --bpf-stats --duration $span --disks 1
	biosnoop        events    biosnoop $counted disk,comm,rwbs,error_name $rows
	cachestat       tool      cachestat --json --bpf-stats --duration $span 1
	tcpconnect      events    tcpconnect $counted daddr,dport,result,comm $rows
	tcpaccept       events    tcpaccept $counted laddr,lport,comm $rows
	tcpretrans      events    tcpretrans --lossprobe $counted laddr,lport,raddr,rport,state $rows
	gethostlatency  events    gethostlatency --json --bpf-stats --duration $span
	runqlat         tool      runqlat --json --bpf-stats --duration $span 1
	TABLE
}

declare -a names		# of the collectors, in the order of the table
declare -A kinds		# NAME -> its kind
declare -A programs		# NAME -> path of its program, unless that is missing
declare -A no_room=()	# NAME -> the limit that left no room for it

# each FUNCTION: call it with every line of the table.
each() {
	local name kind command
	while read -r name kind command; do
		# shellcheck disable=SC2086 # words, none with a space in it
		"$1" "$name" "$kind" $command
	done < <(collectors)
}

# find_tool NAME: set `found` to our tool of that name: the one built with
# this script; or the one beside it or in PATH, under the name that `make install` or
# a package gives it.  Other projects have tools of the same names: ours identify themselves.
find_tool() {
	local candidate own=$PROGRAM_PREFIX$1$PROGRAM_SUFFIX
	[ "$parts" != "$here/checklist/sixty.d" ] || ! found=$(type -P "$here/../build/$1") || return 0
	for candidate in "$here/$own" "$own" "bpf-$1" "$1-sixty" "$1"; do
		found=$(type -P "$candidate") || continue
		[[ $found == /* ]] && is_ours "$found" && return
	done
	return 1
}

# is_ours PROGRAM: true if its --version says so within two seconds.
is_ours() {
	[[ $(timeout 2 "$1" --version 2>/dev/null </dev/null) == "${1##*/} (sixty) "* ]]
}

package_of() {
	case $1 in
	mpstat | pidstat | iostat | sar-*) echo sysstat ;;
	dmesg) echo util-linux ;;
	*) echo procps ;;
	esac
}

note_name() { names+=("$1"); }	# NAME KIND COMMAND...

# look_up NAME KIND COMMAND...: look up everything that is needed before all can
# start at once.  Sets programs[NAME], unless it is missing.
look_up() {
	echo "${*:3}" >"$dir/$1/command"
	kinds[$1]=$2
	case $2 in
	tool | events) find_tool "$3" ;;
	program) found=$(type -P "$3") ;;
	sample) found=$parts/sample ;;
	esac && programs[$1]=$found
}
