"""Portals of their own for tests that replace a whole database."""

import contextlib
import shutil
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import create_engine, make_url, text

from portal.app import create_app
from portal.cli.database import import_sample, migrate_database
from portal.config import Settings
from portal.database.engines import engine_options, parse_database_url
from portal.database.orm import db
from portal.services.operations.backups import restore as restoring
from portal.services.operations.backups.backup import back_up
from tests.factories import Office, let_go


class OwnPortal:
    """A portal on a database of its own: `engine` and `session` of it inside its block."""

    def __init__(self, address, state):
        self.settings = Settings(
            database_url=address, secret_key="0123456789abcdef" * 4, state_folder=str(state), api_limit=0
        )
        self.url = parse_database_url(address)
        self.list = state / "disabled-accounts.jsonl"

    @contextlib.contextmanager
    def running(self):
        app = create_app(self.settings)
        with app.app_context():
            yield app
            db.session.remove()
            let_go()

    def make_engine(self, url):
        return create_engine(url, **engine_options(url, self.settings, 0))

    def verify(self, backup):
        return restoring.verify(self.url, backup, self.make_engine)

    def restore(self, backup, *, sends_mail=False):
        return restoring.restore(self.url, backup, self.make_engine, own_list=self.list, sends_mail=sends_mail)

    def titles_kept_in(self, kept):
        """The titles of drafts in the state that a restore replaced, which is `kept`."""
        if self.url.drivername == "sqlite":
            return titles_in_file(Path(kept))
        name = kept.removeprefix("the database ")
        server = self.make_engine(self.url.set(database="postgres"))
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'))
        server.dispose()
        engine = self.make_engine(self.url.set(database=name))
        with engine.connect() as connection:
            titles = set(connection.execute(text("SELECT payload ->> 'title' FROM revision")).scalars())
        engine.dispose()
        return titles


def titles_in_file(path):
    connection = pysqlite3.connect(path)
    titles = {title for (title,) in connection.execute("SELECT json_extract(payload, '$.title') FROM revision")}
    connection.close()
    return titles


@pytest.fixture(scope="session")
def prepared(new_database, tmp_path_factory):
    """A portal with the sample records and an office, and its backup; nobody changes it."""
    folder = tmp_path_factory.mktemp("prepared")
    made = OwnPortal(new_database(), folder)
    with made.running():
        migrate_database()
        import_sample()
        Office(db.session())
        db.session.commit()
        back_up(db.engine, folder / "portal.backup")
    return made, folder / "portal.backup"


@pytest.fixture
def portal(prepared, new_database, tmp_path):
    """A copy of it of one's own."""
    original, _ = prepared
    state = tmp_path / "state"
    state.mkdir()
    made = OwnPortal(new_database(), state)
    if made.url.drivername == "sqlite":
        shutil.copy(original.url.database, made.url.database)
        return made
    server = made.make_engine(made.url.set(database="postgres"))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE "{made.url.database}"'))
        connection.execute(text(f'CREATE DATABASE "{made.url.database}" TEMPLATE "{original.url.database}"'))
    server.dispose()
    return made


@pytest.fixture
def backup(prepared, tmp_path):
    """The backup of the portal, with what lies beside it, in a folder of its own."""
    _, original = prepared
    folder = tmp_path / "copies"
    folder.mkdir()
    for path in original.parent.glob(f"{original.name}*"):
        shutil.copy(path, folder)
    return folder / original.name


@pytest.fixture
def elsewhere(portal):
    """Another database of the same server, or file in the same folder, that does not exist yet."""
    url = make_url(portal.settings.database_url)
    name = f"{url.database}_2" if url.drivername == "postgresql" else str(Path(url.database).with_name("other.db"))
    made = OwnPortal(url.set(database=name).render_as_string(hide_password=False), portal.list.parent)
    yield made
    if url.drivername == "postgresql":
        server = made.make_engine(portal.url.set(database="postgres"))
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        server.dispose()
