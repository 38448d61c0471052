"""Notes and reasons: cleaned, and refused when they are too long."""

import pytest

from portal.errors import ValidationFailed
from portal.services.editorial.entered_text import MAX_NOTE_LENGTH, MAX_REASON_LENGTH, clean_note, clean_reasons


def refused(call, value):
    with pytest.raises(ValidationFailed) as caught:
        call(value)
    return [(error.field, error.reason, error.advice) for error in caught.value.errors]


def test_a_note_is_cleaned_before_it_is_measured():
    assert clean_note("One\u200b.\r\n\r\nTwo. ") == "One.\n\nTwo."
    assert clean_note("x" * MAX_NOTE_LENGTH + "  ") == "x" * MAX_NOTE_LENGTH


def test_a_note_that_is_too_long_is_refused():
    assert refused(clean_note, "x" * (MAX_NOTE_LENGTH + 1)) == [
        ("note", "The note has 2,001 characters; the limit is 2,000.", "Shorten it, then try again.")
    ]


def test_every_reason_that_is_too_long_is_named_by_its_field():
    long = "x" * (MAX_REASON_LENGTH + 1)
    said = ("The reason has 2,001 characters; the limit is 2,000.", "Shorten it, then try again.")
    assert refused(clean_reasons, {"title": long, "year": "x", "end": long}) == [("title", *said), ("end", *said)]
    assert clean_reasons({"title": "x  ", "end": "x" * MAX_REASON_LENGTH}) == {
        "title": "x",
        "end": "x" * MAX_REASON_LENGTH,
    }
