# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Replace names by pseudonyms in the facts, and thus in everything that is made from them.  A name
# has the same pseudonym everywhere in one report.  The key of a string determines its kind.  Names
# of programs, functions, disks and interfaces are kept; a path in any of them is replaced.

def kind_of_key: {
	path: "path", file: "path", failed_file: "path", host: "host", address: "address", local: "address",
	remote: "address", text: "free", last: "free", reason: "free", command: "command", command_line: "free",
	cgroup: "path", memcgs: "path", container: "container", container_name: "container", user: "user",
	failed_unit_names: "free", device: "free", written_file: "path", function: "function"}[.];

# public_path: true for a path in a directory that every machine has, with nothing after it.
def public_path:
	(test("[\\s:]") | not)
	and test("^(/usr)?/(bin|sbin|lib|lib32|lib64|libexec|share)(/|$)|^/(proc|sys|dev)(/|$)|^/etc/[^/]+$");

# common_top: true for a directory of / whose name is kept in the pseudonym of a private path.
def common_top: test("^(home|root|srv|var|opt|tmp|run|mnt|etc|data|usr)$");

def strings_of($kind):
	[.. | objects | to_entries[] | select((.key | kind_of_key) == $kind) | .value | strings, arrays[]?];

# numbered(prefix): {"string": "prefix-1", ...}, in alphabetical order.
def numbered($prefix):
	unique | to_entries | map({key: .value, value: "\($prefix)-\(.key + 1)"}) | from_entries;

def pseudonyms:
	{
		host: (strings_of("host") | numbered("host")),
		address: (strings_of("address") | numbered("address")),
		container: (strings_of("container") | numbered("container")),
		user: (strings_of("user") | numbered("user")),
		part: (strings_of("path") | map(select(public_path | not) | split("/")[]
			| select(length > 0)) | numbered("name"))
	};

# hidden_path(names): replace the parts of a private path by pseudonyms; keep /home, /srv and similar.
def hidden_path($names):
	if public_path then . else
		split("/") | to_entries | map(
			if .value == "" or (.key == 1 and (.value | common_top)) then .value
			else $names.part[.value] // "name" end) | join("/")
	end;

# without_path: the name of a function without its path and the text after it.  JIT compilers append the file:
# "LazyCompile:~handler /srv/app.js:12", "py::f:/srv/app.py"; in Go the package is a path.
def without_path: sub("[^\\s:~(]*/.*$"; "(path)"; "s");

# without_absolute_path: any other string without an absolute path and the text after it.
def without_absolute_path:
	if contains("/") then sub("[.~]*/+[^/\\s]+/.*$"; "(path)"; "s") else . end;

def hidden($kind; $names):
	if type == "array" then map(hidden($kind; $names))
	elif type != "string" then .
	elif $kind == "host" then $names.host[.]
	elif $kind == "address" or $kind == "container" or $kind == "user" then $names[$kind][.]
	elif $kind == "path" then hidden_path($names)
	elif $kind == "function" then without_path
	elif $kind == "command" then without_absolute_path
	else "(left out)" end;

def redact:
	pseudonyms as $names
	| def walk_down:
		if type == "object" then with_entries((.key | kind_of_key) as $kind
			| if $kind then .value |= hidden($kind; $names) else .value |= walk_down end)
		elif type == "array" then map(walk_down)
		elif type == "string" then without_absolute_path
		else . end;
	walk_down;
