# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# For scripts/dev/check-vmlinux.  Reads what `bpftool btf dump` prints:
#
#	[12] STRUCT 'path' size=16 vlen=2
#		'mnt' type_id=34 bits_offset=0
#		'dentry' type_id=56 bits_offset=64
#
# once with side=ours and once with side=kernel; first, with side=since, a list of
# "STRUCT.FIELD RELEASE" or "STRUCT.FIELD CONFIG_X"; last, with side=tracepoints, a list of "NAME
# required|optional".  Prints what the kernel, of release SERIES, lacks; exit
# status 1 if it lacks something that it should have.

function number(word) { sub(/^[^=]*=/, "", word); return word + 0 }

function quoted(line) { sub(/^[^']*'/, "", line); sub(/'.*/, "", line); return line }

side == "tracepoints" { need[$1] = $2; next }
side == "since" { release[$1] = $2; next }

/^\[/ {
	id = substr($1, 2) + 0
	at = side SUBSEP id
	kind[at] = $2
	name[at] = quoted($0)
	for (i = 4; i <= NF; i++) {
		if ($i ~ /^size=/) size[at] = number($i)
		if ($i ~ /^type_id=/) target[at] = number($i)
	}
	if ($2 == "STRUCT" || $2 == "UNION")
		structs[side, name[at], ++versions[side, name[at]]] = id
	if ($2 == "TYPEDEF")
		typedefs[side, name[at]] = id
	if (side == "ours")
		last = id
	next
}

(kind[at] == "STRUCT" || kind[at] == "UNION") && /type_id=/ {
	n = ++members[at]
	member[at, n] = quoted($0)
	member_type[at, n] = number($(NF > 2 && $2 ~ /type_id/ ? 2 : NF - 1))
	bitfield[at, n] = /bitfield_size=/
}

# plain: return the type without typedefs and qualifiers.
function plain(side, id,    at) {
	at = side SUBSEP id
	while (kind[at] ~ /^(TYPEDEF|CONST|VOLATILE|TYPE_TAG)$/)
		at = side SUBSEP target[at]
	return at
}

# scalar: return the size of a number or pointer in bytes, or 0 for types that are not compared.
function scalar(side, id,    at) {
	at = plain(side, id)
	if (kind[at] == "PTR")
		return 8
	return kind[at] ~ /^(INT|ENUM|ENUM64)$/ ? size[at] : 0
}

# fields: store in has[field] the scalar size of each field of a struct, including the fields of
# anonymous members; -1 for a bit field.
function fields(side, id, has,    at, n) {
	at = plain(side, id)
	for (n = 1; n <= members[at]; n++) {
		if (member[at, n] == "(anon)")
			fields(side, member_type[at, n], has)
		else
			has[member[at, n]] = bitfield[at, n] ? -1 : scalar(side, member_type[at, n])
	}
}

# kernel_fields: the kernel may have several structs of one name; libbpf searches all of them.
function kernel_fields(struct, has,    v) {
	for (v = 1; v <= versions["kernel", struct]; v++)
		fields("kernel", structs["kernel", struct, v], has)
	if (("kernel", struct) in typedefs)
		fields("kernel", typedefs["kernel", struct], has)
}

function say(what) { print what; bad = 1 }

function older(a, b,    x, y) {
	split(a, x, ".")
	split(b, y, ".")
	return x[1] + 0 < y[1] + 0 || (x[1] == y[1] && x[2] + 0 < y[2] + 0)
}

function missing(field) {
	if (field in release && release[field] ~ /^CONFIG_/)
		print "absent: " field " (without " release[field] ")"
	else if (field in release && older(series, release[field]))
		print "absent: " field " (since " release[field] ")"
	else
		say("missing: " field)
}

function compare(struct, id,    ours, kernels, field) {
	split("", ours)
	split("", kernels)
	fields("ours", id, ours)
	kernel_fields(struct, kernels)
	for (field in ours) {
		if (!(field in kernels))
			missing(struct "." field)
		else if (ours[field] != kernels[field] && ours[field] && kernels[field])
			say("differs: " struct "." field ": " ours[field] " bytes here, " \
			    (kernels[field] < 0 ? "a bit field" : kernels[field] " bytes") " there")
	}
}

END {
	for (id = 1; id <= last; id++) {
		at = "ours" SUBSEP id
		if (kind[at] == "TYPEDEF" && name["ours", target[at]] == "(anon)")
			compare(name[at], target[at])
		else if (kind[at] ~ /^(STRUCT|UNION)$/ && name[at] != "(anon)")
			compare(name[at], id)
	}
	for (tracepoint in need)
		if (!(("kernel", "btf_trace_" tracepoint) in typedefs)) {
			if (need[tracepoint] == "required")
				say("missing: tracepoint " tracepoint)
			else
				print "absent: tracepoint " tracepoint " (optional)"
		}
	exit bad
}
