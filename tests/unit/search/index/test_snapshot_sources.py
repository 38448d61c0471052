"""Two processes of one machine, as two stores over one database: one makes a snapshot, the other maps it."""

import logging
from dataclasses import replace

import pytest
from pyroaring import BitMap

from portal.cli.database import SAMPLE_FILE
from portal.database.orm import db
from portal.database.public_reader import public_session
from portal.search.index import current, refresh, snapshot_sources
from portal.search.index.caches import caches_for, keep_all
from portal.search.index.storage import shared_files
from portal.search.index.storage.shared_files import SharedFiles
from portal.search.query.filters import Filters
from tests.index_dump import told
from tests.loops import not_empty
from tests.unit.search.index.test_refresh import rows_of, take, touch, wait_for, written


@pytest.fixture(scope="module")
def served(new_app, new_database):
    app = new_app(new_database())
    with app.app_context():
        take(SAMPLE_FILE)
        yield app
        db.session.remove()


@pytest.fixture
def process(served, tmp_path, monkeypatch):
    """process() is one more process: its store, whose first snapshot is obtained."""
    monkeypatch.setattr(snapshot_sources, "_SECONDS_BETWEEN_FILES", 0.0)

    def start():
        store = refresh.SnapshotStore(max_staleness=0.001, files=SharedFiles(tmp_path / "snapshots"))
        look(store)
        return store

    return start


def look(store):
    with public_session() as session:
        return refresh.check_version(store, session)


def share(store):
    with public_session() as session:
        refresh.share(store, session)
    return store.snapshot


def anew():
    with public_session() as session:
        return snapshot_sources.load(session)


def change(tmp_path, place, title):
    take(written(tmp_path / "changed.csv", [rows_of(SAMPLE_FILE)[place] | {"title": title}]))


def test_the_first_process_builds_and_the_second_maps(process, monkeypatch):
    one = process()
    assert one.snapshot.is_stored
    monkeypatch.setattr(snapshot_sources, "load", lambda _: pytest.fail("it was built again"))
    other = process()
    assert other.snapshot.is_stored
    assert told(other.snapshot.index) == told(one.snapshot.index)


def test_a_file_waits_while_all_processes_renew_their_pages(process, tmp_path, monkeypatch):
    store = refresh.store_for(db.engine.engine)
    monkeypatch.setattr(store, "files", process().files)
    change(tmp_path, 5, "So recent that its file waits")
    monkeypatch.setattr(current, "_SECONDS_FOR_VISITORS", 600.0)
    assert not current.current_snapshot(at_once=True).is_stored
    current.share_snapshot()
    assert not store.snapshot.is_stored
    monkeypatch.setattr(current, "_SECONDS_FOR_VISITORS", 0.0)
    current.share_snapshot()
    assert store.snapshot.is_stored


def test_a_change_is_patched_at_once_and_then_shared(process, tmp_path):
    one, other = process(), process()
    change(tmp_path, 3, "Patched and then shared")
    for store in not_empty([one, other]):
        assert not look(store).is_stored
    kept = caches_for(one.snapshot)
    kept.projects[1] = "a project"
    assert share(one).is_stored
    # Whoever wrote it numbers rows as before, so all that was computed stays.
    assert caches_for(one.snapshot) is kept
    caches_for(other.snapshot).projects[1] = "a project"
    assert share(other).is_stored
    assert caches_for(other.snapshot).projects == {1: "a project"}
    assert told(one.snapshot.index) == told(other.snapshot.index) == told(anew().index)


def test_rows_are_kept_for_a_file_that_numbers_them_as_before(process):
    one, criteria = process().snapshot, Filters(budget_min=1)
    caches_for(one).ranges[criteria] = BitMap([1])
    columns = one.index.row_columns
    other = replace(one, index=replace(one.index, row_columns=replace(columns, ids=columns.ids[::-1])))
    for file, kept in ((replace(one), {criteria: BitMap([1])}), (other, {})):
        keep_all(one, file)
        assert caches_for(file).ranges == kept


def test_a_process_that_comes_later_maps_the_newer_state_and_knows_what_changed(process, tmp_path):
    one, other = process(), process()
    before = other.snapshot
    change(tmp_path, 4, "Seen later")
    look(one)
    share(one)
    newer = look(other)
    assert newer.is_stored
    assert newer.terms is before.terms
    assert len(newer.changed_ids) == 1


def test_a_process_that_starts_patches_the_newest_file(process, tmp_path, monkeypatch):
    process()
    change(tmp_path, 5, "After the file")
    monkeypatch.setattr(snapshot_sources, "load", lambda _: pytest.fail("it was built again"))
    assert not process().snapshot.is_stored


def test_a_change_of_everything_is_built_by_one_process(process, monkeypatch):
    one, other = process(), process()
    touch(None)
    refresh.rebuild_snapshot(one, db.engine)
    assert one.snapshot.is_stored
    monkeypatch.setattr(snapshot_sources, "load", lambda _: pytest.fail("it was built again"))
    assert look(other).catalogue_version == one.snapshot.catalogue_version
    assert other.snapshot.is_stored


def test_files_are_written_no_oftener_than_that(process, tmp_path, monkeypatch):
    one = process()
    monkeypatch.setattr(snapshot_sources, "_SECONDS_BETWEEN_FILES", 60.0)
    change(tmp_path, 6, "Too soon")
    look(one)
    assert not share(one).is_stored


def test_damage_to_any_part_of_the_file_is_mended_and_shown_to_nobody(process, caplog):
    one = process()
    expected, version = told(one.snapshot.index), one.snapshot.catalogue_version
    path = one.files.path(version)
    size = path.stat().st_size
    for place in not_empty([0, 9, 13, 30, 200, size // 4, size // 2, size * 3 // 4, size - 100]):
        whole = bytearray(path.read_bytes())
        whole[place : place + 64] = bytes(byte ^ 0xFF for byte in whole[place : place + 64])
        path.unlink()
        path.write_bytes(whole)
        path.chmod(0o600)
        with caplog.at_level(logging.WARNING):
            found = process().snapshot
        assert (told(found.index), found.is_stored) == (expected, True)
    path.write_bytes(path.read_bytes()[: size // 3])
    assert told(process().snapshot.index) == expected
    # The one that mapped a file before it was damaged goes on.
    assert told(one.snapshot.index) == expected


def test_where_nothing_can_be_written_each_process_holds_its_own(served, tmp_path):
    (tmp_path / "file").touch()
    store = refresh.SnapshotStore(max_staleness=0.001, files=SharedFiles(tmp_path / "file" / "snapshots"))
    assert told(look(store).index) == told(anew().index)
    assert not share(store).is_stored


def test_a_process_does_not_wait_for_ever_for_one_that_builds(process, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot_sources, "_PATIENCE_SECONDS", 0.0)
    with SharedFiles(tmp_path / "snapshots").lock(0.0):
        assert not process().snapshot.is_stored
    assert shared_files.OFF == "off"
    assert wait_for(lambda: process().snapshot.is_stored)
