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
    first, second = slots.take_slot(0), slots.take_slot(0)
    assert first
    assert second
    assert slots.take_slot(0) is None
    first.release()
    third = slots.take_slot(0)
    assert third
    third.release()
    second.release()


def test_other_processes_count_too():
    script = "from portal.exports.slots import take_slot; a, b = take_slot(0), take_slot(0); print('ok'); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    ) as other:
        assert other.stdout.readline() == b"ok\n"
        assert slots.take_slot(0) is None
        other.kill()
    # The end of a process ends its locks, however it ended.
    slot = slots.take_slot(5)
    assert slot
    slot.release()


def test_who_goes_away_waits_no_longer():
    held = [slots.take_slot(0), slots.take_slot(0)]
    assert slots.take_slot(60, is_wanted=lambda: False) is None
    for slot in held:
        slot.release()


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"portal-exports-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        slots.slots_folder()
