"""Places by title: found by halving, as a plain loop over all titles finds them."""

from bisect import bisect_right

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy import text as sql

from portal.models import Project
from portal.search.title_places import TITLE_ORDER, TitlePlace, count_until, read_places
from tests.factories import import_records
from tests.statements import sent

# Equal titles, titles that folding makes equal, and records without a Projects ID among those with one.
TITLES = ["Beta", "beta", "Äpfel", "apfel", "Ålesund", "9 lives", "Œuvre", "中文", "Beta"]
RECORDS = [
    {"project_id": f"LM.{number:04}" if number % 3 else "", "title": title, "year": str(2000 + number)}
    for number, title in enumerate(TITLES * 3)
]


@pytest.fixture
def ids(session):
    """The ids of the records in the order that the database has."""
    import_records(session, RECORDS)
    return list(session.execute(sql(f"SELECT id FROM project ORDER BY {TITLE_ORDER}")).scalars())  # noqa: S608 # no input


def test_places_compare_as_the_database_orders_them(session, ids):
    places = read_places(session, ids)
    assert [places[project_id] for project_id in ids] == sorted(places.values())
    assert len(set(places.values())) == len(ids) == len(RECORDS)


def test_a_project_that_is_not_there_has_no_place(session, ids):
    assert read_places(session, [ids[0], 999_999]).keys() == {ids[0]}
    assert read_places(session, []) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gone=st.sets(st.integers(0, len(RECORDS) - 1)),
    sought=st.lists(
        st.tuples(st.sampled_from(["", "apfel", "beta", "b", "œ", "zz"]), st.sampled_from(["", "LM.0004"]))
    ),
)
def test_a_place_is_found_whatever_has_gone(session, ids, gone, sought):
    places = [TitlePlace(title, reference, "") for title, reference in sought]
    of_all = read_places(session, ids)
    found = count_until(session, places, len(ids), lambda at: ids[at] if at not in gone else 1_000_000 + at)
    left = [of_all[project_id] for at, project_id in enumerate(ids) if at not in gone]
    for place, position in zip(places, found, strict=True):
        before = sum(at not in gone for at in range(position))
        assert before == bisect_right(left, place)


def test_many_places_take_no_more_queries_than_one(session, ids):
    places = list(read_places(session, ids).values())
    with sent(session.get_bind()) as asked:
        found = count_until(session, places, len(ids), lambda at: ids[at])
    assert sorted(found) == list(range(1, len(ids) + 1))
    assert len(asked) <= len(ids).bit_length()


def test_a_row_of_projects_that_are_gone_takes_few_statements(session, ids):
    count, places = 50_000, read_places(session, ids)
    left = {0: ids[0], count - 1: ids[-1]}
    with sent(session.get_bind()) as asked:
        found = count_until(session, [places[ids[-1]], places[ids[0]]], count, lambda at: left.get(at, 1_000_000 + at))
    assert found == [count, 1]
    assert len(asked) < count / 100


def test_no_place_and_no_project(session):
    assert count_until(session, [], 0, int) == []
    assert count_until(session, [TitlePlace("a", "", "")], 0, int) == [0]
    assert session.execute(select(Project.id)).all() == []
