# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Pseudonyms, on the facts and thus on everything that is made from them.  The
# same name is the same pseudonym everywhere in one report: of which kind a
# string is, its key says.  Names of programs, functions, disks and interfaces stay.

def kind_of_key: {
	path: "path", file: "path", failed_file: "path", host: "host", address: "address", local: "address",
	remote: "address", text: "free", last: "free", reason: "free", command: "command"}[.];

# Directories whose names say nothing about who uses the machine.
def public_path: test("^(/usr)?/(bin|sbin|lib|lib32|lib64|libexec|share)(/|$)|^/(proc|sys|dev)(/|$)|^/etc/[^/]+$");

def strings_of($kind):
	[.. | objects | to_entries[] | select((.key | kind_of_key) == $kind and (.value | type) == "string") | .value];

# numbered(prefix): {"string": "prefix-1", ...}, in the order of the alphabet.
def numbered($prefix):
	unique | to_entries | map({key: .value, value: "\($prefix)-\(.key + 1)"}) | from_entries;

def pseudonyms:
	{
		host: (strings_of("host") | numbered("host")),
		address: (strings_of("address") | numbered("address")),
		part: (strings_of("path") | map(select(public_path | not) | split("/")[]
			| select(length > 0)) | numbered("name"))
	};

# The first part of a private path says where it lies: /home, /srv, /var.
def hidden_path($names):
	if public_path then . else
		split("/") | to_entries | map(
			if .value == "" or (.key == 1 and (.value | test("^(home|root|srv|var|opt|tmp|run|mnt|etc|data|usr)$")))
			then .value else $names.part[.value] // "name" end) | join("/")
	end;

def hidden($kind; $names):
	if type != "string" then .
	elif $kind == "host" then $names.host[.]
	elif $kind == "address" then $names.address[.]
	elif $kind == "path" then hidden_path($names)
	elif $kind == "command" then .
	else "(left out)" end;

def redact:
	pseudonyms as $names
	| def walk_down:
		if type == "object" then with_entries((.key | kind_of_key) as $kind
			| if $kind then .value |= hidden($kind; $names) else .value |= walk_down end)
		elif type == "array" then map(walk_down)
		else . end;
	walk_down;
