"""The style sheets: one place for colours, both writing directions, no force."""

import re

import pytest

from portal.config import ROOT
from portal.web.http.static_files import style_sheets

CSS = ROOT / "static" / "css"
NAMES = sorted(path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css"))

NOT_STYLE = re.compile(r'/\*.*?\*/|"[^"\n]*"|\'[^\'\n]*\'', re.DOTALL)
PIECE = re.compile(r"([^{};]*)([{};])")
ONE_SIDED = re.compile(
    r"(left|right|(margin|padding|border|scroll-margin|scroll-padding)-(left|right)(-[a-z]+)?"
    r"|border-(top|bottom)-(left|right)-radius)$"
)
SIDES = re.compile(r"(text-align|float|clear|caption-side)$")
AT_LAYER = re.compile(r"@layer ([a-z]+) \{")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?)\(", re.IGNORECASE)


def declarations(name):
    """Yield (the rules around it, property, value) of a style sheet, nested rules included."""
    around = []
    for text, end in PIECE.findall(NOT_STYLE.sub('""', (CSS / name).read_text(encoding="utf-8"))):
        key, colon, value = (part.strip() for part in text.partition(":"))
        if end != "{" and colon:
            yield tuple(around), key, value
        if end == "{":
            around.append(text.strip())
        elif end == "}":
            around.pop()
    assert around == []


def selectors(name):
    text = NOT_STYLE.sub('""', (CSS / name).read_text(encoding="utf-8"))
    return [piece.strip() for piece, end in PIECE.findall(text) if end == "{" and not piece.strip().startswith("@")]


def is_print(around):
    return any(rule.startswith("@media") and "print" in rule for rule in around)


def test_every_sheet_is_part_of_the_style_sheet():
    sent = {path.relative_to(CSS).as_posix() for path in style_sheets(ROOT / "static")}
    assert sent | {"layers.css"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_fills_the_layer_of_its_folder(name):
    layers = set(AT_LAYER.findall((CSS / name).read_text(encoding="utf-8")))
    assert name == "layers.css" or layers == {name.partition("/")[0]}


@pytest.mark.parametrize("name", NAMES)
def test_no_side_of_the_page_is_left_or_right(name):
    """Arabic runs the other way, so a side is start or end."""
    one_sided = [
        f"{key}: {value}"
        for _, key, value in declarations(name)
        if ONE_SIDED.match(key) or (SIDES.match(key) and value in ("left", "right"))
    ]
    assert one_sided == []


@pytest.mark.parametrize("name", [name for name in NAMES if "tokens" not in name])
def test_colours_come_from_the_tokens(name):
    assert [f"{key}: {value}" for _, key, value in declarations(name) if COLOUR.search(value)] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_forced_on_screen(name):
    forced = [
        f"{key}: {value}" for around, key, value in declarations(name) if "!important" in value and not is_print(around)
    ]
    assert forced == []


@pytest.mark.parametrize("name", NAMES)
def test_no_rule_aims_at_an_id(name):
    assert [selector for selector in selectors(name) if re.search(r"#[\w-]", selector)] == []
