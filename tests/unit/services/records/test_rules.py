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
