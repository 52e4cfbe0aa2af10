# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The flame graph.  It is drawn from the frames in profile/flame.svg, which sixty-report extracts: only numbers and
# names of that file reach the page, because a bundle can come from elsewhere.  $flame[0]: {title, frames:
# [[kind, x, y, width, title, name], ...]}; the kind is fk, fu, fj or fw, x and width are in percent.
#
# A click on a frame zooms without a script: the frame is a link to an anchor, and while that is the target of the
# address, a rule of the style sheet makes the drawing so wide that the frame fills its window.

include "lib";
include "markup";
include "html_parts";

def ROW: 17;		# pixels from one row to the next
def ZOOMED: 1;		# percent of all samples that a frame must have to be a link

def is_zoomed: .[3] >= ZOOMED and .[3] < 99.99;

# zoom_rules: the rule for each frame that is a link.
def zoom_rules:
	[$flame[0].frames | range(length) as $i | .[$i] | select(is_zoomed)
		| "#zoom-\($i):target~.clip>svg{width:\(10000 / .[3])%;"
			+ "margin-left:\(-100 * .[1] / .[3])%}\n"] | join("");

# frame_html(i; top): a frame; a nested <svg> clips a name that does not fit.  Built from one string for speed: there
# are hundreds, and all but the title and the name are numbers.
def frame_html($i; $top):
	"<svg class=\"\(.[0])\" x=\"\(.[1])%\" y=\"\(.[2] - $top)\" width=\"\(.[3])%\" height=\"\(ROW - 1)\">"
	+ "<title>\(.[4] | text)</title>"
	+ (if is_zoomed then "<a href=\"#zoom-\($i)\">" else "" end)
	+ "<rect width=\"100%\" height=\"100%\"/><text x=\"3\" y=\"12\">\(.[5] | text)</text>"
	+ (if is_zoomed then "</a>" else "" end) + "</svg>";

def legend_html:
	[["fk", "kernel"], ["fu", "user"], ["fj", "JIT"], ["fw", "program"]][]
	| span_html("key"; element("i"; {"aria-hidden": "true", class: .[0]}; "\u25a0") + .[1]);

def flame_html:
	$flame[0].frames as $frames
	| select($frames | length > 0)
	| ([$frames[][2]] | min) as $top
	| ([$frames[][2]] | max - $top + ROW) as $height
	| section_html("flame"; "Flame graph"; element("figure"; {class: "flame"};
		element("figcaption"; element("b"; $flame[0].title | text) + " " + on_lines(legend_html)
			+ span_html("key"; "A click zooms into a function; "
				+ element("a"; {href: "#flame"}; "the whole graph")))
		+ on_lines(range($frames | length) as $i | $frames[$i] | select(is_zoomed)
			| element("i"; {id: "zoom-\($i)"}; ""))
		+ element("div"; {class: "clip", tabindex: 0, role: "region", "aria-label": "Flame graph"};
			element("svg"; {role: "group", width: "100%", height: $height,
				"aria-label": "Flame graph of the functions on CPU; their table is below"};
				on_lines(range($frames | length) as $i | $frames[$i] | frame_html($i; $top))))));
