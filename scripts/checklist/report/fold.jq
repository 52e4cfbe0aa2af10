# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Text for the terminal.  $width: of the terminal, or 80; $fold: whether there is one.

# columns: how many a string takes; colours take none.
def columns: gsub("\u001b\\[[0-9;]*m"; "") | length;

# folded(indent): on lines of $width columns, folded at words, if the output is a terminal; continued $indent
# columns from the left.
def folded($indent):
	if ($fold | not) or columns <= $width then . else
		reduce (split(" ")[]) as $word ({lines: []};
			if .line == null then .line = $word
			elif (.line + " " + $word | columns) > $width then
				.lines += [.line] | .line = " " * $indent + $word
			else .line += " " + $word end)
		| .lines[], .line
	end;
