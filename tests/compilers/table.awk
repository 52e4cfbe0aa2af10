# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Rows of tests/compilers/load, from files build-clang-VERSION/verified, as one table.
# Needs: versions, a list.

FNR == 1 {
	version = FILENAME
	sub(/.*build-clang-/, "", version)
	sub(/\/.*/, "", version)
}

{
	program[$1 "\t" $2]
	most[$1 "\t" $2, version] = $3
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
