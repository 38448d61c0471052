"""Page and Fragment: an answer in HTML that checks itself when it is made."""

import re
from collections import Counter
from functools import cached_property
from html.parser import HTMLParser
from itertools import zip_longest

from justhtml import JustHTML

from tests import postgres

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Attributes whose value names other elements of the same page.
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers", "list", "data-copy")


class Written(HTMLParser):
    """The elements as the source writes them: `paths` in order, each with its parents; `faults` in words."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.paths, self.faults, self.open = [], [], []
        self.feed(text)
        self.close()
        self.faults += [f"<{name}> is not closed" for name in self.open]

    def handle_starttag(self, name, attributes):
        self.paths.append((*self.open, name))
        if name not in VOID:
            self.open.append(name)
        names = Counter(attribute for attribute, _ in attributes)
        self.faults += [f"<{name}> says {twice} twice" for twice, count in names.items() if count > 1]

    def handle_startendtag(self, name, attributes):
        self.handle_starttag(name, attributes)
        if name not in VOID:
            self.handle_endtag(name)

    def handle_endtag(self, name):
        if not self.open or self.open[-1] != name:
            self.faults.append(f"</{name}> closes {self.open[-1:] or 'nothing'}, line {self.getpos()[0]}")
        else:
            self.open.pop()


def words(element):
    """The text of an element, its spaces folded."""
    return " ".join(element.to_text(separator="", strip=False).split())


def elements(node, above=()):
    """Yield every element below a node with the names of its parents."""
    for child in node.children or ():
        if hasattr(child, "attrs") and child.attrs is not None and not child.name.startswith(("#", "!")):
            yield (*above, child.name), child
            yield from elements(child, (*above, child.name))


class Markup:
    """What pages and fragments share. `select` takes a CSS selector; `one` wants exactly one element."""

    is_fragment = False

    def __init__(self, response, *, status=200):
        self.response, self.text = response, response.get_data(as_text=True)
        self.address = response.request.path
        assert response.status_code == status, f"{self.address}: {response.status}\n{self.text[:2000]}"
        assert response.content_type == "text/html; charset=utf-8", self.address
        # The run on SQLite checks the same pages; reading them is a tenth of a run, and many tests look at no element.
        checks = () if postgres.IS_TESTED else self.checks
        faults = [fault for check in checks for fault in getattr(self, check)()]
        assert not faults, "\n".join([self.address, *faults])

    checks = (
        "is_read_as_written", "has_unique_ids", "names_what_is_there", "labels_its_controls",
        "keeps_script_and_style_out", "has_words_in_links", "describes_its_images",
    )  # fmt: skip

    @cached_property
    def tree(self):
        # Strict: raises at the first parse error. That alone lets unclosed and misplaced elements pass.
        return JustHTML(self.text, sanitize=False, strict=True, fragment=self.is_fragment)

    @cached_property
    def elements(self):
        """Every element with the names of its parents, in order."""
        return list(elements(self.tree.root))

    @cached_property
    def ids(self):
        return Counter(element.attrs["id"] for _, element in self.elements if "id" in element.attrs)

    def select(self, selector):
        if selector.isalnum():
            # Most are the name of an element; a whole search of a large page takes a tenth of a second.
            # Parts of a drawing have titles of their own.
            return [e for path, e in self.elements if e.name == selector and (selector != "title" or "svg" not in path)]
        return self.tree.query(selector)

    def one(self, selector):
        found = self.select(selector)
        assert len(found) == 1, f"{self.address}: {len(found)} of {selector}"
        return found[0]

    @property
    def links(self):
        return [element.attrs["href"] for element in self.select("a[href]")]

    def is_read_as_written(self):
        written = Written(self.text)
        yield from written.faults
        read = [tuple(name.lower() for name in path) for path, _ in self.elements]
        for was, became in zip_longest(written.paths, read, fillvalue=()):
            if was != became:
                yield f"written as {'/'.join(was)}, read as {'/'.join(became)}"
                return

    def has_unique_ids(self):
        yield from (f"id {name!r} occurs {count} times" for name, count in self.ids.items() if count > 1)

    def names_what_is_there(self):
        for _, element in self.elements:
            for attribute in REFERENCES:
                for name in (element.attrs.get(attribute) or "").split():
                    if name not in self.ids:
                        yield f"<{element.name} {attribute}> names {name!r}, which is not there"
            address, _, fragment = (element.attrs.get("href") or "").partition("#")
            if element.name == "a" and fragment and address in ("", self.address) and fragment not in self.ids:
                yield f"the link to #{fragment} leads nowhere"
            if element.name == "a" and element.attrs.get("href") in ("", "#", None):
                yield f"a link without an address: {words(element)!r}"

    def labels_its_controls(self):
        labelled = {label.attrs.get("for") for label in self.select("label") if words(label)}
        for path, element in self.elements:
            kind = element.attrs.get("type")
            if element.name in ("select", "textarea", "input") and kind not in ("hidden", "submit"):
                label = path.count("label") and words(around(element, "label"))
                if not (label or element.attrs.get("id") in labelled or is_named(element)):
                    yield f"a control without a label: {element.attrs}"
            elif element.name in ("button", "summary") and not (words(element) or is_named(element)):
                yield f"a {element.name} without words: {element.attrs}"

    def keeps_script_and_style_out(self):
        for _, element in self.elements:
            if element.name == "style" or "style" in element.attrs:
                yield f"style inside <{element.name}>"
            yield from (f"{name} on <{element.name}>" for name in element.attrs if name.startswith("on"))
            is_data = element.attrs.get("type") == "application/ld+json"
            if element.name == "script" and not is_data and ("src" not in element.attrs or words(element)):
                yield "a script inside the page"
            if (element.attrs.get("href") or "").lower().startswith("javascript:"):
                yield "a link that is a script"

    def has_words_in_links(self):
        for element in self.select("a"):
            if words(element) or is_named(element):
                continue
            if not any(picture.attrs.get("alt") for picture in element.query("img")):
                yield f"a link without words: {element.attrs.get('href')}"

    def describes_its_images(self):
        yield from (f"no alt: {element.attrs}" for element in self.select("img") if "alt" not in element.attrs)


class Fragment(Markup):
    """Part of a page, for htmx. It may name elements that only its page has."""

    is_fragment = True
    checks = tuple(check for check in Markup.checks if check not in ("names_what_is_there", "labels_its_controls"))


class Page(Markup):
    """A whole page."""

    checks = (*Markup.checks, "has_one_heading_like_its_title", "has_a_language", "sends_its_headers")

    @property
    def holds_token(self):
        """Whether whoever knows the address may do something by it."""
        return self.address.startswith(("/sign-in/link/", "/sign-in/email/", "/mail/stop/"))

    @property
    def title(self):
        """Without the word that a form with errors begins its title with."""
        return words(self.one("title")).removeprefix("Error: ")

    @property
    def heading(self):
        return words(self.one("h1"))

    def has_one_heading_like_its_title(self):
        if len(self.select("h1")) != 1 or len(self.select("title")) != 1:
            yield f"{len(self.select('h1'))} h1, {len(self.select('title'))} title"
            return
        # On the list of projects the title repeats the sentence that says what was found.
        beginnings = [self.heading, *(words(sentence) for sentence in self.select("#sentence"))]
        if not any(is_beginning(beginning, self.title) for beginning in beginnings):
            yield f"the title {self.title!r} begins neither like {' nor like '.join(map(repr, beginnings))}"

    def has_a_language(self):
        if not re.fullmatch(r"[a-z]{2}", self.one("html").attrs.get("lang") or ""):
            yield "no language on <html>"

    def sends_its_headers(self):
        headers = self.response.headers
        policy = headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "script-src 'self'" not in policy or "unsafe" in policy:
            yield f"the content security policy is {policy!r}"
        if "frame-ancestors 'none'" not in policy or "form-action 'self'" not in policy:
            yield f"the content security policy is {policy!r}"
        # A page whose address is a secret tells the next one only where the site is.
        told = {**HEADERS, **({"Referrer-Policy": "strict-origin"} if self.holds_token else {})}
        yield from (f"{name} is {headers.get(name)!r}" for name, value in told.items() if headers.get(name) != value)
        if "Cache-Control" not in headers or "Permissions-Policy" not in headers:
            yield "no Cache-Control or no Permissions-Policy"


def is_named(element):
    return bool((element.attrs.get("aria-label") or element.attrs.get("aria-labelledby") or "").strip())


def is_beginning(beginning, title):
    """True if a title starts with these words, or with the first of them and an ellipsis."""
    start, cut, _ = title.partition("…")
    return bool(beginning) and (title.startswith(beginning) or (bool(cut) and beginning.startswith(start)))


def around(element, name):
    while element is not None and element.name != name:
        element = element.parent
    return element
