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

# full_title: the title of a histogram, with its label.
def full_title: if .label then "\(.title), \(.label)" else .title end;

# heading_html(kind): the title of a column as a heading.
def heading_html($kind):
	element("th"; {scope: "col"} + (if $kind == "number" then {class: "n"} else {} end); text);

# table_html(name; caption; headings; rows): a table; `headings` and `rows` return several outputs.
def table_html($name; caption; headings; rows):
	region_html("wide"; $name; element("table"; element("caption"; caption)
		+ element("thead"; element("tr"; [headings] | join("")))
		+ element("tbody"; on_lines(rows | element("tr"; .)))));
