"""What the master of a server has done before it forks: the first change needs nothing that a later one does not."""

import logging

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from portal import preloading
from portal.cli.database import SAMPLE_FILE, begin_exclusive_writing
from portal.database.orm import READER_BIND, db
from portal.models import Catalogue
from portal.search.index import current, refresh
from portal.services.imports import Report, import_file


@pytest.fixture
def app(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        begin_exclusive_writing()
        import_file(db.session(), SAMPLE_FILE, report=Report())
        db.session.commit()
    return app


def test_the_first_change_finds_its_statements_compiled(app, caplog):
    preloading._answer_pages(app)
    with app.app_context():
        snapshot = current.current_snapshot()
        newest = snapshot.index.page(snapshot.index.all_rows, "newest", 0, 2)
        begin_exclusive_writing()
        Catalogue.touch(db.session(), [newest[1]])
        db.session.commit()
        with caplog.at_level(logging.INFO, "sqlalchemy.engine"):
            patched = current.current_snapshot()
    assert patched.changed_ids == {newest[1]}
    said = [record.getMessage() for record in caplog.records]
    assert any("[cached since" in line for line in said)
    assert [line for line in said if "[generated in" in line] == []


def test_without_a_rehearsal_pages_are_answered_and_indexes_made_nevertheless(app, caplog):
    with app.app_context():
        store, reader = refresh.store_for(db.engine), db.engines.get(READER_BIND) or db.engine

    def refuse(_connection, _cursor, statement, *_):
        if "catalogue_change" in statement:
            raise OperationalError(statement, None, Exception("taken too long"))

    event.listen(reader, "before_cursor_execute", refuse)
    try:
        preloading._answer_pages(app)
    finally:
        event.remove(reader, "before_cursor_execute", refuse)
    assert "no change could be rehearsed" in caplog.text
    assert store.next_rebuild_at == 0
    with app.app_context():
        assert len(current.caches_for(current.current_snapshot()).projects) > 0
