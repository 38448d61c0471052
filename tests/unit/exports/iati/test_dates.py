from datetime import date

import pytest

from portal.exports.iati.dates import Period, first_day, last_day
from portal.exports.iati.omissions import Reason
from tests.iati.records import activity_of, omitted, term


def dates(**changes):
    return {each.get("type"): each.get("iso-date") for each in activity_of(**changes).iterfind("activity-date")}


def note(**changes):
    return [each.findtext("narrative") for each in activity_of(**changes).iterfind("activity-date")]


@pytest.mark.parametrize(
    ("stated", "first", "last"),
    [
        ("2008", date(2008, 1, 1), date(2008, 12, 31)),
        ("2008-02", date(2008, 2, 1), date(2008, 2, 29)),
        ("2008-05-31", date(2008, 5, 31), date(2008, 5, 31)),
    ],
)
def test_a_partial_date_has_a_first_and_a_last_day(stated, first, last):
    assert (first_day(stated), last_day(stated)) == (first, last)


def test_a_completed_project_has_actual_dates():
    assert dates(start="2021-03-04", end="2023-05-06") == {"2": "2021-03-04", "4": "2023-05-06"}


def test_an_active_project_has_begun_and_will_end():
    assert dates(status=term("status", "active"), start="2025", end="2027") == {"2": "2025-01-01", "3": "2027-12-31"}


def test_a_start_in_the_future_is_a_plan():
    assert dates(status=term("status", "active"), start="2027", end="2028") == {"1": "2027-01-01", "3": "2028-12-31"}


def test_an_end_that_may_lie_in_the_future_is_a_plan():
    # Completed in 2026, and the state is of 28 November: the last day of the year has not come.
    assert dates(start="2025", end="2026") == {"2": "2025-01-01", "3": "2026-12-31"}


def test_a_year_is_said_to_be_all_that_is_known():
    assert note(start="2021", end="2023") == ["Only the year 2021 is known.", "Only the year 2023 is known."]


def test_a_month_is_said_to_be_all_that_is_known():
    assert note(start="2021-03", end="2023-05-06") == ["Only the month 2021-03 is known.", None]


def test_the_exact_dates_of_the_record_stand_at_the_end():
    own = activity_of(start="2021", end="2023-05")[-1]
    assert (own.get("start"), own.get("end")) == ("2021", "2023-05")


def test_an_end_before_the_start_is_left_out():
    assert dates(start="2021-06-01", end="2021-05-31") == {"2": "2021-06-01"}
    assert ("end_date", Reason.END_BEFORE_START) in omitted(start="2021-06-01", end="2021-05-31")


def test_a_project_without_a_start_is_reported():
    assert dates(start="") == {"4": "2023-12-31"}
    assert ("start_date", Reason.NO_START) in omitted(start="")


def test_a_project_without_an_end_has_one_date():
    assert dates(end="") == {"2": "2021-01-01"}


@pytest.mark.parametrize(
    ("start", "end", "is_short"),
    [
        ("2020-03-15", "2021-03-14", True),
        ("2020-03-15", "2021-03-15", True),
        ("2020-03-15", "2021-03-16", False),
        ("2020-02-29", "2021-02-28", True),
        ("2020-02-29", "2021-03-01", False),
        ("2020-01-02", "2020-01-01", False),
    ],
)
def test_a_period_of_a_year_is_told_from_a_longer_one(start, end, is_short):
    assert Period(first_day(start), last_day(end)).is_at_most_a_year is is_short


def test_a_period_without_an_end_is_of_no_known_length():
    assert not Period(date(2020, 1, 1), None).is_at_most_a_year
