# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Print Markdown tables of all schemas, given as an array; for scripts/dev/field-reference.

(map({key: .["$id"], value: .}) | from_entries) as $schemas

# target: resolve a $ref in the schema with that $id.
| def target($id): split("#/$defs/") as [$other, $name]
	| $schemas[if $other == "" then $id else $other end]["$defs"][$name];

# required: the required keys of a definition and of its parts.
def required($id): (.required // []) + [.allOf[]?, .["$ref"] // empty
	| if type == "object" then .["$ref"] else . end
	| target($id).required // []] | flatten;

def kind($id): if .["$ref"] then .["$ref"] as $ref | $ref | target($id) | kind($id)
	elif .enum then [.enum[] | tostring] | join(", ")
	elif .const then .const | tostring
	elif .type == "array" then "array of \(.items | kind($id))s"
	else .type end;

def unit: if .unit then ", \(.unit)" else "" end;

def field($id; $required): "| `\(.key)` | \(.value | kind($id) + unit) | " +
	"\(if .key | IN($required[]) then "yes" else "" end) | \(.value.description) |";

# A row of --count-by has columns of the events, which are listed with the events.
def new_properties($id): if .properties.type.const == "count" then
	.properties |= with_entries(select(.key | in($schemas[$id]["$defs"].event.properties) | not)) else . end;

# table: the properties that a definition adds to its parts.
def table($id): required($id) as $required | new_properties($id)
	| "| Key | Type | Always | Meaning |", "|---|---|---|---|",
	(.properties | to_entries[] | select(.value.description) | field($id; $required)), "";

# made_of: the parts whose keys it includes.
def made_of: (.["$ref"] // "" | sub(".*/"; "")) as $base
	| " Keys of [every line](#every-line)" as $line
	| {task_record: "\($line) and [of a task](#of-a-task), and:", record: "\($line), and:",
		histogram: "\($line) and [every histogram](#every-histogram), and:"}[$base] // "";

def section($id; $title; $name): "## \($title)", "",
	($schemas[$id]["$defs"][$name]
		| (if .description then "\(.description).\(made_of)", "" else empty end), table($id));

"common.schema.json" as $common
| section($common; "Every line"; "record"),
section($common; "`meta`"; "meta"),
section($common; "`lost` and `summary`"; "losses"),
section($common; "`summary` alone"; "summary"),
section($common; "`cgroup`"; "cgroup"),
section($common; "Of a task"; "task_record"),
section($common; "Every histogram"; "histogram"),
(map(select(.oneOf)) | unique_by(.["$id"])[] | .["$id"] as $id
	| .["$defs"] | to_entries[] | select(.value.properties.type)
	| section($id; "\($id | rtrimstr(".schema.json")): `\(.key)`"; .key))
