# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Build a guest's files. Its root is only the initramfs: three concatenated cpio archives, which the
# kernel unpacks one after another (no disk to mount, and no writes to it show up as block I/O):
#   1. the kernel's modules     kernels/PACKAGE/modules-*.cpio  once for each kernel
#   2. a small Debian userland  root-ARCH-*/root.cpio           once for each architecture
#   3. the payload              built programs, tests and command, for each run
# Needs $CACHE, $REPO and tests/vm/debian.sh.

TOOL_PACKAGES="qemu-system-x86 qemu-system-arm kmod cpio"

ROOT_PACKAGES="
	bash bats bpftool bsdutils btrfs-progs coreutils dash diffutils dmsetup e2fsprogs findutils grep
	gzip hostname iproute2 iputils-ping jq kmod libbpf1 libc-bin libcap2-bin libdw1 libseccomp2 libstdc++6 mawk
	mount perl-base procps sed sysstat tar util-linux util-linux-extra xfsprogs"

# Dependencies that are needed only for the installation, or for a part that tests do not use.
ROOT_WITHOUT='^(debconf|dpkg|gcc-.*-base|init-system-helpers|lib.*-perl|libperl5.*|logsave|lsb-base|
	perl|perl-modules.*|sensible-utils|sysvinit-utils|ucf|usrmerge|xz-utils)='

# Libraries for programs of another architecture; the cross compiler has its own libc.
SYSROOT_PACKAGES="libbpf-dev libbpf1 libelf-dev libelf1 libdw-dev libdw1 liblzma5 libbz2-1.0
	libseccomp-dev libseccomp2 zlib1g-dev zlib1g libiberty-dev"

# virtio for the disks, ext4 if it is not built in, and modules that tests may load.
MODULES="virtio_pci virtio_blk nvme ext4 loop null_blk brd dm-mod dm-delay xfs btrfs overlay veth dummy tun
	bridge sch_netem tcp_bbr ipip"

# Everything that this file builds is rebuilt when it changes.
RECIPE=$(cksum <"${BASH_SOURCE[0]}" | cut -d' ' -f1)

# images_tools: unpack QEMU, kmod and cpio beside the machine's own, and put them first in our PATH
# only. Debian's backports have the QEMU that survives attaching probes under load.
images_tools() {
	local release world wanted
	TOOLS=$CACHE/tools
	PATH=$PATH:$TOOLS/usr/bin:$TOOLS/usr/sbin
	[ ! -e "$TOOLS/complete" ] || return 0
	release=$(debian_codename)
	world=$release+$release-backports
	debian_open "$world" amd64 /var/lib/dpkg/status
	# shellcheck disable=SC2086 # lists of packages
	wanted=$(debian_closure "$world" amd64 -t "$release-backports" $TOOL_PACKAGES)
	# shellcheck disable=SC2086
	debian_fetch "$world" amd64 "$TOOLS" $wanted && touch "$TOOLS/complete" && return
	WHY="no $TOOL_PACKAGES: $(debian_why "$world" amd64)"
	return 1
}

# kmod_as NAME ARGUMENT...: kmod is one program that acts by the name it is called with.
kmod_as() {
	local name=$1
	shift
	(exec -a "$name" kmod "$@")
}

# cpio_of DIR: print a folder as an initramfs archive, with all files owned by root.
cpio_of() {
	(cd "$1" && find . -print0 | cpio --quiet --null -o -H newc -R 0:0)
}

