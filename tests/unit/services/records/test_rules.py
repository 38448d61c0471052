"""The Fund's rules beside the form: each says its reason, and none says anything without cause."""

from datetime import date

import pytest

from portal.models import PartialDate
from portal.services.records import rules
from tests.factories import COMPLETE
from tests.loops import not_empty

TODAY = date(2024, 6, 1)


def fields(**changes):
    return {remark.field for remark in rules.check_rules(COMPLETE.replace(**changes), today=TODAY)}


def test_a_sound_draft_gets_no_remark():
    assert rules.check_rules(COMPLETE, today=TODAY) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end": "2020"}, "end"),
        ({"end": "2029"}, "end"),
        ({"coverage": "regional"}, "countries"),
        ({"countries": ("KEN", "UGA")}, "countries"),
        ({"status": "active"}, "status"),
        ({"end": "2025"}, "status"),
        ({"start": "2020-01"}, "start"),
        ({"budget": "39999.99"}, "budget"),
        ({"budget": "300000.01"}, "budget"),
        ({"year": "2019", "start": "2019", "budget": "200000.01"}, "budget"),
        ({"year": "2020", "start": "2020", "budget": "39999"}, "budget"),
        ({"funding_line": "Line 1"}, "budget"),
        ({"funding_line": "Line 2", "countries": ("FRA",)}, "countries"),
        ({"coverage": "regional", "countries": ("KEN", "UGA"), "other_countries": ("FRA", "DEU", "ITA")},
         "other_countries"),
        ({"region": "europe"}, "region"),
    ],
)  # fmt: skip
def test_a_remark_stands_beside_its_field(changes, field):
    assert field in fields(**changes)


@pytest.mark.parametrize("budget", ["40000", "300000.00", "", "lots", "NaN", "Infinity", "1e99999", "1e9999999999"])
def test_limits_are_inside_and_nonsense_is_left_to_the_form(budget):
    assert "budget" not in fields(budget=budget)


@pytest.mark.parametrize("value", ["", "soon", "2021-13", "20211"])
def test_what_is_missing_or_no_date_gets_no_remark(value):
    assert fields(start=value, end=value, year="", status="") == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end": "2026", "status": ""}, "end"),
        ({"end": "2021-03"}, "end"),
        ({"coverage": "regional", "countries": ("KEN", "UGA")}, "countries"),
        ({"coverage": "multi-regional", "countries": ("KEN", "KEN", "UGA")}, "countries"),
        ({"coverage": "regional", "countries": ()}, "countries"),
        ({"status": "active", "end": "2024-06"}, "status"),
        ({"end": "2024-06-01"}, "status"),
        ({"start": "2021-01"}, "start"),
        ({"year": "2019", "start": "2019", "budget": "200000"}, "budget"),
        ({"year": "2019", "start": "2019", "budget": "39999"}, "budget"),
        ({"funding_line": "Line 1", "budget": "100000"}, "budget"),
        ({"funding_line": "Line 12", "budget": "150000"}, "budget"),
        ({"funding_line": "Line 2", "countries": ("KEN",)}, "countries"),
        ({"coverage": "regional", "countries": ("KEN", "UGA"), "other_countries": ("FRA",)}, "other_countries"),
        ({"coverage": "regional", "countries": ("KEN", "UGA"), "other_countries": ()}, "other_countries"),
        ({"region": "unheard-of"}, "region"),
        ({"region": "europe", "countries": ("FRA",)}, "region"),
        ({"coverage": "global", "budget": "900000"}, "budget"),
        ({"coverage": "", "countries": ("KEN", "UGA")}, "countries"),
    ],
)
def test_what_is_just_within_a_rule_gets_no_remark(changes, field):
    assert field not in fields(**changes)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"start": "2021-03", "end": "2021-02"}, ["The end (2021-02) is before the start (2021-03)."]),
        ({"start": "2020-12"}, ["The start (2020-12) is before the year of allocation (2021)."]),
        ({"end": "2027", "status": ""}, ["The project runs over more than 5 years."]),
        ({"end": "2024-07"}, ["The status is completed, but the end (2024-07) is still to come."]),
        ({"status": "active", "end": "2024-05"}, ["The status is active, but the end (2024-05) has passed."]),
        ({"countries": ("KEN", "UGA")}, ["A national project benefits one member state; 2 are named."]),
        (
            {"funding_line": "Line 2", "countries": ("FRA", "DEU"), "coverage": ""},
            ["Not on the list of states eligible for Line 2 that is on record here: FRA, DEU."],
        ),
        (
            {"coverage": "regional", "countries": ("KEN", "UGA"), "other_countries": ("FRA", "DEU")},
            ["Most beneficiaries are not eligible member states: 2 of 4."],
        ),
        (
            {"region": "europe"},
            ["None of the named member states belongs to the region as the Fund's list counts it."],
        ),
    ],
)
def test_the_reason_names_what_it_is_about(changes, reasons):
    remarks = rules.check_rules(COMPLETE.replace(**changes), today=TODAY)
    assert [remark.reason for remark in remarks] == reasons


@pytest.mark.parametrize(
    ("line", "digit"), [("Line 1", "1"), ("2", "2"), ("", ""), ("Line 3", ""), ("Line 1 or 2", "")]
)
def test_the_funding_line_is_known_by_its_digit(line, digit):
    assert rules.funding_line_digit(COMPLETE.replace(funding_line=line)) == digit


def test_every_rule_says_reason_advice_and_source():
    for rule in not_empty(rules.load_rules()):
        assert rule.reason
        assert rule.advice
        assert rule.source
        assert rule.kind in ("warning", "error")


def test_every_published_source_says_its_date_or_that_it_has_none():
    for rule in not_empty(rules.load_rules()):
        assert bool(rule.source_date) == bool(rule.source_url), rule.code
        assert rule.source_date in ("", "none") or PartialDate.parse(rule.source_date)


def test_only_what_cannot_be_true_is_an_error():
    assert {rule.code for rule in rules.load_rules() if rule.is_error} == {"end-before-start"}


def test_remarks_fill_in_what_they_speak_of():
    (remark,) = rules.check_rules(COMPLETE.replace(coverage="regional"), today=TODAY)
    assert "1 is named" in remark.reason
    assert remark.source_url.endswith("how-apply")
    assert remark.source_date == "none"
