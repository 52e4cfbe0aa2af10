# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Compares two tables of table.awk, the expected and the measured one; prints each number that differs by
# more than a tenth, and by more than 20, or exceeds the limit for any program. A clang that is missing
# on one side is not compared. Needs: limit.

function differs(a, b,    off) {
	off = a > b ? a - b : b - a
	return off > 20 && off > a / 10
}

/^#/ { next }

$1 == "tool" {
	for (i = 3; i <= NF; i++) {
		column[FILENAME, i] = $i
		has[FILENAME, $i]
	}
	next
}

FILENAME == ARGV[1] {
	for (i = 3; i <= NF; i++)
		expected[$1, $2, column[FILENAME, i]] = $i
	next
}

{
	for (i = 3; i <= NF; i++) {
		name = column[FILENAME, i]
		if ($i == "-" || !((ARGV[1], name) in has))
			continue
		if ($i > limit)
			print $1, $2, "with " name ": " $i ", and no program may have more than " limit
		else if (!(($1, $2, name) in expected) || expected[$1, $2, name] == "-")
			print $1, $2, "with " name ": not in the table"
		else if (differs(expected[$1, $2, name], $i))
			print $1, $2, "with " name ": " $i ", in the table " expected[$1, $2, name]
	}
}
