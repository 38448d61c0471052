"""Projects through the snapshot: of one state, and some ahead of their visitors."""

import pytest

from portal.cli.database import SAMPLE_FILE, begin_exclusive_writing
from portal.database.orm import READER_BIND, db
from portal.search.index import caches, current
from portal.services.imports import Report, import_file
from tests.statements import sent


@pytest.fixture(scope="module")
def app(new_app, new_database):
    return new_app(new_database())


@pytest.fixture(scope="module")
def snapshot(app):
    with app.app_context():
        begin_exclusive_writing()
        import_file(db.session(), SAMPLE_FILE, report=Report())
        db.session.commit()
        yield current.current_snapshot()
        db.session.remove()


def test_the_newest_and_the_first_pages_of_frequent_values_are_read_ahead(snapshot, monkeypatch):
    kept, index = caches.caches_for(snapshot).projects, snapshot.index
    kept.clear()
    monkeypatch.setattr(current, "_READY_PROJECTS", 50)
    monkeypatch.setattr(current, "_READY_NEWEST", 10)
    monkeypatch.setattr(current, "_READY_BATCH", 20)
    sizes = []
    for _ in range(5):
        current.keep_projects_ready()
        sizes.append(len(kept))
    assert sizes == [20, 40, 50, 50, 50]
    assert list(kept)[:10] == index.page(index.all_rows, "newest", 0, 10)
    values = sorted((rows for facet in index.bitmaps.values() for rows in facet.values()), key=len, reverse=True)
    pages = [index.page(rows, "newest", 0, 20) for rows in values]
    held = [kept.keys() >= set(page) for page in pages]
    # Up to the place where there is no more room, and by chance some after it.
    assert held[:2] == [True, True]
    assert not all(held)


@pytest.mark.parametrize("most", [30, 60, 100])
def test_as_many_are_read_ahead_as_there_is_room_for_or_all(snapshot, monkeypatch, most):
    index = snapshot.index
    monkeypatch.setattr(current, "_READY_PROJECTS", most)
    monkeypatch.setattr(current, "_READY_NEWEST", 10)
    monkeypatch.setattr(current, "DEFAULT_PAGE_SIZE", 1)
    ids = current.ready_ids(index)
    assert len(set(ids)) == len(ids) == min(most, len(index.all_rows))


def test_what_visitors_read_stays_when_the_cache_is_full(snapshot, monkeypatch):
    kept, index, most = caches.caches_for(snapshot).projects, snapshot.index, 64
    assert len(index.all_rows) > most
    monkeypatch.setattr(current, "_READY_PROJECTS", current._READY_PROJECTS * most // current.MAX_CACHED_PROJECTS)
    monkeypatch.setattr(current, "MAX_CACHED_PROJECTS", most)
    kept.clear()
    kept.update(dict.fromkeys(range(-most, 0), "of a visitor"))
    current.load_projects(snapshot, index.page(index.all_rows, "oldest", 0, 1))
    after = list(kept)
    assert len(after) < most
    current.keep_projects_ready()
    assert list(kept) == after


@pytest.fixture
def public(app, snapshot):
    """A public request that has read nothing yet, and no project in memory."""
    caches.caches_for(snapshot).projects.clear()
    with app.test_request_context("/projects/"):
        app.preprocess_request()
        yield caches.caches_for(snapshot).projects


def test_projects_are_read_by_one_statement_that_no_transaction_surrounds(snapshot, public):
    with sent(db.engines[READER_BIND]) as statements:
        found = current.load_projects(snapshot, snapshot.index.page(snapshot.index.all_rows, "newest", 0, 45))
    assert len(found) == len(public) == 45
    assert [statement.split()[0] for statement, _ in statements] == ["SELECT"]
    assert current.visible_version() is None


@pytest.mark.parametrize("places", [(0, 1, 2), (2, 0, 1), (1, 1, 0), ()])
def test_projects_in_memory_are_not_read_again(snapshot, public, places):
    ids = snapshot.index.page(snapshot.index.all_rows, "newest", 0, 3)
    current.load_projects(snapshot, ids)
    asked = [ids[place] for place in places]
    with sent(db.engines[READER_BIND]) as statements:
        found = current.load_projects(snapshot, asked)
    assert ([project.id for project in found], statements) == (asked, [])
