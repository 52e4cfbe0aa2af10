# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Drawings: lines over time, heat maps, histograms.  The SVG contains only shapes and is
# stretched to the width of the page; numbers are HTML text beside it, which does not stretch.

include "lib";
include "markup";

# two_decimals: the same as round_to(2), but faster: a page has thousands of coordinates.
def two_decimals: . * 100 | round / 100;

# svg(class; width; height; title; content): a drawing that is scaled to its frame.
def svg($class; $width; $height; $title; content):
	element("svg"; {class: $class, viewBox: "0 0 \($width) \($height)", preserveAspectRatio: "none",
		role: "img", "aria-label": $title};
		element("title"; $title | text) + content);

# fixed_stroke: attributes that keep the width of a stroke when the drawing is stretched.
def fixed_stroke: {"vector-effect": "non-scaling-stroke"};

# top_of(unit): the top of the scale for these values: a round number that none of them exceeds.
# It is 100 for percentages, unless all of them are small.
def top_of($unit):
	([.[] | select(. != null)] | max // 0) as $max
	| if $unit == "%" and $max > 20 then 100
	elif $max <= 0 then 1
	else pow(10; $max | log10 | floor) as $p
		| first((1, 1.5, 2, 3, 4, 5, 6, 8, 10) * $p | select(. >= $max * 0.999)) end;

# line_path(count; top): the path of one line, with a gap where there is no value.  A value
# between two gaps is a dot.
def line_path($count; $top):
	. as $v
	| [range(length) as $i | select($v[$i] != null)
		| ($i > 0 and $v[$i - 1] != null) as $joined
		| (($i + 0.5) * 10 | two_decimals) as $x
		| (100 - 100 * ([$v[$i], $top] | min) / $top | two_decimals) as $y
		| "\(if $joined then "L" else "M" end)\($x) \($y)"
			+ (if $joined or $v[$i + 1] != null then "" else "h.01" end)]
	| join("");

def colour($i): "var(--c\($i % 4 + 1))";

def grid($width):
	shape("path"; {d: "M0 50H\($width)M0 100H\($width)M0 0H\($width)", stroke: "var(--grid)"}
		+ fixed_stroke + {fill: "none"});

# lines(count; top; title): a line for each of an array of series, each [value or null].
def lines($count; $top; $title):
	def line($i):
		shape("path"; {d: line_path($count; $top), fill: "none", stroke: colour($i), "stroke-width": 1.8,
			"stroke-linejoin": "round", "stroke-linecap": "round"} + fixed_stroke);
	svg("plot"; $count * 10; 100; $title;
		grid($count * 10) + ([range(length) as $i | .[$i] | line($i)] | join("")));

# stacked(count; top; title): the series as areas on top of each other, up to the last second
# that has a value.
def stacked($count; $top; $title):
	([.[] | to_entries[] | select(.value != null).key] | max + 1) as $until
	| def edge($n): [range($until) as $t
			| ([[.[0:$n][] | .[$t] // 0] | add, $top] | min) as $sum
			| "\($t * 10 + 5) \(100 - 100 * $sum / $top | two_decimals)"] | join("L");
	def area($n):
		shape("path"; {d: "M5 100L\(edge($n))L\($until * 10 - 5) 100Z", fill: colour($n - 1)});
	svg("plot"; $count * 10; 100; $title;
		grid($count * 10) + ([area(range(length; 0; -1))] | join("")));

# heat_map(count; low; high; title): made from [second, octave, count], with a row for each octave
# from `low` to `high`.  The opacity grows with the logarithm of the count.
def heat_map($count; $low; $high; $title):
	([.[] | .[2]] | max // 1 | . + 1 | log) as $most
	| def opacity: 0.12 + 0.88 * ((. + 1 | log) / $most) | two_decimals;
	def cell:
		shape("rect"; {x: (.[0] * 10), y: (($high - .[1]) * 10), width: 10, height: 10,
			fill: "rgba(var(--heat), \(.[2] | opacity))"});
	svg("heat"; $count * 10; ($high - $low + 1) * 10; $title;
		shape("rect"; {width: "100%", height: "100%", fill: "var(--shade)"})
		+ ([.[] | select(.[0] >= 0 and .[0] < $count) | cell] | join("")));

# bars(title): one bar for each of an array of counts.
def bars($title):
	(max // 1) as $most
	| def bar($i; $height):
		shape("rect"; {x: ($i * 10 + 0.6), y: (100 - $height | two_decimals), width: 8.8, height: $height,
			fill: "var(--c1)"});
	def height: 100 * . / $most | if . < 1 then 1 else two_decimals end;
	svg("bars"; length * 10; 100; $title;
		shape("path"; {d: "M0 100H\(length * 10)", stroke: "var(--line)"} + fixed_stroke)
		+ ([range(length) as $i | .[$i] | select(. > 0) | bar($i; height)] | join("")));
