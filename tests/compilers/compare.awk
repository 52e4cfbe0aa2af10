# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Compares two tables of table.awk, what is allowed and what was measured; prints each number that is
# too large. Needs: limit, which no number may exceed.

/^#/ { next }

$1 == "tool" {
	for (i = 3; i <= NF; i++)
		column[FILENAME, i] = $i
	next
}

FILENAME == ARGV[1] {
	for (i = 3; i <= NF; i++)
		allowed[$1, $2, column[FILENAME, i]] = $i
	next
}

{
	for (i = 3; i <= NF; i++) {
		name = column[FILENAME, i]
		if ($i == "-")
			continue
		if ($i > limit)
			print $1, $2, "with " name ": " $i ", and no program may have more than " limit
		else if (!(($1, $2, name) in allowed) || allowed[$1, $2, name] == "-")
			print $1, $2, "with " name ": not in the table"
		else if ($i > allowed[$1, $2, name])
			print $1, $2, "with " name ": " $i ", allowed " allowed[$1, $2, name]
	}
}
