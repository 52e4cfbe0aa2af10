# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Use Debian packages through a separate apt: its sources, lists and archives are in the cache folder, so
# that the machine's own apt is neither used nor changed. Only two things come
# from the machine: the address of its mirror, and Debian's keyring, which verifies everything.
#
# A "world" is one or more suites joined by '+', such as bookworm+bookworm-backports, for one
# architecture. Needs $CACHE.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
LISTS_KEPT_MINUTES=720

# debian_codename: print this machine's release, which its tools and the programs we build match.
debian_codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# debian_mirror ARCHIVE: print the URI in the machine's own sources for "debian" or "debian-security".
debian_mirror() {
	# shellcheck disable=SC2016 # apt expands $(REPO_URI), not the shell
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' \
		2>/dev/null | grep -m1 "/$1/\$"
}

# debian_sources WORLD: print the lines of its sources.list.
debian_sources() {
	local suite main security
	main=$(debian_mirror debian) || return
	security=$(debian_mirror debian-security)
	for suite in ${1//+/ }; do
		echo "deb [signed-by=$KEYRING] $main $suite main"
		case $suite in
		sid | *-backports) ;;
		*) [ -z "$security" ] || echo "deb [signed-by=$KEYRING] $security $suite-security main" ;;
		esac
	done
}

debian_home() { # WORLD ARCH
	echo "$CACHE/apt/$1-$2"
}

# debian_conf HOME ARCH: print the apt.conf of that world.
debian_conf() {
	local proxy=
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	cat <<-CONF
	Dir "$1";
	Dir::Bin::methods "/usr/lib/apt/methods";
	Dir::State "state";
	Dir::State::status "$1/status";
	Dir::Cache "cache";
	Dir::Cache::srcpkgcache "";
	Dir::Etc "etc";
	APT::Architecture "$2";
	APT::Architectures { "$2"; };
	APT::Sandbox::User "";
	APT::Install-Recommends "false";
	APT::Update::Error-Mode "any";
	Acquire::Languages "none";
	Acquire::Retries "2";
	Acquire::http::Timeout "20";
	Acquire::http::Proxy "$proxy";
	CONF
}

# debian_open WORLD ARCH [STATUS]: create the world and update its lists. STATUS is a dpkg status
# file with the packages that count as installed (default: none). Errors of the update are kept in
# update.log: they matter only if a package is not found later.
debian_open() {
	local home
	home=$(debian_home "$1" "$2")
	mkdir -p "$home"/{etc/{apt.conf.d,preferences.d},state/lists/partial,cache/archives/partial}
	cp "${3:-/dev/null}" "$home/status"
	[ -z "$(find "$home/updated" -mmin -$LISTS_KEPT_MINUTES 2>/dev/null)" ] || return 0
	debian_conf "$home" "$2" >"$home/apt.conf"
	if ! debian_sources "$1" >"$home/etc/sources.list"; then
		echo "E: no Debian mirror in this machine's apt sources" >"$home/update.log"
		return
	fi
	debian_apt "$1" "$2" apt-get -q update >"$home/update.log" 2>&1 && touch "$home/updated"
	return 0
}

# debian_apt WORLD ARCH COMMAND...: run an apt command in that world.
debian_apt() {
	local home
	home=$(debian_home "$1" "$2")
	shift 2
	APT_CONFIG=$home/apt.conf "$@"
}

# debian_why WORLD ARCH: print why the update failed, in one line without the mirror's name.
debian_why() {
	grep '^[EW]:' "$(debian_home "$1" "$2")/update.log" 2>/dev/null | head -n1 |
		sed -E 's#^..\s*##; s#[a-z]+://[^/ ]*##g'
}

# debian_closure WORLD ARCH PACKAGE...: print those packages and all their dependencies that STATUS
# lacks, one NAME=VERSION per line.
debian_closure() {
	local world=$1 arch=$2
	shift 2
	debian_apt "$world" "$arch" apt-get -qq --simulate install "$@" 2>/dev/null |
		sed -nE 's/^Inst ([^ ]+) (\[[^]]*\] )?\(([^ ]+) .*/\1=\3/p'
}

# debian_fetch WORLD ARCH ROOT PACKAGE...: download (apt checks the hashes) and unpack into ROOT.
debian_fetch() {
	local world=$1 arch=$2 root=$3 debs status
	shift 3
	[ $# -gt 0 ] || return 1
	debs=$(mktemp -d "$(debian_home "$world" "$arch")/debs-XXXXXX") || return
	(cd "$debs" && debian_apt "$world" "$arch" apt-get -qq download "$@" >&2) &&
		debian_unpack "$root" "$debs"/*.deb
	status=$?
	rm -rf "$debs"
	return "$status"
}

# debian_unpack ROOT DEB...: unpack into a tree with a merged /usr, without files that no test reads.
debian_unpack() {
	local root=$1 deb dir
	shift
	for dir in bin sbin lib lib64; do
		mkdir -p "$root/usr/$dir"
		[ -e "$root/$dir" ] || ln -s "usr/$dir" "$root/$dir"
	done
	for deb in "$@"; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --no-same-owner \
			--exclude=./usr/share/{doc,man,locale,info,lintian,bash-completion,perl5} \
			--exclude='./usr/lib/*/gconv' || return
	done
}
