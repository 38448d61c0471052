import csv

import pytest

from portal.exports.iati.codes import NO_SECTOR, code_of, country_code, language_code, sdg_vocabulary
from portal.vocabulary.term_lists import TERM_LISTS_DIR, read_term_list
from tests.iati.records import own_term, term
from tests.iati.rules import codes
from tests.loops import not_empty

LISTS = {"status": "ActivityStatus", "coverage": "ActivityScope", "region": "Region", "type": "Sector"}


def rows():
    with (TERM_LISTS_DIR / "iati.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_code_is_in_its_list():
    assert [row for row in not_empty(rows()) if row["iati"] not in codes()[LISTS[row["facet"]]]] == []


def test_no_term_has_two_codes():
    pairs = [(row["facet"], row["code"]) for row in not_empty(rows())]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("facet", ["status", "coverage", "type"])
def test_every_term_of_the_fund_has_a_code(facet):
    missing = [row.code for row in not_empty(read_term_list(facet)) if not code_of(term(facet, row.code))]
    assert missing == []


def test_only_three_regions_of_the_fund_are_regions_of_the_dac():
    found = {row.code: code_of(term("region", row.code)) for row in read_term_list("region")}
    assert {code: dac for code, dac in found.items() if dac} == {
        "africa": "298", "europe": "89", "middle-east": "589"
    }  # fmt: skip


def test_a_term_of_an_operator_has_no_code():
    assert code_of(own_term("type", "goats", "Goats")) == ""


def test_the_code_of_an_unspecified_sector_is_in_force():
    assert NO_SECTOR in codes()["Sector"]


def test_every_country_has_a_code_of_iati():
    missing = [
        row.code for row in not_empty(read_term_list("country"))
        if country_code(term("country", row.code)) not in codes()["Country"]
    ]  # fmt: skip
    assert missing == []


def test_a_country_of_an_operator_has_no_code():
    assert country_code(own_term("country", "ATL", "Atlantis")) == ""


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr", "fr"), ("pt-BR", "pt"), ("zh-Hant", "zh"), ("", ""), ("und", ""), ("fil", ""), ("xx", "")],
)
def test_a_language_is_a_code_of_two_letters(tag, code):
    assert language_code(tag) == code


def test_every_language_code_is_in_the_list_of_iati():
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = {first + second for first in letters for second in letters if language_code(first + second)}
    assert known == codes()["Language"]


@pytest.mark.parametrize(("code", "vocabulary"), [("8", "2"), ("17", "2"), ("8.8", "3"), ("10.c", "3")])
def test_goals_and_targets_have_vocabularies_of_their_own(code, vocabulary):
    assert sdg_vocabulary(code) == vocabulary


@pytest.mark.parametrize("code", ["", "0", "18", "08", "10.7.1", "8.99", "8.", "17.a", "x", "٨", "8.8\n"])
def test_what_is_neither_goal_nor_target_has_no_vocabulary(code):
    assert sdg_vocabulary(code) == ""


def test_all_goals_and_targets_of_iati_are_known():
    assert [code for code in not_empty(codes()["UNSDG-Goals"]) if sdg_vocabulary(code) != "2"] == []
    assert [code for code in not_empty(codes()["UNSDG-Targets"]) if sdg_vocabulary(code) != "3"] == []
