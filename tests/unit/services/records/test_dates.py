"""Dates: what is certain is read, whatever was written around it."""

import pytest

from portal.services.records.dates import NotADate, read_partial_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2008", "2008"),
        ("2008-05", "2008-05"),
        ("2008-05-31", "2008-05-31"),
        ("2008–05", "2008-05"),
        ("2008‑05‑31", "2008-05-31"),
        ("2008−05−31", "2008-05-31"),
        ("2008-05-31 13:00", "2008-05-31"),
        ("2008-05-31 00:00:00", "2008-05-31"),
        ("2008-05-31T00:00:00Z", "2008-05-31"),
        ("2008-05-31T23:30:00.123+05:30", "2008-05-31"),
    ],
)
def test_a_date_is_read(text, date):
    assert str(read_partial_date(text).value) == date


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("2008-05-31", ""),
        ("2008-05-31 00:00:00", ""),
        ("2008-05-31 13:00", "The time of day was left out: 2008-05-31."),
        ("2008–05", "Dashes were read as hyphens."),
    ],
)
def test_a_repair_is_said(text, repair):
    assert read_partial_date(text).repair == repair


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9999-12-31", "The year is not between 1900 and 2199"),
        ("0001-01-01", "The year is not between 1900 and 2199"),
        ("2008-13", "This is not a date"),
        ("2008-02-30", "This is not a date"),
        ("31/05/2008", "This is not a date"),
        ("May 2008", "This is not a date"),
        ("2008-05-31 at noon", "This is not a date"),
        (
            "1905-06-30",
            "The cell is formatted as a date, so the year 2008 that was typed into it became 1905-06-30",
        ),
    ],
)
def test_what_no_record_can_state_is_refused(text, words):
    with pytest.raises(NotADate, match=words):
        read_partial_date(text)
