"""How many files a machine makes at once."""

import os
import subprocess
import sys

import pytest

from portal.errors import ConfigurationError
from portal.exports import slots


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Other tests of this machine make files too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


def test_two_are_made_at_once_and_the_third_waits():
    first, second = slots.take_slot(0, client="one"), slots.take_slot(0, client="two")
    assert first
    assert second
    assert slots.take_slot(0, client="three") is None
    first.release()
    third = slots.take_slot(0, client="three")
    assert third
    third.release()
    second.release()


def test_other_processes_count_too():
    script = """
from portal.exports.slots import take_slot
held = [take_slot(0, client=name) for name in ("one", "two")]
print("ok")
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    ) as other:
        assert other.stdout.readline() == b"ok\n"
        assert slots.take_slot(0, client="three") is None
        other.kill()
    # The end of a process ends its locks, however it ended.
    slot = slots.take_slot(5, client="three")
    assert slot
    slot.release()


def test_who_goes_away_waits_no_longer():
    held = [slots.take_slot(0, client="one"), slots.take_slot(0, client="two")]
    assert slots.take_slot(60, client="three", is_wanted=lambda: False) is None
    for slot in held:
        slot.release()


def test_one_client_has_one_file_made_at_a_time():
    first = slots.take_slot(0, client="192.0.2.1")
    assert first
    assert slots.take_slot(0, client="192.0.2.1") is None
    other = slots.take_slot(0, client="192.0.2.2")
    assert other
    first.release()
    second = slots.take_slot(0, client="192.0.2.1")
    assert second
    for slot in (other, second):
        slot.release()


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"portal-exports-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        slots.take_slot(0, client="one")
