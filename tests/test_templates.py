"""The templates: all compile, none holds script or style, every word in them can be translated."""

import re

import pytest

from portal.config import ROOT

TEMPLATES = ROOT / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))

TAG = re.compile(r"<[^>]*>", re.DOTALL)
NOT_TEXT = re.compile(r"<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|aria-description|alt|title|placeholder|label|content)="([^"]*)"')
ATTRIBUTE = re.compile(r'[\w:-]+="[^"]*"')
ENTITY = re.compile(r"&#?\w+;")
WORD = re.compile(r"\b(?!UTC\b)[^\W\d_]{2,}")  # UTC is the same in every language
SENTENCE = re.compile(r"""["']\s*[A-Z][a-z]""")
# What `content` holds in <meta> without being words.
SILENT_CONTENT = re.compile(r"^(width=|light dark|dark light|noindex|index|follow|website|article|summary|no-referrer)")

FORBIDDEN = {
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an event attribute of htmx": re.compile(r"\shx-on\b", re.IGNORECASE),
    "a script": re.compile(r'<script\b(?![^>]*\bsrc=)(?![^>]*type="application/ld\+json")', re.IGNORECASE),
    "a link that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false"),
}


def source(name):
    return (TEMPLATES / name).read_text(encoding="utf-8")


def untranslated(tokens):
    """The text of a template outside expressions, comments and {% trans %}, each of those as one mark."""
    parts, in_trans, tag = [], False, None
    for _, kind, value in tokens:
        if kind == "data" and not in_trans:
            parts.append(value)
        elif kind == "variable_begin":
            parts.append("\ufffc")
        elif kind == "block_begin":
            tag = ""
        elif kind == "name" and tag == "":
            tag = value
            if tag in ("trans", "endtrans"):
                in_trans = tag == "trans"
                parts.append("\ufffc")
    return "".join(parts)


def bare_literals(tokens):
    """Strings in expressions that read like words (a capital, then small letters), but for those of `_` and `pgettext`.

    What is handed to `q` is searched for, not shown.
    """
    before = [""] * 4
    for _, kind, value in tokens:
        is_message = before[2:] in (["_", "("], ["q", "="]) or before[:2] == ["pgettext", "("]
        if kind == "string" and SENTENCE.match(value) and not is_message:
            yield value
        if kind != "whitespace":
            before = [*before[1:], value]


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name, app):
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_template_holds_no_script_and_no_style(name):
    text = source(name)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_control_cuts_what_is_pasted(name):
    """A text that is too long is refused in words, with the text in its field."""
    assert "maxlength" not in source(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_can_be_translated(name, app):
    text = NOT_TEXT.sub("", untranslated(app.jinja_env.lex(source(name))))
    spoken = [value for value in SPOKEN_ATTRIBUTE.findall(text) if not SILENT_CONTENT.match(value)]
    visible = ENTITY.sub(" ", " ".join([ATTRIBUTE.sub(" ", TAG.sub(" ", text)), *spoken]))
    assert WORD.findall(visible) == []
    assert list(bare_literals(app.jinja_env.lex(source(name)))) == []
