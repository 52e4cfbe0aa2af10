# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The flame graphs.  They are drawn from the frames in COLLECTOR/flame.svg, which sixty-report extracts: only numbers
# and names of that file reach the page, because a bundle can come from elsewhere.  $flame: [{collector, title,
# frames: [[kind, x, y, width, title, name], ...]}]; the kind is fk, fu, fj or fw, x and width are in percent.
#
# A click on a frame zooms without a script: the frame is a link to an anchor. While the anchor is the target
# of the address, a rule of the style sheet makes the drawing so wide that the frame fills the window.

include "lib";
include "markup";
include "html_parts";

def ROW: 17;		# pixels from one row to the next
def ZOOMED: 1;		# percent of all samples that a frame must have to be a link

def is_zoomed: .[3] >= ZOOMED and .[3] < 99.99;

# flame_of(collector): its graph, if it has frames.
def flame_of($collector): $flame[] | select(.collector == $collector and (.frames | length) > 0);

def zoom_id($collector; $i): "zoom-\($collector)-\($i)";

# zoom_rules: the rule for each frame that is a link.
def zoom_rules:
	[$flame[] | .collector as $collector | .frames | range(length) as $i | .[$i] | select(is_zoomed)
		| "#\(zoom_id($collector; $i)):target~.clip>svg{width:\(10000 / .[3])%;"
			+ "margin-left:\(-100 * .[1] / .[3])%}\n"] | join("");

# frame_html(zoom; top): a frame; a nested <svg> clips a name that does not fit.  Built from one string for speed: there
# are hundreds, and all but the title and the name are numbers.
def frame_html($zoom; $top):
	"<svg class=\"\(.[0])\" x=\"\(.[1])%\" y=\"\(.[2] - $top)\" width=\"\(.[3])%\" height=\"\(ROW - 1)\">"
	+ "<title>\(.[4] | text)</title>"
	+ (if is_zoomed then "<a href=\"#\($zoom)\">" else "" end)
	+ "<rect width=\"100%\" height=\"100%\"/><text x=\"3\" y=\"12\">\(.[5] | text)</text>"
	+ (if is_zoomed then "</a>" else "" end) + "</svg>";

def legend_html:
	[["fk", "kernel"], ["fu", "user"], ["fj", "JIT"], ["fw", "program"]][]
	| span_html("key"; element("i"; {"aria-hidden": "true", class: .[0]}; "\u25a0") + .[1]);

# flame_html(id; heading; collector; what): a section with the graph of that collector.
def flame_html($id; $heading; $collector; $what):
	flame_of($collector)
	| .title as $title | .frames as $frames
	| ([$frames[][2]] | min) as $top
	| ([$frames[][2]] | max - $top + ROW) as $height
	| section_html($id; $heading; element("figure"; {class: "flame"};
		element("figcaption"; element("b"; $title | text) + " " + on_lines(legend_html)
			+ span_html("key"; "A click zooms into a function; "
				+ element("a"; {href: "#\($id)"}; "the whole graph")))
		+ on_lines(range($frames | length) as $i | $frames[$i] | select(is_zoomed)
			| element("i"; {id: zoom_id($collector; $i)}; ""))
		+ element("div"; {class: "clip", tabindex: 0, role: "region", "aria-label": $heading};
			element("svg"; {role: "group", width: "100%", height: $height,
				"aria-label": "\($what); their table is below"};
				on_lines(range($frames | length) as $i | $frames[$i]
					| frame_html(zoom_id($collector; $i); $top))))));

def on_cpu_html: flame_html("flame"; "Flame graph"; "profile"; "Flame graph of the functions on CPU");
def waiting_html: flame_html("waiting"; "Waiting"; "offcputime"; "Flame graph of the functions that waited");
