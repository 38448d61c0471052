"""A whole project, checked field by field: what is refused and why, and what becomes of the rest."""

import pytest

from portal.models import PartialDate
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import TermLookup
from portal.services.records.validation import read_period, validate_fields

GOOD = {
    "title": "A title",
    "number": "XX.0001",
    "status": "Active",
    "project_type": "labour-migration",
    "countries": "Ghana;Togo",
    "other_countries": "France",
    "sdg": "8.8;8.8",
    "gcm": "6",
    "start": "2008",
    "end": "2009-05",
    "year": "2008",
    "budget": "64240.50",
    "summary": "One.\n\nTwo.",
    "prima_id": "P-1",
}


@pytest.fixture
def lookup(session):
    return TermLookup.load(session())


@pytest.fixture
def checked(lookup):
    """checked(**changes) is the values, and the findings as (kind, field, reason, advice)."""

    def check(**changes):
        validation = FieldValidation(GOOD | changes)
        values = validate_fields(validation, lookup, row=7)
        found = [(finding.kind, finding.field, finding.reason, finding.advice) for finding in validation.findings]
        return values, found

    return check


def test_a_sound_project_becomes_values(checked, lookup):
    values, found = checked()
    ghana, togo, france = (lookup.by_code("country", code) for code in ("GHA", "TGO", "FRA"))
    assert found == []
    assert (values.reference, values.slug, values.fingerprint, values.row) == ("XX.0001", "XX.0001", "", 7)
    assert (values.start, values.end, values.year, values.budget) == ("2008", "2009-05", 2008, 6424050)
    assert sorted(values.country_links) == sorted([(ghana, True), (togo, True), (france, False)])
    assert values.tags == tuple(sorted([lookup.by_code("sdg", "8.8"), lookup.by_code("gcm", "6")]))
    assert (values.title_language, values.language, values.prima_id) == ("", "", "P-1")
    assert values.search_document[:3] == ("XX.0001 P-1", "A title", "One.\n\nTwo.")
    assert "Ghana" in values.search_document[3]


def test_a_project_without_an_id_has_a_fingerprint_and_a_slug_from_it(checked):
    values, _ = checked(number="")
    other, _ = checked(number="", title="Another title")
    assert values.reference is None
    assert len(values.fingerprint) == 64
    assert values.slug.startswith("n-")
    assert values.slug != other.slug


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"title": " "}, ("title", "The title is empty", "Enter a title")),
        ({"number": "X" * 121}, ("number", "The ID is longer than 120 characters", "Check the column")),
        (
            {"start": "2010"},
            ("end", "The end (2009-05) is before the start (2010)", "Correct one of the two dates"),
        ),
        (
            {"source_url": "javascript:alert(1)"},
            ("source_url", "This is not a web address", "Start it with http:// or https://, or leave it empty"),
        ),
        (
            {"source_url": "https://example.org/" + "é" * 991},
            ("source_url", "The address is longer than 2000 bytes", "Enter a shorter one"),
        ),
        (
            {"language": "Klingonese"},
            (
                "language",
                "'Klingonese' is not a language",
                "Enter its name (French) or its code (fr), or leave it empty",
            ),
        ),
        ({"prima_id": "x" * 41}, ("prima_id", "The text is longer than 40 characters", "Check the column")),
        ({"funding_line": "x" * 41}, ("funding_line", "The text is longer than 40 characters", "Check the column")),
    ],
)
def test_what_is_refused(checked, changes, finding):
    values, found = checked(**changes)
    assert values is None
    assert found == [("refused", *finding)]


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "X" * 120},
        {"source_url": "https://example.org/" + "é" * 990},
        {"prima_id": "x" * 40},
        {"start": "2009", "end": "2009-05"},
        {"start": "2009-05", "end": "2009"},
    ],
)
def test_what_is_just_within_a_limit(checked, changes):
    values, found = checked(**changes)
    assert values is not None
    assert found == []


FRENCH = "https://www.iom.int/fr/projet"


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"end": "2024", "source_url": FRENCH}, None),
        ({"end": "2024-06", "source_url": FRENCH.replace("www.", "")}, None),
        ({"end": "2025", "source_url": FRENCH}, PartialDate(2025)),
        ({"end": "2024", "source_url": FRENCH, "start": "2020"}, PartialDate(2024)),
        ({"end": "2024", "source_url": FRENCH.replace("/fr/", "/en/")}, PartialDate(2024)),
    ],
)
def test_the_end_that_french_pages_show_by_mistake_is_left_out(changes, end):
    validation = FieldValidation(changes)
    assert read_period(validation)[1] == end
    assert [(finding.kind, finding.field) for finding in validation.findings] == [("repaired", "end")] * (end is None)
    if end is None:
        (finding,) = validation.findings
        assert finding.advice == "State the start date too if 2024 is right"


def test_a_country_in_both_lists_counts_as_benefiting(checked, lookup):
    values, found = checked(other_countries="Ghana;France")
    assert (lookup.by_code("country", "GHA"), True) in values.country_links
    assert found == [
        (
            "repaired",
            "other_countries",
            "A country is in both lists of countries. It counts as benefiting",
            "Remove it from one of them",
        )
    ]
