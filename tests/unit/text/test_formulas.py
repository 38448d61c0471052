"""Text that a spreadsheet would run as a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.text.formulas import escape_formula, unescape_formula

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("start", STARTS)
def test_text_that_would_run_gets_an_apostrophe(start):
    assert escape_formula(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("start", ["\t", " ", "\u00a0", "'", "''"])
def test_text_that_would_run_once_it_is_trimmed_gets_an_apostrophe(start):
    assert escape_formula(f"{start}=1+1") == f"'{start}=1+1"


@pytest.mark.parametrize("text", ["", "Labour", "’s-Hertogenbosch", "'s-Hertogenbosch", "1-2", "a=b", "LM.0024"])
def test_other_text_stays_as_it_is(text):
    assert escape_formula(text) == unescape_formula(text) == text


@given(st.text() | st.text(alphabet="=+-@'＝\t\r\n a", max_size=6))
def test_escaping_loses_nothing(text):
    escaped = escape_formula(text)
    assert unescape_formula(escaped) == text
    assert not escaped.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
