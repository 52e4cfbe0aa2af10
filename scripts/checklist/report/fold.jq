# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Text for the terminal. $width: its width, or 80; $fold: true if the output is a terminal.

# columns: the number of columns of a string, without the escapes of colours.
def columns: gsub("\u001b\\[[0-9;]*m"; "") | length;

# folded(indent): if the output is a terminal, fold the text at words to lines of $width columns. Further
# lines are indented by $indent columns.
def folded($indent):
	if ($fold | not) or columns <= $width then . else
		reduce (split(" ")[]) as $word ({lines: []};
			if .line == null then .line = $word
			elif (.line + " " + $word | columns) > $width then
				.lines += [.line] | .line = " " * $indent + $word
			else .line += " " + $word end)
		| .lines[], .line
	end;
