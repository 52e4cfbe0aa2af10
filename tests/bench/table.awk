# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Make a table of the data of tests/bench/run: "PART WHO METRIC VALUE", a line of "# ..." before them.
# Each cell is the median of the rounds and, in parentheses, the minimum.  The last column is the
# median of the best peer divided by ours.
#
# With -v notes=FILE, print only what is behind: "PART METRIC" where the best peer's median is more than
# 5 % better, with the reason from FILE ("PART<TAB>METRIC<TAB>REASON"; PART may be *).

function sorted(key, all, n, i, j, v) {
	n = split(values[key], all, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && all[j - 1] + 0 > all[j] + 0; j--) {
			v = all[j]; all[j] = all[j - 1]; all[j - 1] = v
		}
	return n
}

function median(key, all, n) {
	n = sorted(key, all)
	return n % 2 ? all[(n + 1) / 2] : (all[n / 2] + all[n / 2 + 1]) / 2
}

function cell(who, metric, all, key) {
	key = who SUBSEP metric
	if (!(key in values))
		return (who SUBSEP "fails") in values ? "does not start" : "-"
	sorted(key, all)
	return sprintf("%.6g (%.6g)", median(key), all[1])
}

function is_ours(who) { return who ~ /^ours/ }

# Of these, more is better.
function more_is_better(metric) { return metric ~ /shown_percent|reached/ }

# Set best to the median of the best peer.  Return false if no peer has the metric.
function best_peer(metric, w, m, found) {
	for (w = 1; w <= nwho; w++) {
		if (is_ours(who[w]) || !((who[w] SUBSEP metric) in values))
			continue
		m = median(who[w] SUBSEP metric)
		if (!found || (more_is_better(metric) ? m > best : m < best)) {
			best = m
			best_who = who[w]
		}
		found = 1
	}
	return found
}

function is_behind(metric, ours) {
	return more_is_better(metric) ? ours < best * 0.95 : ours > best * 1.05
}

function print_behind(i, metric, ours, reason) {
	for (i = 1; i <= nmetrics; i++) {
		metric = metrics[i]
		if (!(("ours" SUBSEP metric) in values) || !best_peer(metric))
			continue
		ours = median("ours" SUBSEP metric)
		if (!is_behind(metric, ours))
			continue
		reason = (part SUBSEP metric) in why ? why[part, metric] : \
			("*" SUBSEP metric) in why ? why["*", metric] : "the reason is not known yet"
		printf "- **%s, %s**: %.6g, %s has %.6g: %s.\n", part, metric, ours, best_who, best, reason
	}
}

function print_table(w, i, line, rule) {
	print "### " part "\n\n" about ".\n"
	line = "| metric |"
	rule = "|---|"
	for (w = 1; w <= nwho; w++) {
		line = line " " who[w] " |"
		rule = rule "---:|"
	}
	print line " peer / ours |\n" rule "---:|"
	for (i = 1; i <= nmetrics; i++) {
		line = "| " metrics[i] " |"
		for (w = 1; w <= nwho; w++)
			line = line " " cell(who[w], metrics[i]) " |"
		if (("ours" SUBSEP metrics[i]) in values && best_peer(metrics[i]) && \
		    median("ours" SUBSEP metrics[i]) > 0)
			line = line sprintf(" %.2f |", best / median("ours" SUBSEP metrics[i]))
		else
			line = line " - |"
		print line
	}
	print ""
}

BEGIN {
	while (notes != "" && (getline line < notes) > 0)
		if (split(line, field, "\t") == 3)
			why[field[1], field[2]] = field[3]
}

/^#/ {
	about = substr($0, 3)
	next
}

{
	part = $1
	values[$2, $3] = values[$2, $3] " " $4
	if (!($2 in seen_who)) {
		seen_who[$2] = 1
		who[++nwho] = $2
	}
	if ($3 != "fails" && !($3 in seen_metric)) {
		seen_metric[$3] = 1
		metrics[++nmetrics] = $3
	}
}

END {
	if (notes != "")
		print_behind()
	else
		print_table()
}
