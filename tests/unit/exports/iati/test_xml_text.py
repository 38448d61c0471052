import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portal.exports.iati.xml_text import attribute, content, has_forbidden_characters, narrative


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1a", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_forbids_are_removed(character):
    assert content(f"a{character}b") == "ab"


def test_a_text_with_a_forbidden_character_is_told_from_others():
    assert [has_forbidden_characters(text) for text in ("a\x1ab", "a\tb\nc\x85")] == [True, False]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_ends_are_line_feeds(ending):
    assert content(f"a{ending}b") == "a\nb"


def test_a_language_that_is_not_stated_is_left_out():
    assert narrative("Eau & santé") == "<narrative>Eau &amp; santé</narrative>"


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
