"""How a project is quoted, to the letter, and which projects are shown beside it, in their order."""

from datetime import UTC, datetime

import pytest

from portal.models import Project
from portal.services.audit import recording
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, Office, import_records
from tests.page_text import words
from tests.urls import projects

SITE = "http://127.0.0.1:8000"
# What the record says besides its title, and what is quoted between title and address.
QUOTED = [
    ({"project_id": "LM.1", "year": "2021", "budget_usd": "150000"}, "A title", "(2021)", "Project LM.1, USD 150,000."),
    ({"project_id": "LM.1", "year": "2021", "start_date": "2020-05"}, "A title", "(2021)", "Project LM.1."),
    ({"project_id": "LM.1", "start_date": "2020-05", "end_date": "2022"}, "A title", "(2020)", "Project LM.1."),
    ({"project_id": "LM.1", "end_date": "2022"}, "A title", "", "Project LM.1."),
    ({"project_id": "LM.1", "budget_usd": "0"}, "A title", "", "Project LM.1, USD 0."),
    ({"project_id": "LM.1", "budget_usd": "1234567.80"}, "A title", "", "Project LM.1, USD 1,234,567.80."),
    ({"budget_usd": "999.99", "year": "1999"}, "A title", "(1999)", "USD 999.99."),
    ({}, "A title", "", ""),
    ({"project_id": "LM.1"}, "A title.", "", "Project LM.1."),
    ({"project_id": "LM.1"}, "A title...", "", "Project LM.1."),
    ({"project_id": "AB 1/2"}, "A title", "", "Project AB 1/2."),
]  # fmt: skip


@pytest.mark.parametrize(("record", "title", "year", "facts"), QUOTED)
def test_a_citation_to_the_letter(session, visit, record, title, year, facts):
    import_records(session, [record | {"title": title}])
    project = session.query(Project).one()
    project.created_at = project.published_at = datetime(2025, 1, 1, tzinfo=UTC)
    project.changed_at = datetime(2026, 3, 5, 23, 59, tzinfo=UTC)
    recording.record(session(), "move", "project", project.id)
    session.commit()
    (link,) = projects(visit("/projects/").text)
    parts = [f"IOM Development Fund {year}".strip() + ".", "A title.", facts, "Record of 5 Mar 2026.", SITE + link]
    assert words(visit(link).one("#citation")) == " ".join(filter(None, parts))


LABOUR, BORDERS, HEALTH = "Labour Migration", "Immigration and Borders", "Health Promotion and Assistance for Migrants"
# The number, year, type and countries of a record; the first is the one that is looked at.
NEAR = {
    "theme and countries before countries alone": (
        [("T", 2000, LABOUR, "Kenya;Uganda"), ("A", 2001, BORDERS, "Kenya;Uganda"), ("B", 1999, LABOUR, "Uganda;Kenya"),
         ("C", 2024, HEALTH, "Ghana")],
        [("B", "Labour migration, Kenya, Uganda"), ("A", "Kenya, Uganda")],
    ),
    "a theme is worth half of the countries": (
        [("T", 2000, LABOUR, "Kenya;Uganda;Ghana;Togo"), ("A", 2001, BORDERS, "Kenya"), ("B", 2002, LABOUR, "Peru"),
         ("C", 1990, BORDERS, "Kenya;Uganda;Ghana"), ("D", 2003, BORDERS, "Kenya;Togo")],
        [("C", "Ghana, Kenya, Uganda"), ("D", "Kenya, Togo"), ("B", "Labour migration")],
    ),
    "half of the countries are worth a theme": (
        [("T", 2000, LABOUR, "Kenya;Uganda;Ghana;Togo"), ("A", 2001, BORDERS, "Kenya"), ("B", 2002, LABOUR, "Peru"),
         ("D", 1999, BORDERS, "Kenya;Togo")],
        [("B", "Labour migration"), ("D", "Kenya, Togo"), ("A", "Kenya")],
    ),
    "newest first among equals": (
        [("T", 2000, LABOUR, "Kenya;Uganda"), ("A", 2001, BORDERS, "Kenya"), ("B", 2003, LABOUR, "Peru"),
         ("C", 2002, LABOUR, "")],
        [("B", "Labour migration"), ("C", "Labour migration"), ("A", "Kenya")],
    ),
    "three at most": (
        [("T", 2000, LABOUR, "Kenya"), *((f"A{year}", year, LABOUR, "Kenya") for year in range(2001, 2006))],
        [(f"A{year}", "Labour migration, Kenya") for year in (2005, 2004, 2003)],
    ),
    "no countries": (
        [("T", 2000, LABOUR, ""), ("A", 2001, LABOUR, "Kenya"), ("B", 2002, BORDERS, "Kenya")],
        [("A", "Labour migration")],
    ),
    "no type": (
        [("T", 2000, "", "Kenya"), ("A", 2001, "", "Kenya"), ("B", 2002, "", "Peru")],
        [("A", "Kenya")],
    ),
    "nothing in common": ([("T", 2000, LABOUR, "Kenya"), ("A", 2001, BORDERS, "Peru"), ("B", 2002, "", "")], []),
    "alone": ([("T", 2000, LABOUR, "Kenya")], []),
    "an old neighbour among hundreds of the theme": (
        [("T", 2000, LABOUR, "Kenya"), ("A", 1990, LABOUR, "Kenya"),
         *((f"B{number}", 2010, LABOUR, "Peru") for number in range(305))],
        [("A", "Labour migration, Kenya"), ("B304", "Labour migration"), ("B303", "Labour migration")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NEAR)
def test_the_nearest_projects_stand_beside_a_project(session, visit, case):
    records, nearest = NEAR[case]
    import_records(session, [
        {"project_id": number, "title": f"Project {number}", "year": year, "project_type": kind,
         "benefiting_member_states": countries}
        for number, year, kind, countries in records
    ])  # fmt: skip
    page = visit("/projects/T")
    shown = [
        (
            words(near.query("h3")[0]),
            next(text for text in map(words, near.query("p")) if text.startswith("In common: ")),
        )
        for near in page.select("main li article")
    ]
    assert shown == [(f"Project {number}", f"In common: {why}") for number, why in nearest]


def test_a_record_published_since_takes_its_place_by_its_year(session, visit):
    """However the index came to know it: the newest of equals stands first."""
    import_records(session, [
        {"project_id": f"A{year}", "title": f"Project {year}", "year": year, "project_type": LABOUR,
         "benefiting_member_states": "Kenya"}
        for year in (2001, 2002, 2003, 2004)
    ])  # fmt: skip
    visit("/projects/A2001")
    office = Office(session())
    office.revision(
        State.PUBLISHED, COMPLETE.replace(title="Project 2024", number="A2024", year="2024", start="2024", end="")
    )
    assert [words(title) for title in visit("/projects/A2001").select("main li article h3")] == [
        "Project 2024", "Project 2004", "Project 2003",
    ]  # fmt: skip
