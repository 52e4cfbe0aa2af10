#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Check the NDJSON of tools against their schemas.

usage: validate.py TOOL <OUTPUT
       validate.py TOOL OUTPUT [TOOL OUTPUT]...

Prints what is wrong with each bad line, and exits with 1 if there is one; also if the
first line is not the meta line or the last not the summary.  Exits with 77 without jsonschema.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("no python3-jsonschema")
    sys.exit(77)

try:
    import referencing  # python3-jsonschema 4.18 and later resolve references with it
except ImportError:
    referencing = None

SHOWN = 3  # a missing key is missing in every line
SCHEMAS = pathlib.Path(__file__).parent.parent / "docs" / "schema"


def load(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


def validator(tool):
    schema, common = load(tool), load("common")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator.check_schema(common)
    if referencing:
        resource = referencing.Resource.from_contents(common)
        registry = referencing.Registry().with_resource(common["$id"], resource)
        return jsonschema.Draft202012Validator(schema, registry=registry)
    resolver = jsonschema.RefResolver.from_schema(schema, store={common["$id"]: common})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def duplicates_refused(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key stands twice: {keys}")
    return dict(pairs)


def cause(error):
    """Of a line that fits none of the record types: what keeps it from its own."""
    branches = {}
    for part in error.context:
        branches.setdefault(part.schema_path[0], []).append(part)
    for parts in branches.values():
        if not any(list(part.path) == ["type"] for part in parts):
            return parts[0]
    return error


def problems(check, line):
    """What is wrong with one line, as messages."""
    try:
        record = json.loads(line, object_pairs_hook=duplicates_refused)
    except ValueError as error:
        return [str(error)]
    causes = [cause(error) for error in check.iter_errors(record)]
    return [f"{error.json_path}: {error.message}" for error in causes]


def validate(tool, output):
    """Print the problems of one output; return whether there are any."""
    check = validator(tool)
    # Not splitlines(): in NDJSON, characters like U+2028 do not end a line.
    lines = output.decode("utf-8").removesuffix("\n").split("\n")
    bad = [f"{tool}: line {number}: {problem}\n  {line[:300]}"
           for number, line in enumerate(lines, 1) for problem in problems(check, line)]
    types = [json.loads(line).get("type") for line in lines] if not bad else []
    if lines == [""] or (types and (types[0] != "meta" or types[-1] != "summary")):
        bad.append(f"{tool}: not a meta line first and a summary line last")
    print("\n".join(bad[:SHOWN]) if bad else f"{len(lines)} lines of {tool} are valid")
    if len(bad) > SHOWN:
        print(f"and {len(bad) - SHOWN} more problems in {len(lines)} lines of {tool}")
    return bool(bad)


def main():
    names = sys.argv[1:]
    if len(names) == 1:
        return validate(names[0], sys.stdin.buffer.read())
    outputs = [(tool, pathlib.Path(path).read_bytes()) for tool, path in zip(names[::2], names[1::2])]
    return any([validate(tool, output) for tool, output in outputs])


if __name__ == "__main__":
    sys.exit(main())
