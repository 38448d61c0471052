"""What XML may not do: each limit is tried with harmless content, a little beyond it."""

import io

import pytest

from portal.errors import UnreadableFile
from portal.services.imports.readers import xml_guard
from portal.services.imports.readers.xml_guard import GuardedXml


class Heard:
    """Writes down what it is told."""

    def __init__(self):
        self.said = []

    def start(self, name, attributes, depth):
        self.said.append((depth, name, dict(attributes)))

    def text(self, text):
        self.said.append(text)

    def end(self, depth):
        self.said.append(-depth)

    def declare_namespace(self, address):
        self.said.append(f"namespace {address}")


def heard(content):
    listener = Heard()
    for _ in GuardedXml(io.BytesIO(content), "in.xml", listener).pieces():
        pass
    return listener.said


def refusal(content):
    with pytest.raises(UnreadableFile) as caught:
        heard(content)
    return str(caught.value)


def test_elements_are_told_in_their_order_with_their_depth():
    said = heard(b'<a x="1"><b>text &amp; more</b><c:d xmlns:c="urn:n"/><!-- no --></a>')
    assert said == [
        (1, "a", {"x": "1"}), (2, "b", {}), "text & more", -2, "namespace urn:n", (2, "urn:n d", {}), -2, -1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "document_type",
    [
        b"<!DOCTYPE a>",
        b'<!DOCTYPE a SYSTEM "a.dtd">',
        b'<!DOCTYPE a PUBLIC "-//x//y" "https://example.org/a.dtd">',
        b"<!DOCTYPE a [<!ELEMENT a ANY>]>",
        b'<!DOCTYPE a [<!ENTITY word "one word">]>',
        b'<!DOCTYPE a [<!ENTITY % part "x">]>',
    ],
)
def test_a_document_type_is_refused_before_anything_of_it_is_read(document_type):
    said = refusal(b'<?xml version="1.0"?>\n' + document_type + b"<a>&word;</a>")
    assert said.startswith("in.xml: line 2: the file has a document type (DOCTYPE)")


def test_an_entity_that_nobody_declared_is_an_error():
    assert "the XML is damaged (undefined entity)" in refusal(b"<a>&word;</a>")


def test_depth_is_bounded():
    most = xml_guard.MAX_DEPTH
    assert len(heard(b"<a>" * most + b"</a>" * most)) == 2 * most
    assert "nested more than 32 deep" in refusal(b"<a>" * (most + 1) + b"</a>" * (most + 1))


def test_the_number_of_attributes_is_bounded():
    def element(count):
        return b"<a " + b" ".join(b'a%d="1"' % number for number in range(count)) + b"/>"

    assert len(heard(element(xml_guard.MAX_ATTRIBUTES))) == 2
    assert "more than 64 attributes" in refusal(element(xml_guard.MAX_ATTRIBUTES + 1))


def test_the_length_of_attributes_is_bounded():
    assert len(heard(b'<a x="%s"/>' % (b"y" * xml_guard.MAX_ATTRIBUTES_LENGTH))) == 2
    assert "attributes of more than 50,000 characters" in refusal(
        b'<a x="%s"/>' % (b"y" * (xml_guard.MAX_ATTRIBUTES_LENGTH + 1))
    )


@pytest.mark.parametrize("start", [b'<a x="', b"<!-- ", b"<?note ", b"<"])
def test_what_expat_holds_as_a_whole_is_bounded(start):
    said = refusal(b"<r>" + start + b"y" * (xml_guard.MAX_TOKEN_BYTES + 200_000))
    assert "a tag or comment is longer than 500,000 bytes" in said


def test_a_long_text_is_told_in_pieces():
    said = heard(b"<a>" + b"y" * 2_000_000 + b"</a>")
    texts = [text for text in said if isinstance(text, str)]
    assert sum(map(len, texts)) == 2_000_000
    assert max(map(len, texts)) < 200_000


@pytest.mark.parametrize("encoding", ["UTF-8", "iso-8859-1", "windows-1252", "US-ASCII"])
def test_usual_encodings_are_read(encoding):
    text = "é" if encoding != "US-ASCII" else "e"
    said = heard(f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'.encode(encoding))
    assert said[1] == text


@pytest.mark.parametrize("encoding", ["UTF-7", "cp037", "utf-32", "shift_jis", "x" * 100])
def test_other_encodings_are_refused(encoding):
    assert "is not read; write the file in UTF-8" in refusal(
        f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()
    )


def test_bytes_that_do_not_match_the_encoding_are_refused():
    assert "the XML is damaged (not well-formed" in refusal(b'<?xml version="1.0" encoding="UTF-8"?><a>\xe9</a>')


def test_another_version_of_xml_is_refused():
    assert "XML 1.1" in refusal(b'<?xml version="1.1"?><a/>')


@pytest.mark.parametrize("content", [b"", b"<a>", b"<a></b>", b"<a/><a/>", b"no xml", b"<a>\0</a>"])
def test_damaged_xml_is_refused_with_its_line(content):
    assert refusal(content).startswith("in.xml: line 1: the XML is damaged (")


def test_instructions_and_inclusions_are_not_followed():
    said = heard(
        b'<?xml-stylesheet href="https://example.org/a.xsl"?>'
        b'<a><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="other.xml"/></a>'
    )
    assert [part for part in said if isinstance(part, tuple)] == [
        (1, "a", {}),
        (2, "http://www.w3.org/2001/XInclude include", {"href": "other.xml"}),
    ]
