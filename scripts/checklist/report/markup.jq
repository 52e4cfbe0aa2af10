# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# HTML and SVG: the functions that escape text and write tags.  Everything from outside
# passes through `text`; attribute values always do.

# unsafe_characters: those that HTML forbids, and those that change the direction of text.
def unsafe_characters:
	"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"	# control characters
	+ "\u200e\u200f\u202a-\u202e\u2066-\u2069"		# direction
	+ "\ufdd0-\ufdef\ufffe\uffff]";				# noncharacters

# text: the input as text in a page or in an attribute value.  The test is for speed: most
# strings are printable ASCII, and gsub takes three times as long.
def text:
	if type == "number" then tostring else
		tostring | if test("[^ -~]"; null) then gsub(unsafe_characters; "\ufffd") else . end | @html
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
