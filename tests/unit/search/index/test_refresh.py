"""The kept snapshot: it follows every change, never makes anyone wait for a rebuild, and outlives a failure."""

import csv
import logging
import threading
import time

import pytest
from sqlalchemy import text as sql

from portal.cli.database import SAMPLE_FILE, begin_exclusive_writing
from portal.database.orm import db
from portal.models import Catalogue, Project
from portal.search import directory
from portal.search.index import current, refresh
from portal.search.index.caches import caches_for
from portal.search.query.filters import Filters
from portal.services.audit import recording
from portal.services.imports import Report, import_file
from tests.index_dump import told

PATIENCE = 30  # seconds that a rebuild may take on a busy machine
ORDERS = ("", "oldest", "budget", "-budget", "title")


@pytest.fixture(scope="module")
def served(new_app, new_database):
    """An application as it serves: it believes the state of the database for a moment, and nobody waits."""
    app = new_app(new_database())
    with app.app_context():
        take(SAMPLE_FILE)
        refresh.store_for(db.engine).max_staleness = 0.001
        current.current_snapshot()
        yield app
        db.session.remove()


def take(path, **options):
    report = Report()
    begin_exclusive_writing()
    import_file(db.session(), path, report=report, **options)
    db.session.commit()
    time.sleep(0.002)
    return report


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def listed(order="", query=""):
    return [project.slug for project in directory.find(Filters(text=query, sort=order, per_page=100)).projects]


def touch(project_ids):
    begin_exclusive_writing()
    Catalogue.touch(db.session(), project_ids)
    db.session.commit()
    time.sleep(0.002)


def wait_for(what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.01)
    return False


def test_changes_are_taken_in_without_a_rebuild(served, tmp_path):
    held = refresh.store_for(db.engine)
    before, renewal = current.current_snapshot(), held.rebuild_thread
    changed = [row | {"title": f"Z {row['title']}", "year": "1999"} for row in rows_of(SAMPLE_FILE)[:9]]
    take(written(tmp_path / "changed.csv", changed))
    after = current.current_snapshot()
    assert after.index.built_count == before.index.built_count
    assert len(after.index.appended) >= 9
    assert held.rebuild_thread is renewal
    assert told(after.index) == told(refresh.snapshots.load_snapshot(db.session()).index)


def test_a_changed_project_is_listed_by_its_new_words_at_once(served, tmp_path):
    row = rows_of(SAMPLE_FILE)[20]
    take(written(tmp_path / "one.csv", [row | {"title": "Quokka census"}]))
    assert listed(query="quokka") == [row["project_id"] or listed(query="quokka")[0]]


def test_a_project_that_is_taken_back_is_gone_at_once(served):
    key = listed()[0]
    project = db.session.query(Project).filter_by(slug=key).one()
    begin_exclusive_writing()
    project = db.session.get(Project, project.id)
    project.published_at = None
    recording.record(db.session(), "withdrawn", "project", project.id)
    Catalogue.touch(db.session(), [project.id])
    db.session.commit()
    time.sleep(0.002)
    assert all(key not in listed(order) for order in ORDERS)


def test_a_change_of_everything_is_read_anew_while_the_old_serves(served):
    held = refresh.store_for(db.engine)
    held.next_rebuild_at = 0
    before = current.current_snapshot()
    touch(None)
    assert current.current_snapshot() is before
    assert wait_for(
        lambda: current.current_snapshot().catalogue_version == refresh.snapshots.read_catalogue_version(db.session())
    )
    assert current.current_snapshot().index.appended == ()


def test_a_database_restored_to_another_past_is_noticed(served):
    begin_exclusive_writing()
    db.session.execute(sql("UPDATE catalogue_change SET stamp = 'another past'"))
    db.session.execute(sql("UPDATE catalogue SET stamp = 'another past'"))
    db.session.commit()
    time.sleep(0.002)
    refresh.store_for(db.engine).next_rebuild_at = 0
    assert wait_for(lambda: current.current_snapshot().catalogue_version.stamp == "another past")


def test_an_index_that_cannot_be_made_leaves_the_old_one_serving_and_says_so(served, caplog):
    held = refresh.store_for(db.engine)
    keys = listed()
    db.session.rollback()
    # On PostgreSQL the views that the index is read through would follow a table to its new name.
    rename = f"ALTER TABLE {'' if db.engine.dialect.name == 'sqlite' else 'published.'}{{}} RENAME TO {{}}"
    begin_exclusive_writing()
    db.session.execute(sql(rename.format("project_tag", "mislaid")))
    Catalogue.touch(db.session(), None)
    db.session.commit()
    time.sleep(0.002)
    held.next_rebuild_at = 0
    with caplog.at_level(logging.ERROR):
        assert wait_for(lambda: current.current_snapshot() and held.failure)
    assert "could not be renewed" in caplog.text
    assert current.index_status().startswith("The index cannot be built since")
    assert current.current_snapshot().index.ids_of(list(current.current_snapshot().index.all_rows[:3]))
    db.session.rollback()
    begin_exclusive_writing()
    db.session.execute(sql(rename.format("mislaid", "project_tag")))
    db.session.commit()
    held.next_rebuild_at = 0
    assert wait_for(lambda: current.current_snapshot() and current.index_status() == "ok")
    assert listed() == keys


@pytest.mark.usefixtures("sample")
def test_an_unchanged_catalogue_keeps_its_snapshot(session):
    assert current.current_snapshot() is current.current_snapshot()


@pytest.mark.usefixtures("sample")
def test_an_index_that_was_never_built_is_reported(session):
    refresh.store_for(db.engine.engine).snapshot = None
    # The session of a test reads the tables themselves on PostgreSQL too, not the views of the public reader.
    session.execute(sql("ALTER TABLE project_tag RENAME TO mislaid"))
    assert current.index_status().startswith("The index cannot be built since")


def test_after_a_rebuild_the_next_one_waits(served):
    store = refresh.SnapshotStore()
    refresh.rebuild_snapshot(store, db.engine)
    assert store.snapshot.index.all_rows
    assert time.monotonic() < store.next_rebuild_at < time.monotonic() + PATIENCE * 2
    refresh.rebuild_async(store, db.engine)
    assert store.rebuild_thread is None
    store.next_rebuild_at = 0
    refresh.rebuild_async(store, db.engine)
    store.rebuild_thread.join(PATIENCE)
    assert store.failure == ""


def test_the_watcher_goes_on_after_a_failure():
    seen = threading.Event()
    calls = []

    def check():
        calls.append(len(calls))
        if len(calls) < 4:
            raise RuntimeError
        seen.set()
        # The thread lives as long as the process; it must not disturb the other tests.
        threading.Event().wait()

    refresh.start_watcher(check, interval=0.001)
    assert seen.wait(PATIENCE)


def test_a_project_of_a_newer_state_is_not_kept_for_the_index_of_the_older(served):
    snapshot = current.current_snapshot()
    project_id = int(snapshot.index.page(snapshot.index.all_rows, "newest", 0, 1)[0])
    caches_for(snapshot).projects.clear()
    touch([project_id])
    assert [project.id for project in current.load_projects(snapshot, [project_id])] == [project_id]
    assert caches_for(snapshot).projects == {}
    renewed = current.current_snapshot()
    current.load_projects(renewed, [project_id])
    assert set(caches_for(renewed).projects) == {project_id}
