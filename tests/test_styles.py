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
# What a value says of left and right: as a word, as a shift along the line, as the second and fourth of four lengths.
SIDE_WORD = re.compile(r"\b(left|right)\b")
SHIFTS = re.compile(r"(translate|(box-|text-|--)shadow.*)$")
UNSHIFTED = re.compile(r"(inset )?(0|none|var\(.*\))( |$)")
FOUR_SIDES = re.compile(r"(margin|padding|inset|border-(width|style|color)|scroll-margin|scroll-padding)$")
CORNERS = "border-radius"
# A line may say why it is about left and right all the same; a rule for pages from right to left is about nothing else.
REASONED = re.compile(r"^.*/\* physical: \w.*\*/$", re.MULTILINE)
AT_LAYER = re.compile(r"@layer ([a-z]+) \{")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?)\(", re.IGNORECASE)


def declarations(name, but=None):
    """Yield (the rules around it, property, value) of a style sheet, nested rules included, but no lines like `but`."""
    around, sheet = [], (CSS / name).read_text(encoding="utf-8")
    for text, end in PIECE.findall(NOT_STYLE.sub('""', but.sub("", sheet) if but else sheet)):
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


def lengths(text):
    """The parts of a value: "0 calc(1px + 2px) 3px" has three."""
    return re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "()", text).split()


def is_one_sided(key, value):
    """Whether a declaration is about left or right, which are other ends of the line in Arabic."""
    parts = lengths(value)
    return bool(
        ONE_SIDED.match(key)
        or (not key.startswith("--") and SIDE_WORD.search(value))
        or (FOUR_SIDES.match(key) and len(parts) == 4 and parts[1] != parts[3])
        or (key == CORNERS and len(parts) > 1)
        or (SHIFTS.match(key) and not UNSHIFTED.match(value))
    )


def is_about_one_direction(around):
    return any(":dir(" in rule for rule in around)


def place(around):
    """The selector that rules make together, without a direction."""
    return " ".join(" ".join(around).replace("&", "").replace(":dir(rtl)", "").split())


@pytest.mark.parametrize("name", NAMES)
def test_no_side_of_the_page_is_left_or_right(name):
    """Arabic runs the other way, so a side is start or end; or there is a rule for that way as well."""
    mirrored = {(place(around), key) for around, key, _ in declarations(name) if is_about_one_direction(around)}
    one_sided = [
        f"{key}: {value}"
        for around, key, value in declarations(name, but=REASONED)
        if is_one_sided(key, value) and not is_about_one_direction(around) and (place(around), key) not in mirrored
    ]
    assert one_sided == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("margin-left", "1px"),
        ("left", "0"),
        ("border-top-right-radius", "2px"),
        ("text-align", "right"),
        ("background", "linear-gradient(to left, red, blue)"),
        ("background-position", "right 1rem center"),
        ("padding", "0 0 0 calc(1px + (2px))"),
        ("border-radius", "2px 0 0 2px"),
        ("translate", "3px 0"),
        ("box-shadow", "inset 2px 0 red"),
    ],
)
def test_a_side_is_found_wherever_it_is_said(key, value):
    assert is_one_sided(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("margin", "1px 2px 3px 2px"),
        ("translate", "0 1px"),
        ("box-shadow", "inset 0 -2px red"),
        ("text-align", "start"),
    ],
)
def test_what_is_the_same_on_both_sides_is_not_taken_for_one(key, value):
    assert not is_one_sided(key, value)


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
