# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Print the table kernel x tool of docs/kernels.md from the output of scripts/dev/test-kernels:
#
#   awk -v tools="execsnoop opensnoop ..." -f scripts/dev/kernel-table.awk TAP-FILE...
#
# Its lines are "ok 12 6.1 execsnoop: NAME", with "not" before and "# skip WHY" after. A tick: tests
# of the tool ran, and all passed. NAME "refuses: WHY": the tool reports that it cannot run on the
# kernel. Blank: nothing was tested.

sub(/^not ok/, "failed") || /^ok/ { add($1, $3, substr($4, 1, length($4) - 1)) }

function add(result, kernel, tool) {
	if (!(kernel in seen))
		kernels[++count] = kernel
	seen[kernel]
	if (/# skip/)
		return
	if (result == "failed")
		cell[kernel, tool] = "fails"
	else if (sub(/.*: refuses: /, "")) {
		cell[kernel, tool] = "refuses"
		reason[kernel] = $0
	} else if (cell[kernel, tool] == "")
		cell[kernel, tool] = "✓"
}

function row(first, kernel,	i) {
	printf "| %s |", first
	for (i = 1; i <= columns; i++)
		printf " %s |", kernel == "" ? name[i] : kernel == "-" ? ":-:" : cell[kernel, name[i]]
	print ""
}

END {
	columns = split(tools, name, " ")
	row("Linux", "")
	row("---", "-")
	for (k = 1; k <= count; k++)
		row(kernels[k], kernels[k])
	print ""
	for (k = 1; k <= count; k++)
		if (kernels[k] in reason)
			print kernels[k] ": refuses, because " reason[kernels[k]] "."
}