# images_kernel SUITE ARCH SERIES FLAVOUR: set KERNEL_DIR, which then contains vmlinuz, and
# MODULES_CPIO, or set WHY.
images_kernel() {
	local suite=$1 arch=$2 package
	debian_open "$suite" "$arch"
	package=$(newest_kernel "$@")
	if [ -z "$package" ]; then
		WHY=$(debian_why "$suite" "$arch")
		WHY=${WHY:-"$suite has no linux-image-$3.*-$4"}
		return 1
	fi
	KERNEL_DIR=$CACHE/kernels/$package
	MODULES_CPIO=$KERNEL_DIR/modules-$RECIPE.cpio
	WHY="cannot fetch or unpack $package: $(debian_why "$suite" "$arch")"
	if [ ! -e "$KERNEL_DIR/vmlinuz" ]; then
		# shellcheck disable=SC2046 # a list of packages
		debian_fetch "$suite" "$arch" "$KERNEL_DIR" $(kernel_parts "$suite" "$arch" "$package") &&
			kernel_image "$KERNEL_DIR" || return
	fi
	[ -e "$MODULES_CPIO" ] || kernel_modules "$KERNEL_DIR" "$MODULES_CPIO"
}

newest_kernel() { # SUITE ARCH SERIES FLAVOUR
	debian_apt "$1" "$2" apt-cache pkgnames "linux-image-$3." |
		grep -E "^linux-image-${3//./\\.}\.[^-]+(-[0-9]+)?-$4\$" | sort -V | tail -n1
}

# kernel_parts SUITE ARCH PACKAGE: print the package and, if it is a split one, the binary, modules and
# base packages of the same release.
kernel_parts() {
	debian_apt "$1" "$2" apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks} \
		--no-{replaces,enhances} "$3" | grep -E '^linux-(image|binary|modules|base)-[0-9]' | sort -u
}

# kernel_image DIR: create DIR/vmlinuz from any of the three layouts of packages (/boot + /lib/modules,
# /boot + /usr/lib/modules, all in /usr/lib/modules/VERSION).
kernel_image() {
	local vmlinuz
	vmlinuz=$(find "$1/boot" "$1/usr/lib/modules" -name 'vmlinuz*' 2>/dev/null | head -n1)
	[ -n "$vmlinuz" ] && cp "$vmlinuz" "$1/vmlinuz"
}

# kernel_modules DIR CPIO: pack the modules in $MODULES with their dependencies.
kernel_modules() {
	local dir=$1 version module file tree
	version=$(basename "$dir"/lib/modules/*)
	tree=$dir/initramfs/usr/lib/modules/$version
	rm -rf "$dir/initramfs"
	mkdir -p "$tree"
	kmod_as depmod -b "$dir" "$version" || return
	for module in $MODULES; do
		kmod_as modprobe -q -d "$dir" -S "$version" --show-depends "$module" | sed -n 's/^insmod //p'
	done | sort -u | while read -r file _; do
		cp "$file" "$tree" && case $file in *.xz) xz -d "$tree/${file##*/}" ;; esac
	done
	cp "$dir/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$tree" 2>/dev/null
	ln -sfn usr/lib "$dir/initramfs/lib"
	kmod_as depmod -b "$dir/initramfs" "$version" && cpio_of "$dir/initramfs" >"$2.new" &&
		mv "$2.new" "$2"
}

# images_root ARCH: set ROOT_CPIO, the userland of that architecture, or WHY. It is Debian 13's on
# every machine: its jq starts in a fifth of the time of Debian 12's, and tests start it often.
images_root() {
	local arch=$1 release dir wanted
	dir=$CACHE/root-$arch-$RECIPE
	ROOT_CPIO=$dir/root.cpio
	[ ! -e "$ROOT_CPIO" ] || return 0
	release=trixie
	debian_open "$release" "$arch"
	# shellcheck disable=SC2086 # lists of packages
	wanted=$(debian_closure "$release" "$arch" $ROOT_PACKAGES | grep -vE "${ROOT_WITHOUT//[[:space:]]/}")
	rm -rf "$CACHE/root-$arch"-*
	# shellcheck disable=SC2086
	debian_fetch "$release" "$arch" "$dir/tree" $wanted && root_finish "$dir/tree" &&
		cpio_of "$dir/tree" >"$ROOT_CPIO.new" && mv "$ROOT_CPIO.new" "$ROOT_CPIO" && return
	WHY="no userland for the guest: $(debian_why "$release" "$arch")"
	return 1
}

