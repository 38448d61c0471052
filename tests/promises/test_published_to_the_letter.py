"""A form publishes what was approved, to the letter; what a file gets repaired, a form is asked to correct."""

from dataclasses import asdict
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.models import ProjectDraft
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE

NUMBERS = count(1)
TEXTS = st.sampled_from(
    [
        "",
        "A title",
        "  Two  spaces ",
        "Côte d\u2019Ivoire",
        "It\x92s",
        "tab\there",
        "a\x0bb",
        "zero\u200bwidth",
        "e\u0301",
        "R&D <b>x</b>",
    ]
)
SUMMARIES = st.sampled_from(
    [
        "",
        "One line.",
        "Two\n\nparagraphs.",
        "- one\n- two",
        "a\r\nb",
        "2008. The ministry began.",
        "    indented",
        "_x000D_ x",
        "5*3*2",
    ]
)
DATES = st.sampled_from(
    ["", "2008", "2008-05", "2008-05-31", "2008\u201305", "2024", "2024-12-31", "2008-05-31 13:00", "1999"]
)
AMOUNTS = st.sampled_from(["", "0", "64240", "64240.5", "64240,50", "64 240", "1,234,567", "33333.3333333", "0.01"])
COUNTRIES = st.lists(st.sampled_from(["GHA", "TGO", "CIV", "GEO"]), max_size=3).map(tuple)
DRAFTS = st.builds(
    COMPLETE.replace,
    title=TEXTS,
    summary=SUMMARIES,
    start=DATES,
    end=DATES,
    year=st.sampled_from(["2008", "2024", "1999"]),
    budget=AMOUNTS,
    countries=COUNTRIES,
    other_countries=COUNTRIES,
    sdg=st.lists(st.sampled_from(["8", "8.8", "10"]), max_size=2).map(tuple),
    funding_line=st.sampled_from(["", "Line 1", "Line 2"]),
    source_url=st.sampled_from(["", "https://www.iom.int/fr/projet", "https://example.org/a b"]),
    prima_id=TEXTS,
)


def as_sets(draft):
    """The fields of a draft; the order of countries and codes says nothing."""
    return {name: set(value) if isinstance(value, tuple) else value for name, value in asdict(draft).items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=DRAFTS)
def test_a_record_says_what_its_approved_draft_said(session, office, draft):
    approved = submission_checks.clean_draft(draft.replace(number=f"LT.{next(NUMBERS)}"))
    if submission_checks.find_errors(session(), approved):
        return
    project = office.revision(State.PUBLISHED, approved).project
    assert as_sets(published.draft_from_project(session(), project)) == as_sets(approved)


def test_cleaning_a_draft_twice_changes_nothing_more(session):
    for text in ("It\x92s  a\x0bb", "_x000D_\n x", "e\u0301\u200b"):
        once = submission_checks.clean_draft(ProjectDraft(title=text, summary=text))
        assert submission_checks.clean_draft(once) == once


def test_an_end_without_a_start_is_published_as_approved(session, office):
    draft = COMPLETE.replace(start="", end="2024", source_url="https://www.iom.int/fr/projet")
    assert str(office.revision(State.PUBLISHED, draft).project.end) == "2024"


@pytest.mark.parametrize("others", [("GHA",), ("TGO", "GHA")])
def test_a_country_in_both_lists_is_asked_about(session, others):
    (error,) = submission_checks.find_errors(session(), COMPLETE.replace(countries=("GHA",), other_countries=others))
    assert (error.field, error.reason) == ("other_countries", "A country is in both lists of countries.")
