# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# HTML and SVG: the functions that escape text and write tags.  Everything from outside
# passes through `text`; attribute values always do.

include "lib";

# unsafe: the misleading characters except tab and newline, and those that HTML forbids.
def unsafe: [[0, 8], [11, 31]] + misleading[1:] + [[64976, 65007], [65534, 65535]];

# text: the input as text in a page or in an attribute value.  The test is for speed: most
# strings are printable ASCII.
def text:
	if type == "number" then tostring else
		tostring | if test("[^ -~]"; null) then without(unsafe; 65533) else . end | @html
	end;

# start_tag(name; attributes): a start tag without its closing bracket.  The attributes are an
# object and keep its order.
def start_tag(name; attributes):
	attributes as $attributes
	| reduce ($attributes | keys_unsorted[]) as $key ("<" + name;
		. + " " + $key + "=\"" + ($attributes[$key] | text) + "\"");

# element(name; attributes; content): the content is markup.
def element(name; attributes; content): start_tag(name; attributes) + ">" + content + "</" + name + ">";
def element(name; content): "<" + name + ">" + content + "</" + name + ">";

# void_element(name; attributes): an element of HTML that has no content and no end tag.
def void_element(name; attributes): start_tag(name; attributes) + ">";

# shape(name; attributes): an element of SVG without content.
def shape(name; attributes): start_tag(name; attributes) + "/>";

# on_lines(markup): each of its outputs on a separate line.
def on_lines(markup): "\n" + ([markup | . + "\n"] | join(""));
