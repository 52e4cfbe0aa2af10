# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The bundle: make one file to pass on, and read one from another user.

BUNDLE_FILES=1000	# per bundle at most: ours have about a hundred
BUNDLE_BYTES=268435456	# of all files together; twelve tools at their limit are 96 MiB

# checksums DIR: print the checksums of all other files.
checksums() {
	(cd -- "$1" && find . -type f ! -name manifest.sha256 | sort | xargs -d '\n' sha256sum)
}

# make_bundle DIR: pack DIR into DIR.tar.gz, below a folder with a plain name.
make_bundle() {
	local name=${1##*/} bundle=$1.tar.gz
	name=${name//[^A-Za-z0-9._-]/_}
	checksums "$1" >"$1/manifest.sha256" || fail "cannot write $1/manifest.sha256"
	(set -C; : >"$bundle") 2>/dev/null || fail "cannot create $bundle"
	tar --force-local -C "$1" -czf "$bundle" --owner=0 --group=0 --numeric-owner --transform "s,^\.,$name," . || fail "cannot write $bundle"
}

# open_bundle FILE DIR: unpack FILE into DIR, which must not exist.  The bundle is
# not trusted: it is unpacked only if every member has a plain name, at most
# two folders deep, is a file or a folder, and the sizes are within limits.
# DIR is created only after all checks.
open_bundle() {
	local tar=$tmp/bundle.tar new=$tmp/new
	[ ! -e "$2" ] || fail "$2 exists already"
	check_place "$2"
	{ [ -f "$1" ] && [ -r "$1" ]; } || fail "cannot read $1"
	gzip -dc 2>/dev/null <"$1" | head -c $((BUNDLE_BYTES + 1)) >"$tar"
	[ "$(stat -c %s "$tar")" -le "$BUNDLE_BYTES" ] ||
		fail "$1: more than $BUNDLE_BYTES bytes in it: not unpacked"
	tar --force-local -tvf "$tar" 2>/dev/null | check_members ||
		fail "$1: not a bundle of sixty, or a damaged one: not unpacked"
	mkdir "$new" || fail "cannot create $new"
	tar --force-local -C "$new" -xf "$tar" --strip-components=1 --no-same-owner --no-same-permissions ||
		fail "$1: cannot be unpacked"
	checksums "$new" >"$tmp/sums"
	cmp -s "$tmp/sums" "$new/manifest.sha256" ||
		fail "$1: the checksums do not match its manifest"
	# The page is made again here; so is report.json, unless there is nothing to make it of.
	rm -rf "$new/report.html"
	! compgen -G "$new/*/output" >/dev/null || rm -rf "$new/report.json"
	mv -T "$new" "$2" || fail "cannot create the directory $2"
}

# check_members: check the output of `tar -tv`: MODE OWNER SIZE DATE TIME NAME.
check_members() {
	awk -v files="$BUNDLE_FILES" -v bytes="$BUNDLE_BYTES" '
	function plain(name) { return name ~ /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/ }
	{ depth = split($6, part, "/"); if (part[depth] == "") depth-- }
	NF != 6 || $1 !~ /^[-d]/ || depth < 1 || depth > 3 { bad = 1 }
	{ for (i = 1; i <= depth; i++) if (!plain(part[i])) bad = 1 }
	bad { exit }
	{ sum += $3 }
	END { exit bad || !NR || NR > files || sum > bytes }'
}
