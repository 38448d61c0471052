import stat
import tempfile
from threading import Thread

import pytest

from portal.exports.file_cache import FileCache, file_cache


@pytest.fixture
def files(tmp_path):
    return FileCache(tmp_path / "kept")


def made(files, name, content=b"whole"):
    claim = files.claim(0)
    assert list(claim.keep(name, [content])) == [content]
    claim.release()


def read(files, name):
    with files.open(name) as file:
        return file.read()


def test_a_file_that_was_never_made_is_not_there(files):
    assert files.open("state-1") is None


def test_a_file_is_kept_under_the_name_of_its_state(files):
    made(files, "state-1")
    assert read(files, "state-1") == b"whole"


def test_the_file_of_a_new_state_replaces_the_old_one(files, tmp_path):
    made(files, "state-1")
    made(files, "state-2")
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"state-2", "lock"}


def test_a_file_that_is_being_read_can_be_read_to_its_end(files):
    made(files, "state-1")
    with files.open("state-1") as file:
        made(files, "state-2")
        assert file.read() == b"whole"


def test_a_file_is_not_there_before_it_is_whole(files):
    claim = files.claim(0)
    pieces = claim.keep("state-1", [b"one", b"two"])
    assert (next(pieces), next(pieces)) == (b"one", b"two")
    assert files.open("state-1") is None
    pieces.close()
    claim.release()


def test_nothing_remains_of_a_file_that_is_not_finished(files, tmp_path):
    claim = files.claim(0)
    pieces = claim.keep("state-1", [b"one", b"two"])
    next(pieces)
    pieces.close()
    claim.release()
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"lock"}


def test_two_never_make_the_file_at_once(files):
    claim = files.claim(0)
    assert files.claim(0.1) is None
    claim.release()
    files.claim(0).release()


def test_whoever_waits_gets_the_claim_once_it_is_free(files):
    claim, waiting = files.claim(0), []
    thread = Thread(target=lambda: waiting.append(files.claim(10)))
    thread.start()
    claim.release()
    thread.join()
    waiting[0].release()


def test_nobody_waits_for_a_client_that_has_gone(files):
    claim = files.claim(0)
    assert files.claim(60, is_wanted=lambda: False) is None
    claim.release()


def test_only_the_owner_can_read_the_folder(files, tmp_path):
    files.claim(0).release()
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_portals_do_not_share_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made(file_cache("sqlite:///one.db"), "state-1")
    assert file_cache("sqlite:///two.db").open("state-1") is None
    assert read(file_cache("sqlite:///one.db"), "state-1") == b"whole"
