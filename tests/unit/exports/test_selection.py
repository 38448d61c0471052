"""The projects of a file: in the order of the page, and all of one moment."""

import pytest

from portal.database.orm import db
from portal.exports import record
from portal.exports.selection import reading, select_all
from portal.search import Filters, find
from tests.factories import import_records

TITLES = ["Anchor", "Beacon", "Compass", "Dory"]


@pytest.fixture
def stored(new_app, new_database):
    """An application whose public reader has connections of its own."""
    app = new_app(new_database())
    with app.app_context():
        import_records(db.session, [{"title": title, "project_id": f"LM.{title}"} for title in TITLES])
        db.session.remove()
    return app


@pytest.fixture
def one_by_one(monkeypatch):
    monkeypatch.setattr(record, "BATCH_RECORDS", 1)


def test_a_file_is_of_one_moment_however_long_it_takes(stored, one_by_one):
    with stored.app_context(), reading() as connection:
        selection = select_all(Filters(sort="title"))
        batches = selection.batches(connection)
        assert [each.title for each in next(batches)] == ["Anchor"]
        import_records(db.session, [{"title": "Compass rose", "project_id": "LM.Compass2"}])
        assert [each.title for batch in batches for each in batch] == TITLES[1:]
        assert selection.is_of_state(connection)
        db.session.remove()


def test_a_change_since_the_selection_is_noticed(stored):
    with stored.app_context():
        selection = select_all(Filters())
        import_records(db.session, [{"title": "Elm", "project_id": "LM.Elm"}])
        with reading() as connection:
            assert not selection.is_of_state(connection)
        db.session.remove()


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "budget", "-budget", "relevance"])
@pytest.mark.parametrize("text", ["", "Africa", "reg"])
def test_a_selection_has_the_ids_of_all_pages_in_their_order(sample, sort, text):
    filters = Filters(text=text, sort=sort, per_page=7)
    pages = range(1, find(filters).last_page + 1)
    on_pages = [project.id for page in pages for project in find(filters.replace(page=page)).projects]
    assert len(on_pages) > 7
    assert select_all(filters).ids.tolist() == on_pages
