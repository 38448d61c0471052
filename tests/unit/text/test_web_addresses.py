"""Addresses as URIs: escaped where they must be, left alone where they need not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc3987 import match

from portal.text.web_addresses import as_uri


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://iom.int/project/a-b_c~d?x=1&y=%C3%A9#z", "https://iom.int/project/a-b_c~d?x=1&y=%C3%A9#z"),
        ("https://iom.int/é/a b", "https://iom.int/%C3%A9/a%20b"),
        ("https://exämple.org/", "https://xn--exmple-cua.org/"),
        ("http://a.org/100%/[x]", "http://a.org/100%25/%5Bx%5D"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("ftp://a.org/", ""),
        ("iom.int/project", ""),
        ("https://", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_an_address_becomes_a_uri(text, uri):
    assert as_uri(text) == uri


@given(st.text())
def test_whatever_follows_the_host_the_result_is_a_uri(text):
    assert match(as_uri(f"https://example.org/{text}"), rule="URI")


@given(st.text())
def test_whatever_the_text_the_result_is_a_uri_or_nothing(text):
    uri = as_uri(f"http://{text}")
    assert uri == "" or match(uri, rule="URI")
