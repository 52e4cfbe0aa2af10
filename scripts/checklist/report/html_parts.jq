# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Parts of the page that several modules use.

include "lib";
include "markup";

def resource_name: {cpu: "CPU", memory: "Memory", disk: "Disks", network: "Network", machine: "Machine",
	exec: "Programs", open: "Opens", file: "Files", dns: "Names", connect: "Connections", tasks: "Processes",
	filesystem: "File systems"}[.] // .;

def severity_word: {critical: "critical", warning: "warning", info: "note"}[.];

# ---- parts that occur more than once ----

def span_html($class; content): element("span"; {class: $class}; content);

# section_html(id; title; content): the content follows the heading.
def section_html($id; $title; content):
	element("section"; {"aria-labelledby": $id}; element("h2"; {id: $id}; $title | text) + content);

# region_html(class; name; content): scrolls on its own, also with the keyboard.
def region_html($class; $name; content):
	element("div"; {class: $class, tabindex: 0, role: "region", "aria-label": $name}; content);

# scale_html(class; labels): the labels beside a drawing.  A screen reader skips them, because
# the drawing has a description.
def scale_html($class; labels):
	element("div"; {class: $class, "aria-hidden": "true"}; [labels | element("span"; text)] | join(""));

# anchor(kind): the id of a part of the page, made of its title.
def anchor($kind): "\($kind)-" + (ascii_downcase | gsub("[^a-z0-9]+"; "-"));

# full_title: the title of a histogram, with its label.
def full_title: if .label then "\(.title), \(.label)" else .title end;

# column_of(title; attributes): a column of a table.  `start` is the start tag of its cells, which have the
# title too: a narrow screen shows it before each value.
def column_of($title; $attributes):
	{title: $title, attributes: $attributes, start: (start_tag("td"; $attributes + {"data-label": $title}) + ">")};

def text_column: column_of(.; {});
def number_column: column_of(.; {class: "n"});
def mono_column: column_of(.; {class: "mono"});

# row_head_html: the cell that names a row.
def row_head_html: element("th"; {scope: "row"}; text);

# table_html(name; caption; columns; rows): `columns` returns columns; `rows` returns an array for each row:
# the contents of the cells, or whole cells, which begin with "<th" or "<td".
def table_html($name; caption; columns; rows):
	def heading_html:
		element("th"; {scope: "col"} + (if .attributes.class == "n" then {class: "n"} else {} end);
			.title | text);
	[columns] as $columns
	| def cell($i): if startswith("<t") then . else $columns[$i].start + . + "</td>" end;
	region_html("wide"; $name; element("table"; element("caption"; caption)
		+ element("thead"; element("tr"; [$columns[] | heading_html] | join("")))
		+ element("tbody"; on_lines(rows
			| element("tr"; [range(length) as $i | .[$i] | cell($i)] | join(""))))));

# document_html(title; rules; body): a page without scripts that fetches nothing; `rules` are further style rules.
def document_html($title; $rules; body):
	def head_html: element("head"; on_lines(
		void_element("meta"; {charset: "utf-8"}),
		void_element("meta"; {name: "viewport", content: "width=device-width, initial-scale=1"}),
		void_element("meta"; {"http-equiv": "Content-Security-Policy",
			content: "default-src 'none'; style-src 'unsafe-inline'"}),
		void_element("meta"; {name: "color-scheme", content: "light dark"}),
		element("title"; $title | text),
		element("style"; "\n\($style)\($rules)")));
	"<!DOCTYPE html>", element("html"; {lang: "en"}; on_lines(head_html, body));

# utc: an RFC 3339 time, formatted for people.
def utc: gsub("T"; " ") | gsub("\\.[0-9]+"; "") | gsub("Z$"; " UTC");
