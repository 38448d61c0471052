"""Cursors: what is written is read, and nothing else is."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.query.cursor import MAX_TITLE_LENGTH, Cursor, InvalidCursor
from portal.vocabulary.facets import MAX_BUDGET

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
# The Projects ID and the slug; a cursor has one of them, or neither.
KEYS = st.tuples(st.text(TEXT, max_size=200), st.booleans()).map(lambda key: (key[0], "") if key[1] else ("", key[0]))
CURSORS = st.builds(
    lambda *values: Cursor(*values[:-1], *values[-1]),
    st.integers(1, 2**31 - 1),
    st.integers(0, 9_999),
    st.integers(0, 9_999),
    st.integers(-1, MAX_BUDGET * 100),
    st.integers(-1, 9),
    st.text(TEXT, max_size=MAX_TITLE_LENGTH),
    KEYS,
)


def token(*values):
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


@given(CURSORS)
def test_a_cursor_survives_a_round_trip(cursor):
    assert Cursor.parse(str(cursor)) == cursor


@given(CURSORS)
def test_a_token_needs_no_escape_in_an_address(cursor):
    assert set(str(cursor)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(str(cursor)) < 3_000


def test_the_longest_token_is_read():
    longest = Cursor(2**31 - 1, 9_999, 9_999, MAX_BUDGET * 100, 9, "\1" * MAX_TITLE_LENGTH, "\1" * 200)
    assert Cursor.parse(str(longest)) == longest


VALID = Cursor(1, 2008, 2008, 5, -1, "a", "LM.1")


@pytest.mark.parametrize(
    "forged",
    [
        "", "x", "%", "A" * 5_000, "é", "WzFd",
        token(), token(1), token(*VALID[:5]), token(*VALID[:7]), token(*VALID, ""), f"{VALID}=", f"{VALID}\n",
    ],
)  # fmt: skip
def test_a_forged_token_is_refused(forged):
    assert Cursor.parse(str(VALID)) == VALID
    with pytest.raises(InvalidCursor):
        Cursor.parse(forged)


@pytest.mark.parametrize(
    "change",
    [
        {"project_id": 0}, {"project_id": 2**31}, {"project_id": True}, {"project_id": 1.0}, {"project_id": "1"},
        {"known_year": -1}, {"start_year": 10_000}, {"budget": -2}, {"budget": MAX_BUDGET * 100 + 1}, {"tier": 10},
        {"title": None}, {"title": "a" * 121}, {"title": "a\0"},
        {"reference": None}, {"reference": "a" * 201}, {"reference": "a\0"},
        {"reference": "", "slug": "a" * 201}, {"slug": "a"},
    ],
)  # fmt: skip
def test_a_value_that_no_project_has_is_refused(change):
    with pytest.raises(InvalidCursor):
        Cursor.parse(str(VALID._replace(**change)))
