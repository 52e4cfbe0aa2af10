# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Print snapshots of /proc files (see `sample`) in the format of a classic program,
# so that one parser reads both.  -v as=PROGRAM, page_kib, ticks.
# proc(5) and Documentation/admin-guide/iostats.rst describe the fields.
#
# now[KEY] holds the counters of this snapshot, was[KEY] those of the previous one.

function rate(key) { return interval > 0 ? (now[key] - was[key]) / interval : 0 }

function share(key) { return total > 0 ? 100 * (now[key] - was[key]) / total : 0 }

# seen(KIND, NAME): record the order in which disks, CPUs and interfaces appear.
function seen(kind, name) {
	if (!((kind, name) in known)) {
		known[kind, name] = 1
		list[kind, ++n[kind]] = name
	}
}

# created_again(NAME, FROM, TO): if one of the counters FROM to TO of a disk or an interface
# has fallen, the device was removed and created again, and all its counters started at 0.
function created_again(name, from, to,    i, fell) {
	for (i = from; i <= to; i++)
		fell = fell || now[name, i] < was[name, i]
	for (i = from; fell && i <= LAST_FIELD; i++)
		was[name, i] = 0
}

BEGIN { LAST_FIELD = 18 }	# of a line of /proc/net/dev, the longest

# ---- reading ----

$1 == "@" {
	snapshot_done()
	clock = $3
	time = $2
	next
}

$1 == "stat" && $2 ~ /^cpu/ {
	cpu = $2 == "cpu" ? "all" : substr($2, 4)
	seen("cpu", cpu)
	for (i = 3; i <= 12; i++)
		now[cpu, i] = $i
	next
}
$1 == "stat" || $1 == "vmstat" || $1 == "meminfo" { sub(/:$/, "", $2); now[$2] = $3 }
$1 == "loadavg" { load = $2 ", " $3 ", " $4 }
$1 == "uptime" { up = $2 }

# is_part(NAME): true if NAME is a partition of the previous disk: sda1, nvme0n1p1.
function is_part(name,    rest) {
	if (disk == "" || index(name, disk) != 1)
		return 0
	rest = substr(name, length(disk) + 1)
	return disk ~ /[0-9]$/ ? rest ~ /^p[0-9]+$/ : rest ~ /^[0-9]+$/
}

# Whole disks only: partitions follow their disk on separate lines.
$1 == "diskstats" && $4 !~ /^(loop|ram|zram)/ && !is_part($4) {
	disk = $4
	seen("disk", disk)
	for (i = 5; i <= 15; i++)
		now[disk, i] = $i
	created_again(disk, 5, 12)	# 13, requests in flight, is no counter
}

$1 == "dev" && /:/ {
	sub(/:/, " ")
	seen("dev", $2)
	for (i = 3; i <= LAST_FIELD; i++)
		now[$2, i] = $i
	created_again($2, 3, LAST_FIELD)
}

# Two lines: names, then values.
$1 == "snmp" && $2 == "Tcp:" {
	for (i = 3; i <= NF; i++)
		if ($3 ~ /^[A-Z]/) head[i] = $i; else now[head[i]] = $i
}

# A name may contain blanks and parentheses, so fields are counted from the last one.
$1 == "task" {
	pid = $2
	seen("task", pid)
	match($0, /\(.*\)/)
	comm[pid] = substr($0, RSTART + 1, RLENGTH - 2)
	split(substr($0, RSTART + RLENGTH + 1), field, " ")
	now[pid, "user"] = field[12]
	now[pid, "system"] = field[13]
}

# ---- printing ----

function snapshot_done(    key) {
	if (time == "")
		return
	interval = snapshots ? time - before : 0
	if (as == "uptime") print_uptime()
	else if (as == "vmstat") print_vmstat()
	else if (as == "free") print_free()
	else if (snapshots) {
		if (as == "mpstat") print_mpstat()
		else if (as == "iostat") print_iostat()
		else if (as == "sar-dev") print_sar_dev()
		else if (as == "sar-tcp") print_sar_tcp()
		else if (as == "pidstat") print_pidstat()
	}
	snapshots++
	before = time
	disk = ""
	for (key in now)
		was[key] = now[key]
}

