"""Text inside XML: read back by a parser as it was, but for what XML cannot hold."""

import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portal.text.xml_text import xml_attribute, xml_element, xml_text

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"))


def held(text):
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


@given(TEXTS)
def test_a_text_is_read_back(text):
    assert (etree.fromstring(f"<a>{xml_text(text)}</a>").text or "") == held(text)


@given(TEXTS)
def test_an_attribute_is_read_back(text):
    assert etree.fromstring(f"<a b={xml_attribute(text)}/>").get("b") == held(text)


def test_an_element_leaves_out_attributes_without_a_value():
    assert xml_element("a", "x & y", {"b": "", "c": "1"}) == '<a c="1">x &amp; y</a>'
    assert xml_element("a", "") == "<a/>"
