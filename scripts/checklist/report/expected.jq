# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Failures that are none.

# expected_missing: a regular expression for paths that many programs try to open at their start
# and that normally do not exist.
def expected_missing: [
	"^(/usr)?/(local/)?lib(32|64)?/",
	"^/usr/share/locale",
	"^/usr/share/zoneinfo",
	"/locale-archive$",
	"^/etc/ld\\.so",
	"^/etc/(selinux|terminfo|localtime$)",
	"^/(var/)?run/(nscd|utmp|setrans)",
	"\\.so(\\.[0-9.]+)?$",
	"/terminfo/",
	"/gcc(-cross)?/",
	"/__pycache__/",
	"\\.pyc?$",
	"/pyvenv\\.cfg$",
	"^/dev/tty$",
	"/\\.jq$",
	"^/(proc|sys)/"
] | join("|");