function print_uptime() {
	printf " %s up %d days, %d:%02d,  load average: %s\n", clock, up / 86400,
		up % 86400 / 3600, up % 3600 / 60, load
}

# The first report has the averages since boot, which no reader uses.
function print_vmstat() {
	if (!snapshots)
		print "r b swpd free buff cache si so bi bo in cs us sy id wa st"
	sum_cpu("all")
	print now["procs_running"] - 1, now["procs_blocked"], now["SwapTotal"] - now["SwapFree"],
		now["MemFree"], now["Buffers"], now["Cached"],
		int(rate("pswpin") * page_kib), int(rate("pswpout") * page_kib),
		int(rate("pgpgin")), int(rate("pgpgout")), int(rate("intr")), int(rate("ctxt")),
		int(share("all" SUBSEP 3) + share("all" SUBSEP 4)),
		int(share("all" SUBSEP 5) + share("all" SUBSEP 8) + share("all" SUBSEP 9)),
		int(share("all" SUBSEP 6)), int(share("all" SUBSEP 7)), int(share("all" SUBSEP 10))
}

# sum_cpu: set `total` to the time of all states; guest times are included in user and nice.
function sum_cpu(cpu,    i) {
	total = 0
	for (i = 3; i <= 10; i++)
		total += now[cpu, i] - was[cpu, i]
}

function print_free() {
	printf "               total        used        free      shared  buff/cache   available\n"
	printf "Mem: %d %d %d %d %d %d\n", now["MemTotal"] / 1024,
		(now["MemTotal"] - now["MemAvailable"]) / 1024, now["MemFree"] / 1024, now["Shmem"] / 1024,
		(now["Buffers"] + now["Cached"] + now["SReclaimable"]) / 1024, now["MemAvailable"] / 1024
	printf "Swap: %d %d %d\n\n", now["SwapTotal"] / 1024,
		(now["SwapTotal"] - now["SwapFree"]) / 1024, now["SwapFree"] / 1024
}

# open_sample: print the JSON of sysstat around the samples.
function open_sample() {
	print(snapshots == 1 ? "{\"sysstat\": {\"hosts\": [{\"statistics\": [" : ",")
}

function close_document() {
	if ((as == "mpstat" || as == "iostat") && snapshots > 1)
		print "]}]}}"
}

function print_mpstat(    i, cpu) {
	open_sample()
	printf "{\"timestamp\": \"%s\", \"cpu-load\": [\n", clock
	for (i = 1; i <= n["cpu"]; i++) {
		cpu = list["cpu", i]
		sum_cpu(cpu)
		printf "%s{\"cpu\": \"%s\", \"usr\": %.2f, \"nice\": %.2f, \"sys\": %.2f, \"iowait\": %.2f," \
			" \"irq\": %.2f, \"soft\": %.2f, \"steal\": %.2f, \"guest\": %.2f, \"gnice\": %.2f," \
			" \"idle\": %.2f}", (i > 1 ? ",\n" : ""), cpu,
			share(cpu SUBSEP 3) - share(cpu SUBSEP 11), share(cpu SUBSEP 4) - share(cpu SUBSEP 12),
			share(cpu SUBSEP 5), share(cpu SUBSEP 7), share(cpu SUBSEP 8), share(cpu SUBSEP 9),
			share(cpu SUBSEP 10), share(cpu SUBSEP 11), share(cpu SUBSEP 12), share(cpu SUBSEP 6)
	}
	print "\n]}"
}

function per(key, by) { return rate(by) > 0 ? rate(key) / rate(by) : 0 }

