"""The page /_components shows every macro and every variant of a component, and exists in development only."""

import re
from pathlib import Path

import jinja2.runtime
import pytest
from jinja2 import nodes

from portal.app import create_app
from portal.config import ROOT, Settings
from tests.pages import words

MACROS = ROOT / "templates" / "macros"
CSS = ROOT / "static" / "css"
COMPONENTS = ("badge", "button", "chip", "notice")
# A component, then a class that changes it: `.badge { … &.active {` or `.button.danger {`.
NESTED = re.compile(r"^  \.(\w+) \{\n(.*?)^  \}", re.MULTILINE | re.DOTALL)
VARIANT = re.compile(r"^    &\.([\w-]+)\b", re.MULTILINE)
JOINED = re.compile(r"^  \.(\w+)\.([\w-]+) \{", re.MULTILINE)


@pytest.fixture
def macros(app):
    """The (file, name) of every macro that exists."""
    found = set()
    for path in MACROS.glob("*.html"):
        tree = app.jinja_env.parse(path.read_text(encoding="utf-8"))
        found |= {(path.name, macro.name) for macro in tree.find_all(nodes.Macro)}
    assert len(found) > 30
    return found


@pytest.fixture
def called(monkeypatch):
    """The (file, name) of every macro that is called, in the order of the calls."""
    calls = []
    invoke = jinja2.runtime.Macro._invoke

    def record(macro, arguments, autoescape):
        calls.append((Path(macro._func.__code__.co_filename).name, macro.name))
        return invoke(macro, arguments, autoescape)

    monkeypatch.setattr(jinja2.runtime.Macro, "_invoke", record)
    return calls


def test_every_macro_is_shown(visit, macros, called):
    visit("/_components")
    assert macros - set(called) == set()


def test_every_variant_of_a_component_is_shown(visit):
    page = visit("/_components")
    variants = set()
    for path in CSS.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        for component, body in NESTED.findall(text):
            variants |= {(component, variant) for variant in VARIANT.findall(body)}
        variants |= set(JOINED.findall(text))
    wanted = {(component, variant) for component, variant in variants if component in COMPONENTS}
    assert len(wanted) > 10
    assert [names for names in sorted(wanted) if not page.select("." + ".".join(names))] == []


def test_a_form_is_shown_with_and_without_errors(visit):
    page = visit("/_components")
    assert "Error: Enter the year of allocation." in [words(error) for error in page.select(".error")]
    assert len(page.select("form .field:not(.invalid)")) > 8


def test_production_has_no_such_page():
    settings = Settings(
        database_url="sqlite://", secret_key="x" * 32, is_production=True, public_url="https://projects.example.org"
    )
    production = create_app(settings)
    assert [rule.rule for rule in production.url_map.iter_rules() if "components" in rule.rule] == []
    assert "components" not in production.blueprints
