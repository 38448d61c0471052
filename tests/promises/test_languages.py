"""The language of a text is that which its author stated; where nobody stated one, no page and no file says one."""

import json

import pytest

from portal.config import ROOT
from portal.models import Project, ProjectTag, Term
from portal.services.imports import Report, import_file
from portal.services.records.codes import read_language_code
from portal.services.records.field_values import FieldValidation
from tests.factories import import_records

CASES = ROOT / "tests" / "cases"
ROW = {"project_id": "T.1", "title": "Fortalecimiento de las capacidades", "summary": "Un seminario en Lima."}


@pytest.fixture
def cases(session):
    """The report of the import of every case, and the stored records by Projects ID."""
    report = Report()
    import_file(session(), CASES / "language_codes.csv", report=report)
    session.commit()
    return report, {project.reference: project for project in session.query(Project)}


@pytest.fixture
def codes(session, cases):
    """codes(reference) are the codes of the Goals and objectives of a record."""
    terms = {term.id: (term.facet, term.code) for term in session.query(Term)}

    def codes(reference):
        links = session.query(ProjectTag).filter_by(project_id=cases[1][reference].id)
        return sorted(terms[link.term_id] for link in links)

    return codes


@pytest.mark.parametrize(
    ("reference", "languages"),
    [
        ("E.000", ("", "")),
        ("E.014", ("fr", "")),
        ("E.015", ("fr", "")),
        ("E.016", ("fr", "")),
        ("E.017", ("", "fr")),
        ("E.018", ("en-GB", "")),
        ("E.019", ("en", "")),
        ("E.020", ("", "")),
    ],
)
def test_names_and_codes_of_languages_are_read(cases, reference, languages):
    project = cases[1][reference]
    assert (project.title_language, project.language) == languages


@pytest.mark.parametrize(
    ("reference", "stored"),
    [
        ("E.000", [("sdg", "8")]),
        ("E.001", [("sdg", "8")]),
        ("E.002", [("sdg", "8")]),
        ("E.003", [("sdg", "10.7"), ("sdg", "8.8")]),
        ("E.004", [("sdg", "10"), ("sdg", "8")]),
        ("E.006", [("sdg", "10")]),
        ("E.007", [("sdg", "10.c")]),
        ("E.008", [("sdg", "10.c")]),
        ("E.009", [("gcm", "1"), ("gcm", "23")]),
        ("E.010", [("gcm", "5")]),
        ("E.012", [("sdg", "10")]),
    ],
)
def test_goals_and_objectives_are_read_in_every_spelling(codes, reference, stored):
    assert codes(reference) == stored


def test_codes_that_no_list_has_are_refused(cases):
    report, records = cases
    assert {"E.005", "E.011", "E.013"}.isdisjoint(records)
    assert report.refused == 3


def test_what_was_interpreted_is_said(cases):
    said = [str(issue) for issue in cases[0].first_issues]
    for text in ("'French' was read as fr", "'N/A' was read as not stated", "'8,10' was read as 8 and 10"):
        assert any(text in sentence for sentence in said), text


def test_another_language_is_refused_with_what_to_write():
    validation = FieldValidation({"language": "Klingonese"})
    assert read_language_code(validation, "language") == ""
    assert validation.is_refused
    assert validation.findings[0].advice == "Enter its name (French) or its code (fr), or leave it empty"


@pytest.mark.parametrize("stated", [{}, {"title_language": "und", "language": "und"}, {"title_language": "en-GB"}])
def test_a_text_without_a_foreign_language_has_no_mark(session, visit, stated):
    import_records(session, [ROW | stated])
    for url in ("/projects/T.1", "/projects/", "/"):
        page = visit(url)
        # The offers of the home page are in the language that they offer.
        assert len(page.select("main [lang]")) == len(page.select("main .language-offer [lang]"))
        assert page.select(".lang-note") == []


def test_a_language_that_is_not_stated_is_in_no_data(session, visit):
    import_records(session, [ROW])
    grant = json.loads(visit("/projects/T.1").one('script[type="application/ld+json"]').to_text())
    assert "inLanguage" not in grant


@pytest.mark.parametrize(("stated", "mark"), [("Spanish", "in Spanish"), ("pt-BR", "in Portuguese")])
def test_a_stated_language_is_marked(session, visit, stated, mark):
    import_records(session, [ROW | {"title_language": stated, "language": stated}])
    assert visit("/projects/").one(".lang-note").to_text() == mark
    code = session.query(Project).one().title_language
    page = visit("/projects/T.1")
    assert [page.one(place).attrs["lang"] for place in ("h1", ".lede-block")] == [code, code]


def test_the_form_offers_not_stated(staff, office):
    page = staff().sign_in(office.author).visit("/staff/projects/new")
    for name in ("title_language", "language"):
        option = page.one(f"select[name={name}]").query("option")[0]
        assert (option.attrs["value"], option.to_text()) == ("", "Not stated")
