# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The records of one object of usestat, in the order of time.

include "lib";

def sum($key): map(.[$key] | numbers) | add;

def last_of($key): map(.[$key] | values)[-1];

def first_of($key): map(.[$key] | values)[0];

def highest($key): map(.[$key] | numbers) | max;

def lowest($key): map(.[$key] | numbers) | min;

def observed_s: sum("interval_ns") | if . then . / 1e9 else null end;

def per_s($key): sum($key) as $sum | observed_s as $s
	| if $sum == null or ($s // 0) == 0 then null else $sum / $s end;

# share(key; per_second): microseconds or milliseconds of a state, as percent of the time.
def share($key; $per_second): per_s($key) | if . then 100 * . / $per_second else null end;

# stalled(key): the percentage of the time in which somebody waited.  The interval and the counter are read at
# slightly different times, so limit the result to 100.
def stalled($key): share($key; 1e6) | if . != null and . > 100 then 100 else . end;

# objects(key): {records of one object} for each value of `key`.
def objects(key): group_by(key)[];

# without_start: leaves out the interval in which the checklist itself starts.
def without_start: map(select(.interval_ns != null)) | if length >= 4 then .[1:] else . end;
