# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Run one guest under QEMU's emulation, with a time limit; KVM is never needed.

GUEST_SECONDS=${SIXTY_VM_SECONDS:-1500}
BOOT_SECONDS=120

# Emulated processors stall when the host is busy, which is not the kernel's fault; our own
# timeout ends a guest that hangs. An oops ends the guest at once. QEMU's NVMe disk claims that there
# may be more paths to it; the kernel would then create a disk without requests.
GUEST_CMDLINE="panic=-1 oops=panic loglevel=5 nowatchdog rcupdate.rcu_cpu_stall_suppress=1
	nvme_core.multipath=N"
GUEST_CMDLINE=${GUEST_CMDLINE//[[:space:]]/ }

# with_tools COMMAND...: run it with the libraries that were unpacked in addition to the machine's own.
with_tools() {
	LD_LIBRARY_PATH=$TOOLS/usr/lib/x86_64-linux-gnu "$@"
}

qemu_version() { # PROGRAM: the major version, 0 without it
	with_tools "$1" --version 2>/dev/null | sed -nE '1s/.* version ([0-9]+).*/\1/p' | grep . || echo 0
}

# guest_qemu ARCH: set QEMU, an array with the program and its machine. QEMU before 10 crashes
# guests that attach probes under load, unless one thread runs all processors and cmpxchg16b is off.
guest_qemu() {
	local name=qemu-system-x86_64 program threads=multi cpu=max
	[ "$1" = amd64 ] || name=qemu-system-aarch64
	for program in "/usr/bin/$name" "$TOOLS/usr/bin/$name"; do
		[ "$(qemu_version "$program")" -lt 10 ] || break
	done
	[ -x "$program" ] || program=/usr/bin/$name
	[ -x "$program" ] || return
	[ "$(qemu_version "$program")" -ge 10 ] || { threads=single && cpu=max,-cx16; }
	QEMU=("$program" -accel "tcg,thread=$threads")
	case $program in "$TOOLS"/*) QEMU+=(-L "$TOOLS/usr/share/qemu" -L "$TOOLS/usr/share/seabios") ;; esac
	case $1 in
	amd64) QEMU+=(-M q35 -cpu "$cpu") ;;
	arm64) QEMU+=(-M virt -cpu cortex-a57) ;;
	esac
}

# guest_ports ARCH: set CONSOLE and LIVE, the names of its two serial ports.
guest_ports() {
	case $1 in
	amd64) CONSOLE=ttyS0 LIVE=ttyS1 ;;
	arm64) CONSOLE=ttyAMA0 LIVE=ttyAMA1 ;;
	esac
}

# guest_disks DIR: the first disk receives the results, the second is scratch space for tests, and
# tests may use the whole third one.
guest_disks() {
	truncate -s 128M "$1/results.img"
	truncate -s 512M "$1/scratch.img"
	truncate -s 128M "$1/nvme.img"
}

# guest_initramfs DIR: concatenate its parts (see images.sh), with the command to run.
guest_initramfs() {
	mkdir -p "$1/payload/sixty"
	mv "$1/command" "$1/payload/sixty/command"
	cpio_of "$1/payload" | cat "$MODULES_CPIO" "$ROOT_CPIO" "$PAYLOAD" - >"$1/initramfs"
}

# guest_boot DIR ARCH COMMANDLINE: boot KERNEL_DIR with the files in DIR. The live log goes to
# standard output, the kernel's log to DIR/console.log.
guest_boot() {
	local dir=$1 smp
	guest_qemu "$2" && guest_ports "$2" || return
	echo "$BASHPID" >"$dir/pid"
	smp=$(sed -nE 's/.*sixty\.smp=([0-9]+).*/\1/p' <<<"$3")
	with_tools exec nice -n 10 timeout -k 5 "$GUEST_SECONDS" "${QEMU[@]}" \
		-smp "${smp:-2}" -m 2048 -nodefaults -no-user-config -nic none -display none -no-reboot \
		-serial "file:$dir/console.log" -serial stdio \
		-drive "file=$dir/results.img,if=virtio,format=raw,cache=unsafe" \
		-drive "file=$dir/scratch.img,if=virtio,format=raw,cache=unsafe" \
		-drive "file=$dir/nvme.img,if=none,id=nvme,format=raw,cache=unsafe" \
		-device nvme,drive=nvme,serial=sixty \
		-kernel "$KERNEL_DIR/vmlinuz" -initrd "$dir/initramfs" \
		-append "console=$CONSOLE sixty.live=$LIVE $GUEST_CMDLINE $3" </dev/null
}

# guest_watch PID LIVELOG: wait until the guest has reached its init; end it if it does not reach it in
# time.
guest_watch() {
	local left=$BOOT_SECONDS
	while kill -0 "$1" 2>/dev/null && ! guest_started "$2"; do
		[ "$((left--))" -gt 0 ] || kill "$1" 2>/dev/null
		sleep 1
	done
}

guest_started() { # LIVELOG
	grep -q '^sixty-start' "$1"
}

# guest_run DIR ARCH COMMANDLINE: boot once with DIR/initramfs; leaves live.log, console.log and
# results/ in DIR. DIR/pid is for callers that end the guest early.
guest_run() {
	local dir=$1 guest
	guest_disks "$dir"
	touch "$dir"/{console,live}.log
	guest_boot "$@" >"$dir/live.log" 2>"$dir/qemu.log" &
	guest=$!
	guest_watch "$guest" "$dir/live.log"
	wait "$guest"
	rm -f "$dir/pid"
	mkdir -p "$dir/results"
	tar -C "$dir/results" -xf "$dir/results.img" 2>/dev/null
	rm -f "$dir"/{results,scratch,nvme}.img
}

# guest_status LIVELOG: print the command's exit status, or nothing if the guest did not get that far.
guest_status() {
	sed -nE 's/^sixty-end ([0-9]+)$/\1/p' "$1" | tail -n1
}

# guest_splat DIR: print the first line in which the kernel reports a bug or warning.
guest_splat() {
	cat "$1/console.log" "$1/results/dmesg" 2>/dev/null |
		grep -m1 -aE 'BUG: |WARNING: |KASAN|Oops|Kernel panic|general protection fault'
}
