"""Portals of one test each, which take files in and give files out."""

from contextlib import contextmanager

import pytest

from portal.database.orm import READER_BIND, db
from portal.services.imports import Report, import_file


class Portal:
    """One portal inside a transaction: records go in and files come out."""

    def __init__(self, app, folder):
        self._app, self._folder = app, folder

    def take(self, name, content, *, new_terms="add"):
        path = self._folder / name
        path.write_bytes(content)
        return self.take_file(path, new_terms=new_terms)

    def take_file(self, path, *, new_terms="add"):
        report = Report()
        import_file(db.session(), path, report=report, new_terms=new_terms)
        db.session.commit()
        return report

    def give(self, suffix, options=""):
        answer = self._app.test_client().get(f"/projects.{suffix}?sort=title&{options}")
        assert answer.status_code == 200, answer.text[:500]
        return answer.data


@contextmanager
def empty_portal(app, folder):
    """A portal whose records are forgotten at the end of the block."""
    with pytest.MonkeyPatch.context() as patch, app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        patch.setitem(db.engines, None, connection)
        patch.delitem(db.engines, READER_BIND)
        db.session.configure(join_transaction_mode="create_savepoint")
        yield Portal(app, folder)
        db.session.remove()
        outer.rollback()
