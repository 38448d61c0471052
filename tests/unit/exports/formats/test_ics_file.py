"""iCalendar: read back by a library; whole days alone, and lines as the RFC wants them."""

from datetime import date, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exports.formats.ics_file import fold
from tests.factories import import_rows
from tests.loops import not_empty

ADDRESSES = ("/projects.ics", "/projects.ics?q=zzzz", "/projects/LM.0001.ics", "/projects/LM.0003.ics")


def calendar(body):
    return icalendar.Calendar.from_ical(body)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_calendar_is_read_without_a_fault(odd_records, file_at, address):
    parts = calendar(file_at(address)).walk()
    assert [part.errors for part in parts if part.errors] == []
    # A calendar must hold something (RFC 5545, 3.6), so one without events holds its note.
    assert len(parts) > 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_part_has_an_id_and_a_stamp(odd_records, file_at, address):
    parts = calendar(file_at(address)).walk()[1:]
    assert len({part["UID"] for part in not_empty(parts)}) == len(parts)
    assert [part for part in parts if "DTSTAMP" not in part] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_lines_are_short_and_end_as_they_must(odd_records, file_at, address):
    body = file_at(address)
    assert body.endswith(b"\r\n")
    lines = body.split(b"\r\n")
    assert [line for line in lines if len(line) > 75 or b"\n" in line or b"\r" in line] == []


def test_whole_days_are_events_and_nothing_else_is(odd_records, file_at):
    events = calendar(file_at("/projects.ics?sort=title")).walk("VEVENT")
    assert [(event["UID"], event.decoded("DTSTART")) for event in events] == [
        ("lm.0002-end@127.0.0.1", date(2010, 2, 28)),
        ("lm.0001-start@127.0.0.1", date(2008, 5, 31)),
    ]


def test_an_event_takes_its_whole_day(odd_records, file_at):
    for event in not_empty(calendar(file_at("/projects.ics")).walk("VEVENT")):
        assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
        assert event["DTSTART"].params["VALUE"] == "DATE"


def test_dates_that_are_no_day_are_counted_in_the_note(odd_records, file_at):
    (note,) = calendar(file_at("/projects.ics")).walk("VJOURNAL")
    assert note["DESCRIPTION"] == (
        "4 projects: 1 starts and 1 ends with a day. 1 dates that are known by year or month only are left out."
    )


def test_an_event_says_what_the_record_says(odd_records, file_at):
    event = calendar(file_at("/projects/LM.0001.ics")).walk("VEVENT")[0]
    assert event["SUMMARY"] == "Starts: Days & <months>"
    assert event["LOCATION"] == "Fiji, Kenya, Kosovo (UNSCR 1244)"
    assert event["URL"] == "http://127.0.0.1:8000/projects/LM.0001"
    assert "Budget: USD 64,240.50\n" in event["DESCRIPTION"]
    assert "Two paragraphs; one, two." in event["DESCRIPTION"]


def test_the_calendar_has_a_name_and_says_what_it_leaves_out(odd_records, file_at):
    head = calendar(file_at("/projects.ics?country=UGA"))
    assert head["X-WR-CALNAME"] == head["NAME"] == "Projects benefiting Uganda | IOM Development Fund"
    assert "known by year or month only are left out" in head["X-WR-CALDESC"]


@given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",)), max_size=300))
def test_folding_loses_nothing_and_splits_no_character(text):
    folded = fold(f"SUMMARY:{text}")
    assert folded.decode().replace("\r\n ", "") == f"SUMMARY:{text}\r\n"
    assert max(len(line) for line in folded.split(b"\r\n")) <= 75
    assert [line for line in folded.split(b"\r\n") if line.decode(errors="ignore").encode() != line] == []


def test_a_new_projects_id_makes_no_new_event(session, file_at):
    dated = {"title": "A title", "start_date": "2008-05-31"}
    import_rows(session, [dated])
    (before,) = calendar(file_at("/projects.ics")).walk("VEVENT")
    import_rows(session, [dated | {"project_id": "LM.0001"}])
    (after,) = calendar(file_at("/projects.ics")).walk("VEVENT")
    assert after["UID"] == before["UID"]
    assert after["URL"] != before["URL"]
