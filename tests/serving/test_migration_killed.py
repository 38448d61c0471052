"""`portal migrate` killed in the middle: the database is as it was before, and the next run does all of it.

PORTAL_KILLS is how many moments of one migration are tried.
"""

import csv
import os
import subprocess
import time
from contextlib import closing

import pysqlite3
import pytest
from alembic import command
from sqlalchemy import text

from deploy import rehearsal
from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db
from portal.search.consistency import find_inconsistencies
from portal.search.index.snapshot import load_snapshot
from portal.services.operations import migrations
from tests.loops import not_empty
from tests.over_http import PATIENCE
from tests.waiting import eventually

KILLS = int(os.environ.get("PORTAL_KILLS") or 3)
COPIES = 10  # of the sample, so that its text index takes a moment
BEFORE = "0022"  # the next migration empties the text index


@pytest.fixture(scope="module")
def old_portal(new_app, new_database, tmp_path_factory):
    """The address of a database of some time ago, with many projects; db.session is its."""
    address = new_database()
    table = tmp_path_factory.mktemp("import") / "projects.csv"
    with SAMPLE_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for copy in range(COPIES):
            different = {"project_id": ""} if copy else {}
            writer.writerows(row | different | {"title": f"{row['title']} {copy}"} for row in rows)
    with new_app(address).app_context():
        subprocess.run([rehearsal.program("portal"), "import", table], env=environ(address), check=True)
        go_back()
        yield address


def environ(address):
    return {**os.environ, "DATABASE_URL": address}


def go_back():
    db.session.remove()
    with db.engine.execution_options(writes=True).begin() as connection:
        command.downgrade(migrations.alembic_config(connection), BEFORE)


def is_migrating():
    """Whether a command holds the lock of those that write."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar())
    with closing(pysqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except pysqlite3.OperationalError:
            return True
        return False


def migrate(address):
    return subprocess.Popen([rehearsal.program("portal"), "migrate"], env=environ(address))


def state():
    """The revision, and how many documents the text index has."""
    with db.engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM project_text")).scalar_one()
        return migrations.current_revision(connection), count


def test_a_migration_that_is_killed_has_changed_nothing_and_the_next_does_all(old_portal):
    before = state()
    assert before == (BEFORE, 0)
    process = migrate(old_portal)
    eventually(is_migrating)
    began = time.monotonic()
    eventually(lambda: not is_migrating())
    took = time.monotonic() - began
    assert process.wait(PATIENCE) == 0
    after = state()
    go_back()
    found = []
    for kill in range(KILLS):
        process = migrate(old_portal)
        eventually(is_migrating)
        time.sleep(took * kill / KILLS)
        process.kill()
        process.wait(PATIENCE)
        found.append(state())
        if found[-1] == after:
            go_back()
    # The last may have come to its end, if the first was slower.
    assert found[0] == before
    assert set(not_empty(found)) <= {before, after}
    assert migrate(old_portal).wait(PATIENCE) == 0
    assert state() == after
    assert list(find_inconsistencies(db.session(), load_snapshot(db.session()))) == []
