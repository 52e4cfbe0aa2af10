#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""accessible.py PAGE STYLE: what a screen reader, a keyboard and weak eyes need.

Prints what is missing, one line each; exits with 1 if anything is."""
import re
import sys
from html.parser import HTMLParser

TEXT = ["ink", "soft", "critical", "warning", "info", "ok"]  # colours of text
MARKS = ["c1", "c2", "c3", "c4"]  # of lines and areas


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.bad, self.ids, self.refs, self.landmarks = [], [], [], []
        self.level, self.headings, self.open_table, self.drawings = 0, 0, None, 0

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if "id" in a:
            self.ids.append(a["id"])
        self.refs += a.get("aria-labelledby", "").split()
        if a.get("href", "").startswith("#"):
            self.refs.append(a["href"][1:])
        if tag in ("main", "nav", "footer"):
            self.landmarks.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.heading(int(tag[1]))
        self.names(tag, a)
        if int(a.get("tabindex", 0)) > 0:
            self.bad.append(f"{tag} takes itself out of the order of the page")

    def handle_endtag(self, tag):
        self.drawings -= tag == "svg"

    def heading(self, level):
        self.headings += level == 1
        if level > self.level + 1:
            self.bad.append(f"h{level} follows h{self.level}")
        self.level = level

    def names(self, tag, a):
        if tag == "html" and not a.get("lang"):
            self.bad.append("the page has no language")
        if tag == "table":
            self.open_table = "without caption"
        if tag == "caption":
            self.open_table = None
        if tag == "tr" and self.open_table:
            self.bad.append("a table has no caption")
        if tag == "th" and a.get("scope") not in ("col", "row"):
            self.bad.append("a th has no scope")
        if tag == "svg":
            self.drawings += 1  # those inside another one are parts of it
            if self.drawings == 1 and not (a.get("role") in ("img", "group") and a.get("aria-label")):
                self.bad.append("an svg has no role or label")
        if tag == "img" and not a.get("alt"):
            self.bad.append("an img has no alt")
        if tag == "section" and not (a.get("aria-labelledby") or a.get("aria-label")):
            self.bad.append("a section has no name")
        if a.get("role") == "region" and not a.get("aria-label"):
            self.bad.append("a region has no name")

    def judge(self):
        self.bad += [f"id {i} is there twice" for i in set(self.ids) if self.ids.count(i) > 1]
        self.bad += [f"#{r} leads nowhere" for r in set(self.refs) - set(self.ids)]
        self.bad += [f"no {mark}" for mark in ("main", "nav", "footer") if mark not in self.landmarks]
        if self.headings != 1:
            self.bad.append(f"{self.headings} headings of the first level")
        return self.bad


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def judge_theme(name, colours):
    """WCAG 2.1 AA: 4.5 for text, 3 for what drawings are made of."""
    pairs = [(ink, ground, 4.5) for ink in TEXT for ground in ("bg", "card")]
    pairs += [(ink, ink + "-bg", 4.5) for ink in TEXT if ink + "-bg" in colours]
    pairs += [(mark, "card", 3) for mark in MARKS]
    for ink, ground, least in pairs:
        found = contrast(colours[ink], colours[ground])
        if found < least:
            yield f"{name}: {ink} on {ground} has a contrast of {found:.2f}, not {least}"


def main():
    page = Page()
    page.feed(open(sys.argv[1], encoding="utf-8").read())
    bad = page.judge()
    style = open(sys.argv[2], encoding="utf-8").read()
    themes = [dict(re.findall(r"--([\w-]+): (#\w+)", part)) for part in re.findall(r":root \{(.*?)\}", style, re.S)]
    if len(themes) != 2:
        bad.append(f"{len(themes)} themes, not a light and a dark one")
    for name, colours in zip(("light", "dark"), themes):
        bad += judge_theme(name, colours)
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


sys.exit(main())
