import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portal.text.xml_text import attribute, content, element, has_forbidden_characters


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1a", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_forbids_are_removed(character):
    assert content(f"a{character}b") == "ab"


def test_a_text_with_a_forbidden_character_is_told_from_others():
    assert [has_forbidden_characters(text) for text in ("a\x1ab", "a\tb\nc\x85")] == [True, False]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_ends_are_line_feeds(ending):
    assert content(f"a{ending}b") == "a\nb"


@given(st.text())
def test_any_text_is_read_back_without_what_xml_forbids(text):
    kept = "".join(character for character in text if not has_forbidden_characters(character))
    expected = kept.replace("\r\n", "\n").replace("\r", "\n")
    assert (etree.fromstring(f"<a>{content(text)}</a>").text or "") == expected


@given(st.text())
def test_any_attribute_is_read_back_without_what_xml_forbids(text):
    kept = "".join(character for character in text if not has_forbidden_characters(character))
    expected = kept.replace("\r\n", "\n").replace("\r", "\n")
    assert etree.fromstring(f'<a b="{attribute(text)}"/>').get("b") == expected


def test_an_element_leaves_out_attributes_without_a_value():
    assert element("a", "x & y", {"b": "", "c": "1"}) == '<a c="1">x &amp; y</a>'


def test_an_element_without_a_text_is_empty():
    assert element("a", "", {"b": "<"}) == '<a b="&lt;"/>'
