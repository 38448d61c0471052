"""The file of all activities is written once something was published, by one process, before anybody asks."""

import tempfile

import pytest

from portal import iati_file
from portal.exports.file_cache import file_cache
from portal.exports.slots import MAX_MAKERS, take_slot
from tests.factories import import_records
from tests.loops import not_empty

ADDRESS = "/iati/activities.xml"

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def at_rest(monkeypatch):
    """The last change of the records is long enough ago."""
    monkeypatch.setattr(iati_file, "_QUIET_SECONDS", 0.0)


@pytest.fixture
def files(app):
    settings = app.extensions["settings"]
    return file_cache(settings.database_url, settings.public_url)


def written(client, files):
    """The file that is kept for the current state, None if there is none."""
    file = files.open(client.head(ADDRESS).headers["ETag"].strip('"'))
    if file is None:
        return None
    with file:
        return file.read()


def test_the_file_is_there_before_anybody_asks(app, client, files, at_rest):
    assert written(client, files) is None
    assert iati_file.write_if_outdated(app)
    kept = written(client, files)
    assert kept.startswith(b"<?xml")
    assert kept == client.get(ADDRESS).data


def test_it_is_written_once_for_each_state(app, client, session, files, at_rest):
    assert iati_file.write_if_outdated(app)
    assert not iati_file.write_if_outdated(app)
    before = written(client, files)
    import_records(session, [{"project_id": "ZZ.0001", "title": "New", "start_date": "2020", "status": "Active"}])
    assert written(client, files) is None
    assert iati_file.write_if_outdated(app)
    assert written(client, files) not in (None, before)


def test_the_command_writes_it(app, client, files, at_rest, monkeypatch):
    lowered = []
    monkeypatch.setattr(iati_file.os, "nice", lowered.append)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["iati-file"]).output == "Written.\n"
    assert written(client, files).startswith(b"<?xml")
    assert runner.invoke(args=["iati-file"]).output == "There is nothing to write, or another process does.\n"
    assert lowered == [10, 10]


def test_it_waits_until_nothing_is_being_published(app, client, session, files):
    import_records(session, [{"project_id": "ZZ.0001", "title": "New", "start_date": "2020", "status": "Active"}])
    assert not iati_file.write_if_outdated(app)
    assert written(client, files) is None


def test_another_process_that_writes_it_is_left_alone(app, client, files, at_rest):
    claim = files.claim(0)
    assert not iati_file.write_if_outdated(app)
    claim.release()
    assert iati_file.write_if_outdated(app)


def test_files_that_people_ask_for_come_first(app, client, files, at_rest):
    slots = [take_slot(0.0, client=f"192.0.2.{number}") for number in range(MAX_MAKERS)]
    assert all(not_empty(slots))
    assert not iati_file.write_if_outdated(app)
    assert written(client, files) is None
    for slot in slots:
        slot.release()
    assert iati_file.write_if_outdated(app)
