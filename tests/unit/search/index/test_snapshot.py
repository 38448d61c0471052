"""An index that follows the tables, change by change, and the pages made from it, beside one read whole."""

import csv
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.cli.database import SAMPLE_FILE
from portal.models import Catalogue, Project
from portal.search import directory
from portal.search.columns import RowsById, read_links
from portal.search.consistency import find_inconsistencies
from portal.search.fulltext import text_index
from portal.search.index import current
from portal.search.index.snapshot import apply_journal, load_snapshot, rehearse
from portal.services.audit import recording
from portal.services.imports import Report, import_file
from tests.index_dump import told
from tests.pages import words
from tests.queries import filters_of

HEADER = (
    "project_id", "title", "start_date", "end_date", "status", "project_type", "budget_usd", "coverage", "year",
    "region", "benefiting_member_states", "summary", "source_url",
)  # fmt: skip
with SAMPLE_FILE.open(encoding="utf-8", newline="") as sample_file:
    ROWS = list(csv.DictReader(sample_file))
IDENTIFIED = [row["project_id"] for row in ROWS if row["project_id"]]
# What may be written into a record: the values of any other one, the empty ones included; no end before its start.
WORDS = {name: sorted({row[name] for row in ROWS}) for name in HEADER[1:-2]}
WORDS |= {"start_date": ["", "2003", "2010-05"], "end_date": ["", "2011", "2024"], "year": ["", "1950", "1951", "2008"]}


@pytest.fixture
def keep(session, tmp_path):
    """keep(rows) takes in rows of a table, each a dict by HEADER; what is missing stays empty."""

    def write(rows):
        path = tmp_path / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADER, restval="")
            writer.writeheader()
            writer.writerows(rows)
        report = Report()
        import_file(session(), path, report=report)
        session.commit()
        return report

    return write


@pytest.fixture
def show(session):
    """show(number, is_public) takes one record back from the public, or gives it again."""

    def change(number, is_public):
        project = session.execute(select(Project).where(Project.reference == number)).scalar_one()
        project.published_at = project.created_at if is_public else None
        recording.record(session(), "published" if is_public else "withdrawn", "project", project.id)
        Catalogue.touch(session(), [project.id])
        session.flush()
        text_index.repair(session(), [project.id])
        session.commit()

    return change


def record(number, title, **values):
    stated = {"start_date": "2008", "status": "Active", "budget_usd": "100", "coverage": "National", "region": "Europe"}
    return {"project_id": number, "title": title, **stated, **values}


CHANGED = st.builds(
    lambda number, values: {"project_id": number, **values},
    st.sampled_from([*IDENTIFIED, "F.1", "F.2"]),
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in WORDS.items()}),
)
STEPS = st.one_of(
    st.lists(CHANGED, min_size=1, max_size=4, unique_by=lambda row: row["project_id"]),
    st.tuples(st.sampled_from(IDENTIFIED), st.booleans()),
)


