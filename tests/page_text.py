"""A page as text that people can read: every word, link, number and form field in order, and no class or id.

# Where we work                     a heading
[Kenya](/projects/?country=KEN)     a link; {current=page} and the like follow what carries them
nav "Regions"                       a part with a name; what it holds is indented
Region | Projects                   a row of a table
Active · National                   two elements that touch
[x] status=active                   a form field
"""

import re

import orjson

PARTS = frozenset(["aside", "details", "dialog", "dl", "fieldset", "footer", "form", "header", "nav", "section",
                   "select", "table"])  # fmt: skip
BLOCKS = PARTS | frozenset(["article", "blockquote", "caption", "dd", "div", "dt", "h1", "h2", "h3", "h4", "label",
                            "legend", "li", "main", "ol", "option", "p", "summary", "tr", "ul"])  # fmt: skip
BEGINNINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- ", "summary": "summary: ",
              "legend": "legend: ", "caption": "caption: ", "option": "option: "}  # fmt: skip
# What is said or shown of an element besides its text.
SAID = ("lang", "alt", "title", "datetime", "aria-current", "aria-sort", "open", "hidden", "checked", "selected")
FIELD = ("type", "name", "value", "maxlength", "placeholder", "inputmode", "required", "readonly", "method", "action")


class Lines:
    """The lines of a page, made while walking over its elements."""

    def __init__(self, root):
        self.root, self.lines, self.line, self.depth, self.touches = root, [], "", 0, False

    def end_line(self):
        if text := self.line.strip():
            self.lines.append("  " * self.depth + text)
        self.line, self.touches = "", False

    def say(self, text):
        """Add text to the present line; spaces count once."""
        if text.strip():
            self.touches = False
        self.line = re.sub(r"[ \t\r\n\f]+", " ", self.line + text)

    def walk(self, node):
        for child in node.children or ():
            if child.name == "#text":
                self.say(child.data or "")
            elif child.name not in ("script", "style", "template") and child.name[0] not in "#!":
                self.block(child) if child.name in BLOCKS else self.inline(child)

    def block(self, element):
        name = element.name
        # A value stands beside its name, and what is first in a list beside its sign.
        if name != "dd" and self.line != BEGINNINGS["li"]:
            self.end_line()
        if name in PARTS or "hidden" in element.attrs or self.name_of(element):
            self.say(name + self.name_of(element) + said(element) + (fields(element) if name != "table" else ""))
            self.end_line()
            self.depth += 1
            self.content(element)
            self.end_line()
            self.depth -= 1
            return
        self.say(BEGINNINGS.get(name, ""))
        self.content(element)
        self.say((fields(element) if name == "option" else "") + said(element))
        self.say(": ") if name == "dt" else self.end_line()

    def content(self, element):
        if element.name != "tr":
            return self.walk(element)
        for cell in element.query("th, td"):
            self.say(" | " if self.line else "")
            self.walk(cell)
            self.say(said(cell))
            self.touches = False

    def inline(self, element):
        name, href = element.name, element.attrs.get("href")
        if name == "br":
            self.say(" / ")
            return
        if self.touches:
            self.say(" · ")
        if name == "svg":
            self.say(drawing(element))
        elif name in ("input", "textarea"):
            self.say(control(element) + self.name_of(element) + said(element))
        elif name in ("a", "button"):
            self.say("[" if name == "a" else "[[")
            self.walk(element)
            self.line = self.line.rstrip()
            self.say(f"]({href})" if name == "a" else f"]]{fields(element)}")
            live = element.attrs.get("hx-get", href)
            self.say(f" {{live={live}}}" if live != href else "")
            self.say(self.name_of(element) + said(element))
        else:
            self.walk(element)
            self.say(self.name_of(element) + said(element))
        self.touches = bool(self.line)

    def name_of(self, element):
        """The name that an element has for those who listen."""
        label = element.attrs.get("aria-label")
        for other in (element.attrs.get("aria-labelledby") or "").split():
            label = " ".join(map(words, self.root.query(f"[id={other}]")))
        return f' "{label}"' if label else ""


def words(element):
    return " ".join(element.to_text(separator="", strip=False).split())


def said(element):
    """The attributes that are said or shown, in braces."""
    found = [name.removeprefix("aria-") + (f"={element.attrs[name]}" if element.attrs[name] else "")
             for name in SAID if name in element.attrs]  # fmt: skip
    return f" {{{', '.join(found)}}}" if found else ""


def fields(element):
    """The attributes of a control or a form, in braces."""
    found = [f"{name}={element.attrs[name] or ''}".rstrip("=") for name in FIELD if name in element.attrs]
    return f" {{{', '.join(found)}}}" if found else ""


def control(element):
    kind = element.attrs.get("type")
    if kind in ("checkbox", "radio"):
        mark = "x" if "checked" in element.attrs else " "
        mark = f"[{mark}]" if kind == "checkbox" else f"({mark})"
        return f"{mark} {element.attrs.get('name')}={element.attrs.get('value')}"
    return element.name + fields(element) + (words(element) if element.name == "textarea" else "")


def drawing(element):
    """An icon by its name; of bars where they begin and how long they are."""
    found = [use.attrs["href"].partition("#")[2] for use in element.query("use")]
    bars = [f"{bar.attrs.get('x', '')}+{bar.attrs['width']}".removeprefix("+") for bar in element.query("rect")]
    return f"‹{' '.join([*found, *(['bars', *bars] if len(bars) > 1 else [])])}›".replace("‹›", "")


def read(root, *selectors):
    """The text of the elements that the selectors name; of everything without any."""
    lines = Lines(root)
    chosen = [element for selector in selectors for element in root.query(selector)] if selectors else [root]
    assert chosen, selectors
    for element in chosen:
        lines.walk(element)
        lines.end_line()
    return "\n".join(lines.lines) + "\n"


def head(page):
    """What a page tells browsers and search engines of itself."""
    lines = [f"title: {words(page.one('title'))}"]
    lines += [f"{meta.attrs['name']}: {meta.attrs['content']}" for meta in page.select("meta[name]")
              if meta.attrs["name"] in ("description", "robots")]  # fmt: skip
    lines += [f"{link.attrs['rel']}: {link.attrs['href']}" for link in page.select("link")
              if link.attrs["rel"] in ("canonical", "prev", "next")]  # fmt: skip
    for script in page.select('script[type="application/ld+json"]'):
        data = orjson.loads(script.to_text(separator="", strip=False))
        lines.append(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    return "\n".join(lines) + "\n"


def outline(root):
    """Of a page of prose what its editors do not change every week: headings, links, tables and numbers."""
    lines = []
    for element in root.query("h1, h2, h3, h4, caption, tr, a, p, li"):
        if element.name in ("h1", "h2", "h3", "h4"):
            lines.append(BEGINNINGS[element.name] + words(element))
        elif element.name == "a":
            lines.append(f"[{words(element)}]({element.attrs['href']}){said(element)}")
        elif element.name == "tr":
            lines.append(" | ".join(map(words, element.query("th, td"))))
        elif numbers := re.findall(r"[0-9](?:[0-9.,\u00a0%]*[0-9%])?", words(element)):
            lines.append(f"numbers: {'; '.join(numbers)}")
    return "\n".join(lines) + "\n"
