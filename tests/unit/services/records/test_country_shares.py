"""Shares of member states in files and drafts: read, refused in words, and written back."""

import pytest
from sqlalchemy import select

from portal.models import Term
from portal.services.records import submission_checks
from portal.services.records.country_shares import normalise_named, parse_share, rename_state, split_named
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import TermLookup
from portal.services.records.validation import validate_fields
from tests.factories import COMPLETE

TWO = COMPLETE.replace(countries=("KEN", "UGA"), coverage="regional")


@pytest.fixture
def validated(session):
    """validated(states, shares, is_form=False) are the shares by code, and the reasons why they are refused."""
    lookup = TermLookup.load(session)
    codes = {term.id: term.code for term in session.execute(select(Term).where(Term.facet == "country")).scalars()}

    def read(states, shares, *, is_form=False):
        values = {"title": "One", "countries": states, "country_shares": shares}
        validation = FieldValidation(values, is_form=is_form)
        values = validate_fields(validation, lookup)
        reasons = [finding.reason for finding in validation.findings if finding.field == "country_shares"]
        return {codes[term_id]: share for term_id, share in values.country_shares} if values else None, reasons

    return read


@pytest.mark.parametrize(
    ("text", "share"),
    [("60", 6_000), (" 60 % ", 6_000), ("33.33", 3_333), ("33,3", 3_330), ("0", 0), ("100", 10_000), ("0.05", 5)],
)
def test_a_percentage_has_up_to_two_decimals(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["", "x", "-1", "101", "100.01", "33.333", "1e1", "٣", "NaN", "1_0", "60\n40"])
def test_anything_else_is_no_percentage(text):
    assert parse_share(text) is None


def test_a_file_states_one_number_for_each_state_in_its_order(validated):
    assert validated("Uganda; Kenya", "60; 40") == ({"UGA": 6_000, "KEN": 4_000}, [])


def test_a_form_names_the_states(validated):
    assert validated(("KEN", "UGA"), ("UGA 60", "KEN 40"), is_form=True) == ({"UGA": 6_000, "KEN": 4_000}, [])


def test_without_shares_they_are_equal(validated):
    assert validated("Uganda; Kenya", "") == ({}, [])


@pytest.mark.parametrize(
    ("states", "shares", "reason"),
    [
        ("Kenya; Uganda", "0; 0", "The shares total 0 per cent instead of 100"),
        ("Kenya; Uganda", "100", "The number of shares is 1, that of benefiting member states 2"),
        ("", "100", "The number of shares is 1, that of benefiting member states 0"),
        ("Kenya; Uganda", "60; x", "'x' is not a percentage from 0 to 100 with up to two decimals"),
        ("Kenya; Uganda", "160; -60", "'160' is not a percentage from 0 to 100 with up to two decimals"),
    ],
)
def test_a_file_with_other_shares_is_refused_in_words(validated, states, shares, reason):
    accepted, reasons = validated(states, shares)
    assert accepted is None
    assert reasons[0] == reason


@pytest.mark.parametrize(
    ("states", "shares", "reason"),
    [
        (
            "Kenya; Uganda",
            "60; 30",
            "The shares total 90 per cent instead of 100. They are counted in proportion: 66.67; 33.33",
        ),
        (
            "Kenya; Uganda; Togo",
            "33.33; 33.33; 33.33",
            "The shares total 99.99 per cent instead of 100. They are counted in proportion: 33.34; 33.33; 33.33",
        ),
        ("Kenya", "50", "The shares total 50 per cent instead of 100. They are counted in proportion: 100"),
    ],
)
def test_a_file_may_state_shares_that_do_not_total_100(validated, states, shares, reason):
    accepted, reasons = validated(states, shares)
    assert sorted(accepted.values()) == sorted(round(100 * float(share)) for share in shares.split("; "))
    assert reasons == [reason]


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        (("KEN 100",), "The shares are not those of the benefiting member states."),
        (("KEN 50", "UGA 25", "TGO 25"), "The shares are not those of the benefiting member states."),
        (("KEN 60", "UGA 30"), "The shares total 90 per cent instead of 100."),
        (("KEN 60", "KEN 40"), "KEN has two shares."),
        (("Atlantis 60", "UGA 40"), "'Atlantis' is not a known country."),
        (("60", "40"), "'60' names no member state."),
        (("KEN 60", "x y"), "'x y' is not a percentage from 0 to 100 with up to two decimals."),
    ],
)
def test_a_draft_with_other_shares_is_not_submitted(session, shares, reason):
    errors = submission_checks.find_errors(session(), TWO.replace(country_shares=shares))
    assert ("country_shares", reason) in [(error.field, error.reason) for error in errors]


def test_a_form_is_told_what_the_shares_would_be_in_proportion(session):
    errors = submission_checks.find_errors(session(), TWO.replace(country_shares=("KEN 60", "UGA 30")))
    assert next(error.advice for error in errors).endswith("In proportion they would be KEN 66.67; UGA 33.33.")


def test_a_draft_with_complete_shares_is_valid(session):
    assert submission_checks.find_errors(session(), TWO.replace(country_shares=("KEN 60", "UGA 40"))) == ()


@pytest.mark.parametrize("text", ["KEN 60", "KEN: 60 %", "KEN=60", "KEN  60.00"])
def test_other_spellings_of_a_share_are_no_change(text):
    assert normalise_named((text,)) == ("KEN 60",)


def test_what_is_no_share_stays_as_typed():
    assert normalise_named(("half for Kenya",)) == ("half for Kenya",)


def test_a_name_of_several_words_is_read_with_its_number():
    assert split_named("Iran (Islamic Republic of) 12.5 %") == ("Iran (Islamic Republic of)", 1_250)


def test_a_merged_state_has_the_shares_of_both():
    assert set(rename_state(("AAA 60", "BBB 30", "CCC 10"), "BBB", "AAA")) == {"AAA 90", "CCC 10"}


def test_merged_states_stay_readable_however_often_they_merge():
    once = rename_state(("AAA 60", "BBB 60", "CCC 40"), "BBB", "AAA")
    assert set(once) == {"AAA 100", "CCC 33.33"}
    assert set(rename_state(once, "AAA", "DDD")) == {"DDD 100", "CCC 33.33"}


def test_a_state_that_is_not_named_changes_nothing():
    assert rename_state(("AAA 60", "BBB 40"), "CCC", "DDD") == ("AAA 60", "BBB 40")
