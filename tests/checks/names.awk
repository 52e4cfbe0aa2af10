# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# List the files and functions that comments name: "FILE:LINE: file NAME" or
# "FILE:LINE: function NAME".
#
#   awk -f tests/checks/names.awk FILE...   C, shell, bats, awk, jq, Python, make

# c_comment LINE: return the comment part of a line of C.
function c_comment(line,    text, begin, end) {
	while (line != "") {
		if (inside) {
			end = index(line, "*/")
			text = text " " (end ? substr(line, 1, end - 1) : line)
			line = end ? substr(line, end + 2) : ""
			inside = !end
		} else {
			begin = index(line, "/*")
			line = begin ? substr(line, begin + 2) : ""
			inside = begin > 0
		}
	}
	return text
}

# list TEXT PATTERN KIND: print each match of PATTERN.
function list(text, pattern, kind,    name) {
	while (match(text, pattern)) {
		name = substr(text, RSTART, RLENGTH)
		sub(/\(\)$|[^A-Za-z0-9_]$/, "", name)
		print FILENAME ":" FNR ": " kind " " name
		text = substr(text, RSTART + RLENGTH)
	}
}

FNR == 1 { inside = 0; is_c = FILENAME ~ /\.[ch]$/ }
{
	comment = ""
	if (is_c)
		comment = c_comment($0)
	else if (match($0, /(^|[ \t])#[ \t]/))
		comment = substr($0, RSTART + RLENGTH)
	list(comment, "[A-Za-z0-9_.\\/-]*[A-Za-z0-9_]\\.(c|h|bats|bash|jq|awk|py|md|sh)([^A-Za-z0-9_(]|$)", "file")
	list(comment, "[A-Za-z_][A-Za-z0-9_]*\\(\\)", "function")
}
