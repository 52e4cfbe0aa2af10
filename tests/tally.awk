# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Count the test points of one TAP stream: print "PASSED FAILED SKIPPED", and
# on standard error the reason of each skip, and each failure with its diagnostics.
#
#   awk -v name=FILE -v status=EXIT -f tests/tally.awk FILE.tap
#
# A stream that ended early, printed more than it planned, or ended with an exit
# status that no failed test explains counts as one failure.

function report(line) { print name ": " line >"/dev/stderr" }

function fail(why) { failed++; report("not ok: " why) }

/^1\.\.[0-9]+/ {
	planned = substr($1, 4) + 0
	plans++
	if (planned == 0) { skipped++; report("skipped: " $0) }
}

/^(ok|not ok)/ { ran++; failing = 0 }
/^ok.*# *[Ss][Kk][Ii][Pp]/ { skipped++; report("skipped: " substr($0, 4)); next }
/^ok/ { passed++; next }
/^not ok/ { failed++; failing = 1; report($0); next }
/^#/ && failing { report($0) }

END {
	if (plans != 1)
		fail(plans + 0 " plans, not one: did it crash?")
	else if (ran + 0 != planned)
		fail("planned " planned " tests, ran " ran + 0)
	else if (status && !failed)
		fail("exit status " status)
	print passed + 0, failed + 0, skipped + 0
}
