"""Pages after a cursor: a walk sees every project once, whatever changes on the way."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.models import Project
from portal.search import find
from portal.search.index.build import build_index
from portal.search.index.sort_keys import SORT_KEYS, SortValues
from portal.search.paging import find_page, rows_until
from portal.search.query.cursor import Cursor
from portal.search.query.filters import Filters
from portal.services.editorial import publication
from portal.vocabulary.facets import SORTS
from tests.factories import COMPLETE, Office, import_records
from tests.unit.search.index.test_facet_index import columns, fits, followed, histories, in_order, plains, searches

# A title longer than what a cursor holds, and what Unicode sorts last and folding does not.
LONG = "A very long title " + "of many words " * 12
TITLES = [
    "Beta",
    "beta",
    "Äpfel",
    "Zebra border",
    LONG,
    LONG + "again",
    "border one",
    "The border",
    "Ålesund",
    "9 lives",
]


@pytest.fixture
def records(session):
    import_records(
        session,
        [
            {
                "project_id": f"LM.{number:04}", "title": title, "budget_usd": str(number * 1_000 % 4_000 or ""),
                "year": str(2000 + number % 3 or ""), "start_date": str(2000 + number % 2),
                "summary": "border" if number % 2 else "nothing",
            }
            for number, title in enumerate(TITLES, 1)
        ],
    )  # fmt: skip


@pytest.fixture
def office(session):
    return Office(session)


def walk(filters, between=lambda: None, limit=50):
    """The ids of a whole list, cursor by cursor; `between` is called after each page."""
    found, cursor = [], None
    for _ in range(limit):
        page = find_page(filters, cursor)
        found += page.ids
        if page.next_cursor is None:
            return found
        cursor = Cursor.parse(str(page.next_cursor))
        between()
    raise AssertionError("the list has no end")


def listed(filters):
    return [project.id for project in find(filters.replace(per_page=100)).projects]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "border"])
def test_a_walk_lists_what_the_pages_list(records, sort, text):
    filters = Filters(text=text, sort=sort, per_page=3)
    assert walk(filters) == listed(filters)
    assert len(walk(filters)) >= 5


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 2])
def test_projects_that_come_and_go_shift_nothing(records, office, session, sort, size):
    filters = Filters(sort=sort, per_page=size)
    before = listed(filters)
    goes = iter(["LM.0003", "LM.0007"])
    comes = iter([("LM.0100", "Aaa"), ("LM.0101", "Mmm"), ("LM.0102", "Zzz")])

    def change():
        for reference in [*goes][:1]:
            project = session.query(Project).filter_by(reference=reference).one()
            publication.withdraw(office.session, project, by=office.reviewer, reason="A test.")
            session.commit()
        for reference, title in [*comes][:1]:
            import_records(session, [{"project_id": reference, "title": title, "budget_usd": "1500", "year": "2001"}])

    seen = walk(filters, change)
    assert len(seen) == len(set(seen))
    stayed = [project_id for project_id in before if project_id in listed(filters)]
    assert [project_id for project_id in seen if project_id in stayed] == stayed


@pytest.mark.parametrize("sort", SORTS)
def test_a_project_that_goes_just_after_its_page_still_marks_the_place(records, office, session, sort):
    filters = Filters(sort=sort, per_page=4)
    before, page = listed(filters), find_page(filters)
    project = session.get(Project, page.ids[-1])
    publication.withdraw(office.session, project, by=office.reviewer, reason="A test.")
    session.commit()
    assert find_page(filters, page.next_cursor).ids == before[4:8]


@pytest.mark.parametrize("sort", SORTS)
def test_a_project_that_moves_leaves_its_place(records, office, session, sort):
    filters = Filters(sort=sort, per_page=4)
    before, page = listed(filters), find_page(filters)
    project = session.get(Project, page.ids[-1])
    moved = COMPLETE.replace(
        number=project.reference, title="Zzzz at the end", year="1999", start="1999", budget="1.00"
    )
    office.publish_change(project, **vars(moved))
    assert listed(filters).index(project.id) != 3
    assert find_page(filters, page.next_cursor).ids == before[4:8]


@pytest.mark.parametrize("other", SORTS)
def test_a_cursor_goes_on_in_another_order_too(records, other):
    cursor = find_page(Filters(sort="title", per_page=4)).next_cursor
    whole = listed(Filters(sort=other))
    following = find_page(Filters(sort=other, per_page=100), cursor).ids
    assert following == whole[whole.index(cursor.project_id) + 1 :]


def test_the_last_page_has_no_cursor(records):
    assert find_page(Filters(per_page=len(TITLES))).next_cursor is None
    assert find_page(Filters(per_page=len(TITLES) - 1)).next_cursor is not None


def test_an_empty_list_has_no_cursor(session):
    page = find_page(Filters(text="nothing at all"))
    assert (page.ids, page.next_cursor, page.last_page) == ([], None, 1)


def test_a_cursor_of_a_project_that_never_was_is_a_place_too(records):
    nowhere = Cursor(2**31 - 1, 2001, 2001, 150_000, -1, "b")
    assert find_page(Filters(sort="title", per_page=100), nowhere).ids
    assert find_page(Filters(text="border", per_page=100), nowhere).ids


# In the order of their Projects IDs, which is not the one in which they were stored; those without one come first.
@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("references", [("LM.3", "LM.1", "LM.2", "LM.0"), ("LM.3", "", "LM.2", ""), ("", "", "", "")])
def test_of_equal_titles_the_next_one_follows_a_project_that_is_gone(session, office, references, place):
    rows = enumerate([*references, "LM.9"])
    import_records(
        session,
        [{"project_id": number, "title": "Same" if year < 4 else "Then", "year": str(2000 + year)}
         for year, number in rows],
    )  # fmt: skip
    filters = Filters(sort="title", per_page=place + 1)
    before, page = listed(filters), find_page(filters)
    project = session.get(Project, page.ids[-1])
    publication.withdraw(office.session, project, by=office.reviewer, reason="A test.")
    session.commit()
    cursor = Cursor.parse(str(page.next_cursor))
    assert find_page(filters.replace(per_page=10), cursor).ids == before[place + 1 :]


def test_a_project_that_gets_another_id_leaves_its_place_among_equal_titles(session, office):
    import_records(session, [{"project_id": f"LM.{number}", "title": "Same"} for number in range(3)])
    filters = Filters(sort="title", per_page=1)
    before, page = listed(filters), find_page(filters)
    office.publish_change(session.get(Project, page.ids[0]), **vars(COMPLETE.replace(number="LM.9", title="Same")))
    assert listed(filters) == [*before[1:], before[0]]
    assert find_page(filters, page.next_cursor).ids == before[1:2]


ORDERS = sorted(SORT_KEYS)


def values_of(record):
    return SortValues(record.id, record.year or record.start // 10_000, record.start // 10_000, record.budget)


@given(histories(), searches(), st.sampled_from(ORDERS))
def test_as_many_rows_are_passed_as_stand_at_or_before_each_project(times, filters, order):
    index, records = followed(times), times[-1]
    listed = in_order([record for record in records if fits(record, filters)], order)
    passed = {
        record.id: rows_until(index, index.select(filters, None), order, values_of(record))
        for record in records
        if record.id in listed
    }
    assert passed == {project_id: place + 1 for place, project_id in enumerate(listed)}


@given(plains(), searches(), st.sampled_from(ORDERS), st.data())
def test_a_project_that_is_gone_still_marks_its_place(records, filters, order, data):
    assume(records)
    gone = data.draw(st.sampled_from(records))
    rest = [record for record in records if record is not gone]
    index = build_index(columns(rest))
    together = in_order([record for record in records if fits(record, filters) or record is gone], order)
    passed = rows_until(index, index.select(filters, None), order, values_of(gone))
    assert passed == together.index(gone.id)
