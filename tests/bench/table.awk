# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Turn "tool who metric value" lines into a table of medians: tool, metric, peer, ours, peer/ours.

function median(key, n, i, j, v, all) {
	n = split(values[key], all, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && all[j - 1] + 0 > all[j] + 0; j--) {
			v = all[j]; all[j] = all[j - 1]; all[j - 1] = v
		}
	return n % 2 ? all[(n + 1) / 2] : (all[n / 2] + all[n / 2 + 1]) / 2
}

{
	values[$1 " " $2 " " $3] = values[$1 " " $2 " " $3] " " $4
	if (!($1 in seen)) {
		seen[$1] = 1
		tools[++ntools] = $1
	}
}

END {
	nmetrics = split("kernel_ns_op cpu_ns_op ready_ms exit_us rss_kib anon_kib maps_kib size_kib", metrics, " ")
	print "| tool | metric | peer | ours | peer / ours |"
	print "|---|---|---:|---:|---:|"
	for (t = 1; t <= ntools; t++)
		for (m = 1; m <= nmetrics; m++) {
			key = tools[t] " ours " metrics[m]
			other = tools[t] " peer " metrics[m]
			if (!(key in values))
				continue
			ours = median(key)
			theirs = other in values ? median(other) : \
				((tools[t] " peer fails") in values ? "does not start" : "-")
			printf "| %s | %s | %s | %s | %s |\n", tools[t], metrics[m], theirs, ours,
				(other in values && ours > 0) ? sprintf("%.1f", theirs / ours) : "-"
		}
}
