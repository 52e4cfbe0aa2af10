#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# contrib/kubernetes against the schemas of Kubernetes, which npm's kubernetes-models has, and its privileges
# against docs/containers.md.
# shellcheck disable=SC2016,SC2154

load ../lib

setup_file() {
	export modules=${XDG_CACHE_HOME:-$HOME/.cache}/sixty/kubernetes why=$BATS_FILE_TMPDIR/why
	type -P node npm >/dev/null || { echo "no node or npm on this machine" >"$why"; return 0; }
	[ -d "$modules/node_modules/kubernetes-models" ] ||
		timeout 120 npm install --silent --no-audit --no-fund --prefix "$modules" kubernetes-models@4.5.1 \
			js-yaml@4 >"$why" 2>&1 || { echo "npm cannot install kubernetes-models"; rm -rf "$modules"; } >"$why"
}

own_setup() {
	[ -d "$modules/node_modules/kubernetes-models" ] || skip "$(tail -n 1 "$why")"
	needs jq
	recipes=$root/contrib/kubernetes
}

# manifest FILE: print it as JSON, after its schema has accepted it.
manifest() {
	NODE_PATH=$modules/node_modules node -e '
		const object = require("js-yaml").load(require("fs").readFileSync(process.argv[1], "utf8"));
		const Model = require(`kubernetes-models/${object.apiVersion}/${object.kind}`)[object.kind];
		new Model(object).validate();
		console.log(JSON.stringify(object));' "$1"
}

# container_of: print the only container in the JSON of a manifest.
container_of() { jq -e '.spec.template.spec | select(.hostPID and (.containers | length == 1)) | .containers[0]' "$1"; }

# capabilities: print those that the container adds, after a check that it has no other privilege.
capabilities() {
	jq -er '.securityContext | select(.privileged != true and .allowPrivilegeEscalation == false
		and .capabilities.drop == ["ALL"]) | .capabilities.add | sort | join(",")' "$1"
}

@test "kubernetes: the manifests match the schemas" {
	manifest "$recipes/job.yaml" >"$out"
	manifest "$recipes/daemonset.yaml" >"$out"
	# kubectl debug --custom merges this into the container of a pod.
	jq '{apiVersion: "v1", kind: "Pod", metadata: {name: "debug"},
		spec: {containers: [{name: "debug", image: "sixty"} + .]}}' "$recipes/debug.json" >pod.yaml
	manifest pod.yaml >"$out"
	sed 's/"runAsUser": 0/"runAsUser": "root"/' pod.yaml >bad.yaml
	run manifest bad.yaml
	[ "$status" -ne 0 ]
}

@test "kubernetes: the privileges are those in docs/containers.md, and no others" {
	local all
	all=$(grep -oE 'cap-add=[A-Z_,]+' "$root/docs/containers.md" | cut -d = -f 2 | tr , '\n' | sort | paste -sd ,)
	manifest "$recipes/job.yaml" >job.json
	container_of job.json >job.container
	expect "$all" "$(capabilities job.container)" "capabilities of the job"
	expect "$all" "$(capabilities "$recipes/debug.json")" "capabilities of kubectl debug"
	manifest "$recipes/daemonset.yaml" >daemonset.json
	container_of daemonset.json >daemonset.container
	expect "BPF,PERFMON" "$(capabilities daemonset.container)" "capabilities of the metrics"
	expect "sixty:$(sed -n 's/^VERSION=//p' "$root/scripts/sixty")" "$(jq -r .image job.container daemonset.container | sort -u)"
}