@given(st.lists(STEPS, min_size=1, max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("sample")
def test_after_any_changes_the_index_is_the_one_read_from_the_tables(session, keep, show, steps):
    built = current.current_snapshot().index.built_count
    for step in steps:
        keep(step) if isinstance(step, list) else show(*step)
        index = current.current_snapshot().index
    assert index.built_count == built
    assert told(index) == told(load_snapshot(session()).index)
    assert list(find_inconsistencies(session(), current.current_snapshot())) == []


@pytest.fixture
def emptied(keep):
    """Fiji and 1950 lost their only project while the portal ran."""
    other = record("F.2", "Two", benefiting_member_states="Ghana", year="2008")
    keep([record("F.1", "One", benefiting_member_states="Fiji", year="1950"), other])
    assert {"FJI", "GHA"} <= current.current_snapshot().index.bitmaps["country"].keys()
    keep([record("F.1", "One", benefiting_member_states="Ghana", year="1951"), other])
    assert current.current_snapshot().index.appended


@pytest.mark.usefixtures("emptied")
def test_a_country_that_lost_its_last_project_is_no_row_of_where_we_work(visit):
    assert [words(row) for row in visit("/where-we-work/").select("#table tbody th")] == ["Ghana"]


@pytest.mark.usefixtures("emptied")
def test_a_year_that_lost_its_last_project_is_no_row_of_data_and_research(visit):
    years = visit("/data-and-research/").select("#projects-by-year tbody th")
    assert [words(year) for year in years] == ["1951", "2008"]


@pytest.mark.usefixtures("emptied")
def test_a_country_that_lost_its_last_project_is_no_choice_in_the_directory(visit):
    boxes = visit("/projects/?all=country").select("#facet-country input[type=checkbox]")
    assert [box.attrs["value"] for box in boxes] == ["GHA"]


@pytest.mark.usefixtures("emptied")
def test_a_country_that_lost_its_last_project_can_still_be_asked_for(visit):
    assert words(visit("/projects/?country=FJI").one("#status")) == "No projects found"


def counted(page):
    """The number beside each country, by its code."""
    boxes = page.select("#facet-country input[type=checkbox]")
    return {box.attrs["value"]: int(re.search(r"(\d+) projects?$", words(box.parent))[1]) for box in boxes}


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(
    "picked", ["country=GHA&country=TGO", "country=GHA", "country=GHA&country=GEO", "region=africa"]
)
def test_beside_countries_that_must_come_together_stands_what_adding_them_leaves(visit, picked):
    address = f"/projects/?{picked}&country_match=all"
    numbers = counted(visit(f"{address}&all=country"))
    asked = ["GHA", "TGO", "GEO", "BEN", "AGO", "none"]
    found = {code: directory.count_matches(filters_of(f"{picked}&country_match=all&country={code}")) for code in asked}
    assert {code: numbers[code] for code in asked} == found


@pytest.mark.usefixtures("sample")
def test_every_page_of_a_patched_index_is_that_of_one_read_whole(session, keep):
    current.current_snapshot()
    keep(
        [
            record("F.1", "Newest of all", year="2030"),
            record("F.2", "In the middle", year="2015"),
            record("F.3", "Without a year", start_date=""),
        ]
    )
    patched, whole = current.current_snapshot().index, load_snapshot(session()).index
    assert len(patched.appended) == 3
    for order in ("newest", "oldest", "title"):
        for first in range(0, 105, 4):
            assert patched.page(patched.all_rows, order, first, 10) == whole.page(whole.all_rows, order, first, 10)


@pytest.mark.usefixtures("sample")
def test_ids_that_no_project_has_are_no_rows(session):
    index = current.current_snapshot().index
    known = int(index.row_columns.ids[3])
    assert list(index.rows_of(np.array([-1, known, 10**6]))) == [3]


@pytest.mark.usefixtures("sample")
def test_a_title_before_that_of_the_newest_project_is_listed_before_it(session, keep):
    newest = current.current_snapshot().index.page(current.current_snapshot().index.all_rows, "newest", 0, 1)
    title = session.get(Project, newest[0]).title
    keep([record("F.1", title[:-1])])
    patched, whole = current.current_snapshot().index, load_snapshot(session()).index
    assert len(patched.appended) == 1
    assert patched.page(patched.all_rows, "title", 0, 101) == whole.page(whole.all_rows, "title", 0, 101)


TIED = [
    record("F.2", "One title", year="2001"),
    record("", "One title", year="2002"),
    record("F.10", "One title", year="2003"),
    record("", "One title", year="2004"),
    record("F.1", "One title", year="2005"),
]


def order_by_title(index, session):
    ids = index.page(index.all_rows, "title", 0, 100)
    return [session.get(Project, project_id).reference for project_id in ids]


def test_equal_titles_stand_in_the_order_of_their_projects_ids(session, keep):
    keep(TIED)
    assert order_by_title(current.current_snapshot().index, session) == [None, None, "F.1", "F.10", "F.2"]


@pytest.mark.parametrize("late", range(len(TIED)))
def test_a_record_added_later_stands_among_equal_titles_as_if_it_had_been_there(session, keep, late):
    keep([row for row in TIED if row is not TIED[late]])
    current.current_snapshot()
    keep([TIED[late]])
    patched = current.current_snapshot().index
    assert len(patched.appended) == 1
    assert order_by_title(patched, session) == [None, None, "F.1", "F.10", "F.2"]
    whole = load_snapshot(session()).index
    assert patched.page(patched.all_rows, "title", 0, 10) == whole.page(whole.all_rows, "title", 0, 10)


def test_equal_titles_without_an_id_stand_in_the_order_of_their_slugs(session, keep):
    keep([record("", "One title", year=str(year)) for year in range(2001, 2009)])
    index = current.current_snapshot().index
    slugs = [session.get(Project, number).slug for number in index.page(index.all_rows, "title", 0, 10)]
    assert slugs == sorted(slugs)
    assert len(slugs) == 8


def test_a_link_of_a_project_that_was_added_since_the_others_were_read_is_left_out(session, keep):
    stated = {"F.1": "Fiji; Ghana", "F.2": "Togo", "F.3": "Ghana"}
    keep([record(number, number, benefiting_member_states=states) for number, states in stated.items()])
    known = session.query(Project).filter_by(reference="F.1").one().id
    # As if the newest project had not been there yet; the one in between is not public.
    rows = RowsById(np.array([known]))
    found, _ = read_links(session(), "SELECT project_id, term_id FROM project_country", rows, None, 2)
    assert list(found) == [0, 0]


@pytest.mark.usefixtures("sample")
def test_a_rehearsed_change_changes_nothing_and_leaves_the_room_to_real_ones(session, keep):
    keep([record("F.1", "One")])
    loaded = load_snapshot(session())
    keep([record("F.2", "Two")])
    snapshot = apply_journal(session(), loaded, 10)
    before = told(snapshot.index)
    rehearse(session(), snapshot)
    assert told(snapshot.index) == before
    keep([record("F.3", "Three")])
    newer = apply_journal(session(), snapshot, 10).index
    assert np.shares_memory(newer.row_columns.ids, snapshot.index.row_columns.ids)
    assert told(newer) == told(load_snapshot(session()).index)
