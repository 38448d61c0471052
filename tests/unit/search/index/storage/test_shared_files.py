"""Files that processes share: one writes at a time, old ones go, and what fails is said and serves nobody worse."""

import logging
import os
import signal
import subprocess
import sys
import time

import pytest

from portal.config import ROOT
from portal.search.index.build import build_index
from portal.search.index.snapshot import CatalogueVersion, Snapshot
from portal.search.index.storage.shared_files import OFF, SharedFiles, shared_files
from portal.search.read_models.terms import Terms
from tests.loops import not_empty
from tests.unit.search.index.test_facet_index import columns

PATIENCE = 30  # seconds
# Writes one state after another until it is killed, and says so once it has begun.
WRITER = """
import sys
from pathlib import Path
from portal.search.index.storage.shared_files import SharedFiles
from tests.unit.search.index.storage.test_shared_files import state
files = SharedFiles(Path(sys.argv[1]))
with files.lock(0.0):
    for number in range(1, 10**6):
        files.write(state(number))
        if number == 3:
            print("begun", flush=True)
"""


def state(number):
    more = {"text/ballast": bytes(2_000_000)}
    return Snapshot(
        CatalogueVersion(number, f"stamp {number}"), None, Terms({}), build_index(columns([])), 0, sections=more
    )


def names(files):
    return sorted(path.name for path in files.folder.iterdir())


@pytest.fixture
def files(tmp_path):
    return SharedFiles(tmp_path / "snapshots")


def test_what_was_written_is_found_by_its_state(files):
    assert files.newest() is None
    assert files.write(state(5))
    assert files.open(CatalogueVersion(5, "stamp 5")).catalogue_version.version == 5
    assert files.open(CatalogueVersion(5, "another past")) is None
    assert files.newest().catalogue_version.version == 5
    assert files.age() < PATIENCE


def test_only_the_newest_files_stay_whatever_their_version(files):
    for number in not_empty([9, 8, 100, 2]):
        files.write(state(number))
        os.utime(files.path(state(number).catalogue_version), (time.time() - 10 + number % 7,) * 2)
        time.sleep(0.01)
    (files.folder / "abandoned.snapshot.part").touch()
    (files.folder / "of-other-code.snapshot").touch()
    os.utime(files.folder / "of-other-code.snapshot", (1, 1))
    (files.folder / "still-served.snapshot").touch()
    files.write(state(3))
    assert len([name for name in names(files) if name.endswith(".snapshot")]) == 3
    assert "still-served.snapshot" in names(files)
    assert files.open(CatalogueVersion(3, "stamp 3"))


def test_a_mapped_file_may_be_removed(files):
    files.write(state(1))
    mapped = files.open(CatalogueVersion(1, "stamp 1"))
    files.path(CatalogueVersion(1, "stamp 1")).unlink()
    assert len(mapped.snapshot(Terms({})).sections["text/ballast"]) == 2_000_000


def test_a_damaged_file_is_said_and_removed(files, caplog):
    files.write(state(1))
    path = files.path(CatalogueVersion(1, "stamp 1"))
    path.write_bytes(path.read_bytes()[:-100])
    with caplog.at_level(logging.WARNING):
        assert files.open(CatalogueVersion(1, "stamp 1")) is None
    assert "is made anew" in caplog.text
    assert not path.exists()


def test_one_process_writes_at_a_time(files):
    with files.lock(0.0) as lock:
        assert lock
        assert files.lock(0.0) is None
    again = files.lock(0.0)
    assert again
    again.close()


def test_a_place_that_cannot_be_written_is_said_once_and_left_alone(tmp_path, caplog):
    (tmp_path / "file").touch()
    files = SharedFiles(tmp_path / "file" / "snapshots")
    with caplog.at_level(logging.WARNING):
        assert files.lock(0.0) is None
        assert files.lock(0.0) is None
    assert len(caplog.records) == 1
    assert "each process holds its own" in caplog.text
    assert files.open(CatalogueVersion(1, "")) is None
    assert files.newest() is None


def test_a_folder_of_somebody_else_is_not_used(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert SharedFiles(tmp_path / "link").lock(0.0) is None


def test_the_setting_names_a_folder_or_switches_it_off(tmp_path):
    assert shared_files(OFF, "sqlite:///a.db") is None
    one, other = (shared_files(str(tmp_path), f"sqlite:///{name}.db") for name in "ab")
    assert one.folder.parent == tmp_path
    assert one.folder != other.folder
    assert "a.db" not in str(one.folder)


def test_a_writer_that_is_killed_leaves_a_complete_file_and_no_lock(files):
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, files.folder], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "begun\n"
        assert files.lock(0.0) is None
        time.sleep(0.05)
        writer.send_signal(signal.SIGKILL)
    with files.lock(PATIENCE) as lock:
        assert lock
    found = files.newest()
    assert found.catalogue_version.version >= 3
    assert len(found.snapshot(Terms({})).sections["text/ballast"]) == 2_000_000
    files.write(state(10**7))
    assert [name for name in names(files) if name.endswith(".part")] == []