# Fields 5.. of diskstats: reads, merged, sectors, ms; writes, merged, sectors, ms;
# in flight, ms busy, ms weighted by the number in flight.
function print_iostat(    i, disk, comma) {
	open_sample()
	print "{\"avg-cpu\": {},\n\"disk\": ["
	for (i = 1; i <= n["disk"]; i++) {
		disk = list["disk", i]
		if (rate(disk SUBSEP 5) + rate(disk SUBSEP 9) + rate(disk SUBSEP 14) == 0)
			continue
		printf "%s{\"disk_device\": \"%s\", \"r/s\": %.2f, \"w/s\": %.2f, \"rkB/s\": %.2f," \
			" \"wkB/s\": %.2f, \"r_await\": %.2f, \"w_await\": %.2f, \"aqu-sz\": %.2f, \"util\": %.2f}",
			comma, disk, rate(disk SUBSEP 5), rate(disk SUBSEP 9), rate(disk SUBSEP 7) / 2,
			rate(disk SUBSEP 11) / 2, per(disk SUBSEP 8, disk SUBSEP 5),
			per(disk SUBSEP 12, disk SUBSEP 9), rate(disk SUBSEP 15) / 1000, rate(disk SUBSEP 14) / 10
		comma = ",\n"
	}
	print "\n]}"
}

# Fields 3.. of net/dev: received bytes, packets, errors, drops, fifo, frame,
# compressed, multicast; 11.. sent bytes, packets, errors, drops, fifo, collisions, carrier.
function print_sar_dev(    i, dev) {
	print "\n" clock, "IFACE rxpck/s txpck/s rxkB/s txkB/s"
	for (i = 1; i <= n["dev"]; i++) {
		dev = list["dev", i]
		printf "%s %s %.2f %.2f %.2f %.2f\n", clock, dev, rate(dev SUBSEP 4), rate(dev SUBSEP 12),
			rate(dev SUBSEP 3) / 1024, rate(dev SUBSEP 11) / 1024
	}
	print "\n" clock, "IFACE rxerr/s txerr/s coll/s rxdrop/s txdrop/s txcarr/s rxfram/s rxfifo/s txfifo/s"
	for (i = 1; i <= n["dev"]; i++) {
		dev = list["dev", i]
		printf "%s %s %.2f %.2f %.2f %.2f %.2f %.2f %.2f %.2f %.2f\n", clock, dev,
			rate(dev SUBSEP 5), rate(dev SUBSEP 13), rate(dev SUBSEP 16), rate(dev SUBSEP 6),
			rate(dev SUBSEP 14), rate(dev SUBSEP 17), rate(dev SUBSEP 8), rate(dev SUBSEP 7),
			rate(dev SUBSEP 15)
	}
}

function print_sar_tcp() {
	print "\n" clock, "active/s passive/s iseg/s oseg/s"
	printf "%s %.2f %.2f %.2f %.2f\n", clock, rate("ActiveOpens"), rate("PassiveOpens"),
		rate("InSegs"), rate("OutSegs")
	print "\n" clock, "atmptf/s estres/s retrans/s isegerr/s orsts/s"
	printf "%s %.2f %.2f %.2f %.2f %.2f\n", clock, rate("AttemptFails"), rate("EstabResets"),
		rate("RetransSegs"), rate("InErrs"), rate("OutRsts")
}

# Print one line per process, for the whole time; a process that started in between has
# used all its CPU time in it.
function print_pidstat(    i, pid, user, sys) {
	print clock, "UID PID %usr %system %guest %wait %CPU CPU Command"
	for (i = 1; i <= n["task"]; i++) {
		pid = list["task", i]
		user = 100 * rate(pid SUBSEP "user") / ticks
		sys = 100 * rate(pid SUBSEP "system") / ticks
		if (user + sys > 0)
			printf "%s - %s %.2f %.2f - - %.2f - %s\n", clock, pid, user, sys,
				user + sys, comm[pid]
	}
}

END {
	snapshot_done()
	close_document()
}
