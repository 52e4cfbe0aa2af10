# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Rows of tests/compilers/load, from files build-clang-VERSION/verified, as one table. Numbers are
# rounded up to the next 50: a small change of a program needs no new table.
# Needs: versions, a list.

FNR == 1 {
	version = FILENAME
	gsub(/.*build-clang-|\/.*/, "", version)
}

{
	program[$1 "\t" $2]
	most[$1 "\t" $2, version] = int(($3 + 49) / 50) * 50
}

END {
	n = split(versions, column, " ")
	line = "tool\tprogram"
	for (i = 1; i <= n; i++)
		line = line "\tclang-" column[i]
	print line
	for (name in program) {
		line = name
		for (i = 1; i <= n; i++)
			line = line "\t" ((name, column[i]) in most ? most[name, column[i]] : "-")
		print line | "LC_ALL=C sort"
	}
}
