# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Print the FIELDS of a tool's man page (mdoc) from its --list-columns; for
# scripts/dev/generate.

def kind: { comm: "string, at most 15 bytes", address: "string", strings: "array of strings", boolean: "boolean",
	string: "string", string_map: "object of strings" }[.type] // "number";

# text: escape for mdoc: a minus sign is not a hyphen, and a line must not begin with a dot.
def text: gsub("(?<![A-Za-z0-9])-(?=[-A-Za-z0-9])"; "\\-") | gsub("--"; "-\\-")
	| gsub(" {2,}"; "\n") | gsub("(?<line>^|\n)(?<sign>[.'])"; "\(.line)\\&\(.sign)");

def field($text_only):
	"Va \(.key) , No \(kind)\(if .unit then ", \(.unit)" else "" end)" as $json
	| if $text_only then ".It \(.heading) ( Va \(.key) )"
	elif .heading then ".It \(.heading) ( \($json) )"
	else ".It Va \(.key) No (\(kind))" end,
	"\(.about | text).",
	(if .table_unit then "The table shows \(.table_unit)." else empty end),
	(if .heading and (.in_table | not) then "Not in the table by default." else empty end);

def list: (.kind == "text") as $text_only
	| ".Bl -tag -width indent", (.columns[] | field($text_only)), ".El";

# A row of --count-by has columns of the events, which are listed with the events.
def new_columns($events): if .type == "count" then
	.columns |= map(select(.key | IN($events.columns[].key) | not)) else . end;

.tables | .[0] as $events | map(new_columns($events))
| if .[0].kind == "text" then
	"In parentheses: the name for",
	".Fl o .",
	"A value that is absent is",
	".Sq -",
	"in the table.",
	"With",
	".Fl -json",
	"there are records of other types, listed after it, in which an absent value has no key."
else
	"In parentheses: the key in JSON, which is the name for",
	".Fl o ,",
	"and the type.",
	"A value that is absent is",
	".Sq -",
	"in the table and has no key in JSON."
end,
(.[0] | list),
(.[1:][] | ".Pp", "Records of type", ".Sq \(.type) :", "\(.about | text).", list)
