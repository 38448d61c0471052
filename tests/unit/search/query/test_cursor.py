"""Cursors: what is written is read, and nothing else is."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.query.cursor import MAX_TITLE_LENGTH, Cursor, InvalidCursor
from portal.vocabulary.facets import MAX_BUDGET

CURSORS = st.builds(
    Cursor,
    st.integers(1, 2**31 - 1),
    st.integers(0, 9_999),
    st.integers(0, 9_999),
    st.integers(-1, MAX_BUDGET * 100),
    st.integers(-1, 9),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=MAX_TITLE_LENGTH),
)


def token(*values):
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


@given(CURSORS)
def test_a_cursor_survives_a_round_trip(cursor):
    assert Cursor.parse(str(cursor)) == cursor


@given(CURSORS)
def test_a_token_needs_no_escape_in_an_address(cursor):
    assert set(str(cursor)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(str(cursor)) < 1_200


@pytest.mark.parametrize(
    "forged",
    [
        "", "x", "%", "A" * 5_000, "é", "WzFd",
        token(), token(1), token(1, 2008, 2008, 5, -1), token(1, 2008, 2008, 5, -1, "a", "b"),
        token(0, 2008, 2008, 5, -1, "a"), token(2**31, 2008, 2008, 5, -1, "a"), token(1, -1, 2008, 5, -1, "a"),
        token(1, 2008, 10_000, 5, -1, "a"), token(1, 2008, 2008, -2, -1, "a"), token(1, 2008, 2008, 5, 10, "a"),
        token(True, 2008, 2008, 5, -1, "a"), token(1.0, 2008, 2008, 5, -1, "a"), token("1", 2008, 2008, 5, -1, "a"),
        token(1, 2008, 2008, 5, -1, None), token(1, 2008, 2008, 5, -1, "a" * 121), token(1, 2008, 2008, 5, -1, "a\0"),
        token(1, 2008, 2008, 5, -1, "a") + "=", token(1, 2008, 2008, 5, -1, "a") + "\n",
    ],
)  # fmt: skip
def test_a_forged_token_is_refused(forged):
    with pytest.raises(InvalidCursor):
        Cursor.parse(forged)
