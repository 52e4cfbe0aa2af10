# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The bundle: one file to hand on, and reading one that somebody handed on.

BUNDLE_FILES=1000	# in a bundle at most: ours have about a hundred
BUNDLE_BYTES=268435456	# of all its files together; twelve tools at their cap are 96 MiB

# checksums DIR: the checksum of every other file.
checksums() {
	(cd -- "$1" && find . -type f ! -name manifest.sha256 | sort | xargs -d '\n' sha256sum)
}

# make_bundle DIR: DIR.tar.gz, of everything in it.
make_bundle() {
	local parent=${1%/*} name=${1##*/} bundle=$1.tar.gz
	checksums "$1" >"$1/manifest.sha256" || fail "cannot write $1/manifest.sha256"
	(set -C; : >"$bundle") 2>/dev/null || fail "cannot create $bundle"
	tar -C "${parent:-/}" -czf "$bundle" -- "$name" || fail "cannot write $bundle"
}

# open_bundle FILE DIR: its files below DIR, which is new.  Whoever made it may
# mean harm: it is unpacked only when every member has a plain name, at most two
# folders deep, is a file or a folder, and the sizes are within limits.
open_bundle() {
	local tar=$tmp/bundle.tar
	head -c 4 -- "$1" >/dev/null || fail "cannot read $1"
	{ gzip -dc 2>/dev/null | head -c $((BUNDLE_BYTES + 1)) >"$tar"; } <"$1"
	[ "$(stat -c %s "$tar")" -le "$BUNDLE_BYTES" ] ||
		fail "$1: more than $BUNDLE_BYTES bytes in it: not unpacked"
	LC_ALL=C tar -tvf "$tar" 2>/dev/null | check_members ||
		fail "$1: not a bundle of sixty, or a damaged one: not unpacked"
	tar -C "$2" -xf "$tar" --strip-components=1 --no-same-owner --no-same-permissions ||
		fail "$1: cannot be unpacked"
	rm "$tar"
	checksums "$2" | cmp -s - "$2/manifest.sha256" ||
		fail "$1: the checksums do not match its manifest"
}

# check_members: of what `tar -tv` lists: MODE OWNER SIZE DATE TIME NAME.
check_members() {
	awk -v files="$BUNDLE_FILES" -v bytes="$BUNDLE_BYTES" '
	{ sum += $3; sub(/\/$/, "", $6); split($6, part, "/") }
	NF != 6 || $1 !~ /^[-d]/ || $6 !~ /^[A-Za-z0-9._-]+(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)?(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$/ ||
		part[1] ~ /^\.\.?$/ || NR > 1 && part[1] != top { bad = 1; exit }
	{ top = part[1] }
	END { exit bad || !NR || NR > files || sum > bytes }'
}
