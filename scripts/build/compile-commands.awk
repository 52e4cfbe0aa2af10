# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Turn the commands that `make -n` prints into a compilation database
# (https://clang.llvm.org/docs/JSONCompilationDatabase.html): one entry for each C file.
#
#   make -Bn V=1 | awk -v directory="$PWD" -f scripts/build/compile-commands.awk

function json(text) {
	gsub(/["\\]/, "\\\\&", text)
	return "\"" text "\""
}

# A command may continue over several lines.
/\\$/ { command = command substr($0, 1, length($0) - 1); next }
{
	command = command $0
	gsub(/[\t ]+/, " ", command)
}

match(command, / [^ ]+\.c( |$)/) && command ~ /^[^ ]*(gcc|clang|cc)[^ ]* / {
	file = substr(command, RSTART + 1, RLENGTH - 1)
	sub(/ $/, "", file)
	printf "%s\t{\n\t\t\"directory\": %s,\n\t\t\"file\": %s,\n\t\t\"command\": %s\n\t}", \
		entries++ ? ",\n" : "[\n", json(directory), json(file), json(command)
}
{ command = "" }
END { print entries ? "\n]" : "[]" }
