# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Print the JSON schema of a tool's lines from its --list-columns; for scripts/dev/generate.

def common: "common.schema.json#/$defs/\(.)";

# schema_of_type: a reference to a type that all schemas share, or the JSON type of the others.
def schema_of_type:
	if .values then { enum: .values }
	elif .pattern and .type == "strings" then
		{ type: "array", items: { type: "string", pattern } }
	elif .type == "string" then { type } + (if .pattern then { pattern } else {} end)
	elif .type == "family" then { enum: [4, 6] }
	elif .type == "ret" then { type: "integer", minimum: -4095, maximum: 0 }
	elif .type == "percentage" then { type: "number", minimum: 0, maximum: 100 }
	elif .type == "integer" or .min then
		{ type: "integer" }
		+ (if .min then { minimum: .min } else {} end)
		+ (if .max then { maximum: .max } else {} end)
	elif .type == "boolean" then { type }
	elif .type == "decimal" then { type: "number", minimum: 0 }
	elif .type == "string_map" then { type: "object", additionalProperties: { type: "string" } }
	else { "$ref": .type | common } end;

def property: schema_of_type
	+ (if .unit then { unit } else {} end)
	+ { description: .about };

def HOST_ID: "in the initial PID namespace; only where the tool runs in another one";

def OTHER_PIDNS: {
	const: true,
	description: "The task is of a PID namespace that the tool cannot see, so it has no pid and tid"
};

# host_ids: the keys with the IDs of processes in the initial PID namespace: common/output/process.h.
# An "object" has none: its numbers are those of /proc.
def host_ids: [select(.type != "count" and .kind != "object").columns[].key
		| select(IN("pid", "tid", "ppid"))]
	| map({ key: "host_\(.)", value: { "$ref": "id" | common, description: "\(.) \(HOST_ID)" } })
		+ (if . == [] then [] else [{ key: "other_pidns", value: OTHER_PIDNS }] end)
	| from_entries;

def line: {
	description: .about,
	"$ref": (if .kind == "object" then "record" else .kind end) | common,
	required: [.columns[] | select(.optional | not) | .key],
	properties: ({ type: { const: .type } }
		+ host_ids + (.columns | map({ key, value: property }) | from_entries)),
	unevaluatedProperties: false
} | if .required == [] then del(.required) else . end;

# Tables that exist only as text are not in JSON.
.tables |= map(select(.kind != "text"))
| (.tables | any(.type == "cgroup")) as $own_cgroup
| {
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$comment": "Made by scripts/dev/generate from the columns of \(.tool)",
	"$id": "\(.tool).schema.json",
	title: "A line of \(.tool) --json",
	oneOf: ([{ "$ref": "meta" | common }]
		+ [.tables[] | { "$ref": "#/$defs/\(.type)" }]
		+ (["cgroup", "lost", "summary"] | map(select(. != "cgroup" or ($own_cgroup | not))
			| { "$ref": common }))),
	"$defs": (.tables | map({ key: .type, value: line }) | from_entries)
}
