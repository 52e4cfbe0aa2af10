# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Drawings: lines over time, heat maps, histograms.  Only shapes are in the SVG,
# stretched to the width there is; the numbers stand beside it as text, which
# does not stretch.  All text is escaped where it enters.

include "lib";

def coordinate: round_to(2);

# svg(class; width; height; title): around what is in it.
def svg($class; $width; $height; $title; inside):
	"<svg class=\"\($class)\" viewBox=\"0 0 \($width) \($height)\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"\($title | @html)\"><title>\($title | @html)</title>\(inside)</svg>";

# top_of: of values, a round number that none exceeds; 100 % for shares near that.
def top_of($unit):
	([.[] | select(. != null)] | max // 0) as $max
	| if $unit == "%" and $max > 20 then 100
	elif $max <= 0 then 1
	else pow(10; $max | log10 | floor) as $p
		| first((1, 1.5, 2, 3, 4, 5, 6, 8, 10) * $p | select(. >= $max * 0.999)) end;

# points: of one line; a gap where there is no value.
def line_path($count; $top):
	. as $v
	| reduce range(length) as $i ({path: "", pen: false};
		if $v[$i] == null then .pen = false else
			.path += "\(if .pen then "L" else "M" end)\(($i + 0.5) * 10 | coordinate) \(100 - 100 * ([$v[$i], $top] | min) / $top | coordinate)"
			+ (if .pen or $v[$i + 1] != null then "" else "h.01" end)
			| .pen = true end)
	| .path;

def colour($i): "var(--c\($i % 4 + 1))";

def grid($count): "<path d=\"M0 50H\($count * 10)M0 100H\($count * 10)M0 0H\($count * 10)\" stroke=\"var(--grid)\" vector-effect=\"non-scaling-stroke\" fill=\"none\"/>";

# lines(count; top; title): of an array of series, each [value or null].
def lines($count; $top; $title):
	. as $all
	| svg("plot"; $count * 10; 100; $title; grid($count) + ([range($all | length) as $i
		| "<path d=\"\($all[$i] | line_path($count; $top))\" fill=\"none\" stroke=\"\(colour($i))\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke-linecap=\"round\" vector-effect=\"non-scaling-stroke\"/>"]
		| join("")));

# stacked(count; top; title): the same as areas on top of each other, as far as
# there are values.
def stacked($count; $top; $title):
	. as $all
	| ([$all[] | to_entries[] | select(.value != null).key] | max + 1) as $until
	| def edge($n): [range($until) as $t
		| "\($t * 10 + 5) \([[$all[0:$n][] | .[$t] // 0] | add, $top] | 100 - 100 * min / $top | coordinate)"] | join("L");
	svg("plot"; $count * 10; 100; $title; grid($count) + ([range($all | length; 0; -1) as $n
		| "<path d=\"M5 100L\(edge($n))L\($until * 10 - 5) 100Z\" fill=\"\(colour($n - 1))\"/>"]
		| join("")));

# heat_map(count; title): of [second, octave, count]; rows from `low` to `high`.
def heat_map($count; $low; $high; $title):
	([.[] | .[2]] | max // 1) as $most
	| svg("heat"; $count * 10; ($high - $low + 1) * 10; $title;
		"<rect width=\"100%\" height=\"100%\" fill=\"var(--shade)\"/>" + ([.[] | select(.[0] >= 0 and .[0] < $count)
			| "<rect x=\"\(.[0] * 10)\" y=\"\(($high - .[1]) * 10)\" width=\"10\" height=\"10\" fill=\"rgba(var(--heat), \(0.12 + 0.88 * ((.[2] + 1 | log) / ($most + 1 | log)) | round_to(2)))\"/>"]
			| join("")));

# bars(title): of counts, one bar each.
def bars($title):
	(max // 1) as $most | . as $v
	| svg("bars"; length * 10; 100; $title; "<path d=\"M0 100H\(length * 10)\" stroke=\"var(--line)\" vector-effect=\"non-scaling-stroke\"/>" + ([range(length) as $i | select($v[$i] > 0)
		| (100 * $v[$i] / $most | if . < 1 then 1 else coordinate end) as $h
		| "<rect x=\"\($i * 10 + 0.6)\" y=\"\(100 - $h | coordinate)\" width=\"8.8\" height=\"\($h)\" fill=\"var(--c1)\"/>"]
		| join("")));