# root_finish TREE: do what the packages' own scripts would do. There is no /etc/localtime, so that a
# tool that opens it for every line is detected here.
root_finish() {
	local tree=$1
	mkdir -p "$tree"/{proc,sys,dev,run,tmp,scratch,sixty,root,etc}
	chmod 1777 "$tree/tmp"
	ln -sf mawk "$tree/usr/bin/awk"
	ln -sf dash "$tree/usr/bin/sh"
	echo root:x:0:0:root:/root:/bin/bash >"$tree/etc/passwd"
	echo nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin >>"$tree/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
	printf '127.0.0.1 localhost sixty\n::1 localhost\n' >"$tree/etc/hosts"
	echo 'hosts: files dns' >"$tree/etc/nsswitch.conf"
	rm -rf "$tree"/usr/lib/{systemd,udev} "$tree"/usr/share/{zoneinfo,X11,perl}
}

# images_build ARCH: set BUILD, the folder with the programs for that architecture. Those for another
# architecture are built here, with libraries from its packages. Returns
# 1 if that cannot be tried, 2 if it failed; WHY has the reason.
images_build() {
	local sysroot=$CACHE/sysroot-$1-$RECIPE release
	BUILD=${SIXTY_VM_BUILD:-$REPO/build}
	[ "$1" != amd64 ] || return 0
	BUILD=$REPO/build-$1
	WHY="no cross compiler: install gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"
	echo '#include <stdio.h>' | aarch64-linux-gnu-gcc -E - >/dev/null 2>&1 || return 1
	WHY="no libbpf-dev for $1"
	release=$(debian_codename)
	if [ ! -e "$sysroot/usr/include/bpf" ]; then
		debian_open "$release" "$1"
		# shellcheck disable=SC2086 # a list of packages
		debian_fetch "$release" "$1" "$sysroot" $SYSROOT_PACKAGES || return
	fi
	WHY="the cross build failed, see $BUILD/build.log"
	mkdir -p "$BUILD"
	cross_build "$sysroot" "$BUILD" aarch64-linux-gnu >"$BUILD/build.log" 2>&1 || return 2
}

# cross_build SYSROOT BUILD TRIPLET
cross_build() {
	local lib=$1/usr/lib/$3
	[ -n "$(compgen -G "$REPO/tools/*/*.bpf.c")" ] || return 0
	PKG_CONFIG_LIBDIR=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$1 PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 \
		PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 nice -n 10 make -C "$REPO" "CROSS_COMPILE=$3-" \
		PKG_CONFIG=pkg-config "O=${2##*/}" "LDFLAGS=-Wl,-rpath-link,$lib" all workloads
}

# images_payload FILE: create the payload archive with /sixty.
images_payload() {
	local file=$1 dir part
	dir=$(mktemp -d) || return
	mkdir -p "$dir/sixty"
	for part in tests scripts tools; do
		[ ! -d "$REPO/$part" ] || cp -r "$REPO/$part" "$dir/sixty/"
	done
	[ ! -d "$BUILD" ] || copy_programs "$BUILD" "$dir"
	install -m 755 "$REPO/tests/vm/init" "$dir/init"
	cpio_of "$dir" >"$file"
	rm -rf "$dir"
}

# copy_programs BUILD DIR: copy the programs without their object files, and the shared libraries
# that the userland lacks.
copy_programs() {
	local build=$1 dir=$2 library
	mkdir -p "$dir/sixty/build" "$dir/usr/lib"
	(cd "$build" && find . -type f -perm -u+x ! -name '*.so' \
		-exec cp --parents -t "$dir/sixty/build" {} +)
	find "$dir/sixty/build" -type f -exec ldd {} + 2>/dev/null | sed -nE 's/.* => (.*) \(.*/\1/p' |
		sort -u | while read -r library; do
		[ -e "${ROOT_CPIO%/*}/tree/$library" ] || cp "$library" "$dir/usr/lib/"
	done
}
