"""A message that a catalogue lacks is marked as English in a page, and is plain text everywhere else."""

import json

import pytest
from markupsafe import Markup, escape

from portal.i18n import catalogues, untranslated
from portal.i18n.current import using
from portal.i18n.untranslated import Untranslated, marked, resolve, resolve_part
from portal.text import cleaning

SPAN = '<span lang="en">{}</span>'


def page(text):
    return resolve(text.encode()).decode()


def test_text_gets_an_element():
    text = escape(Untranslated("Save <all> & go"))
    assert page(f"<p>{text}</p>") == f"<p>{SPAN.format('Save &lt;all&gt; &amp; go')}</p>"
    assert page(f"<p>{marked('See <b>this</b>')}</p>") == f"<p>{SPAN.format('See <b>this</b>')}</p>"


@pytest.mark.parametrize(
    "around",
    ["<a title='{}'>x</a>", "<title>{} | Fund</title>", "<option value=1>5 {}</option>", "<textarea>{}</textarea>",
     "<script>say('{}')</script>", "<style>a{{content:'{}'}}</style>"],
)  # fmt: skip
def test_where_no_element_can_stand_the_text_stands_alone(around):
    assert page(around.format(escape(Untranslated("Save")))) == around.format("Save")


@pytest.mark.parametrize("name", ["option", "text"])
def test_an_element_of_text_alone_says_so_itself(name):
    text = escape(Untranslated("Save & go"))
    assert page(f'<{name} x="1">{text}</{name}>') == f'<{name} x="1" lang="en">Save &amp; go</{name}>'


def test_several_on_one_page_are_told_apart():
    text = f"<title>{marked('A')}</title><p>{marked('B')} and {marked('C')}</p><img alt='{marked('D')}'>"
    assert page(text) == f"<title>A</title><p>{SPAN.format('B')} and {SPAN.format('C')}</p><img alt='D'>"


A, B = marked("A"), marked("B <b>b</b>")
PARTS = [
    f"<li>{A} and {B}</li>", f"<img alt='{A}'><p>{B}</p>", f"{A}", f"{A}<p>{B}</p>", f"x' alt='{A}'><i>{B}</i>",
    f"<option value='1'>{A}</option>", f"<option>1 {A}</option>", f"<title>{A} | Fund</title>", f"</p>{A}<p>{B}",
    f"<script>say('{A}')</script>{B}", f"<svg><text x='1'>{A}</text></svg>{B}", "<p>plain</p>", "",
]  # fmt: skip


@pytest.mark.parametrize(
    "around", ["<p>{}</p>", "<option value='2'>{}</option>", "<title>{}</title>", "<a title='{}'>"]
)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_resolved_before_makes_the_same_page(part, around):
    assert page(around.format(resolve_part(part))) == page(around.format(part))


def test_what_a_part_decides_by_itself_is_resolved_in_it():
    assert resolve_part(f"<li>{A}</li><img alt='{A}'>") == f"<li>{SPAN.format('A')}</li><img alt='A'>"
    assert resolve_part(f"{A}<option>{A}</option>") == f"{A}<option>{A}</option>"


def test_a_page_without_any_stays_as_it_is():
    body = "<p>Où ? Ñandú</p>".encode()
    assert resolve(body) == body
    assert resolve(b"<p>plain</p>") == b"<p>plain</p>"


def test_elsewhere_it_is_its_text():
    text = Untranslated("Save")
    assert (f"{text}!", text + "d", json.dumps([text]), text == "Save") == ("Save!", "Saved", '["Save"]', True)
    assert Markup("<b>%s</b>") % "x" == "<b>x</b>"


@pytest.mark.parametrize("code", ["fr", "es"])
def test_a_message_of_no_catalogue_comes_out_in_english(code):
    with using(code):
        found = catalogues.gettext("No catalogue has %(what)s.", what="this")
        many = catalogues.ngettext("%(num)s such thing", "%(num)s such things", 3)
    assert (found, type(found)) == ("No catalogue has this.", Untranslated)
    assert (many, type(many)) == ("3 such things", Untranslated)


def test_english_lacks_nothing():
    assert type(catalogues.gettext("No catalogue has %(what)s.", what="this")) is str


def test_marks_are_characters_that_no_record_has():
    assert cleaning.clean_line(f"a{untranslated._START}b{untranslated._END}c") in ("abc", "a b c")
