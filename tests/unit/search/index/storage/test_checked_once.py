"""One process of the machine compares a file with its checksums; what was written since is compared again."""

import os
import time

import numpy as np
import pytest

from portal.search.index.storage import array_file, checked_once
from portal.search.index.storage.array_file import UnusableFileError

SECTIONS = {"numbers": np.arange(1_000), "text": b"as it was written"}


@pytest.fixture
def path(tmp_path):
    array_file.write(tmp_path / "a.file", {}, SECTIONS)
    return tmp_path / "a.file"


def damage(path):
    """Flip a bit of the last section, at a time that a file system can tell from the one before."""
    time.sleep(0.02)
    content = bytearray(path.read_bytes())
    content[content.rindex(b"written")] ^= 1
    path.write_bytes(content)


def is_compared(path):
    """Whether the next reader compares the file: its header is right, so only the checksums of sections can tell."""
    before = path.stat()
    content = path.read_bytes()
    damage(path)
    # As if nobody had written: what a note is about has not changed.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    try:
        checked_once.read(path)
    except UnusableFileError:
        return True
    finally:
        path.write_bytes(content)
    return False


def test_a_file_is_compared_by_the_first_reader(path):
    damage(path)
    with pytest.raises(UnusableFileError, match="text is damaged"):
        checked_once.read(path)


def test_a_reader_leaves_a_note_for_the_others(path):
    checked_once.read(path)
    note = path.with_name("a.file.checked")
    assert note.stat().st_mode & 0o077 == 0
    assert str(path.stat().st_ino) in note.read_text()
    compared = []
    array_file.read(path, lambda status: compared.append(status) or True)
    assert compared


def test_damage_after_the_check_is_noticed_even_with_the_time_of_before(path):
    checked_once.accept(path)
    assert is_compared(path)


def test_a_note_of_another_run_of_the_machine_counts_for_nothing(path):
    checked_once.accept(path)
    note = path.with_name("a.file.checked")
    boot = note.read_text().split()[0]
    damage(path)
    status = path.stat()
    fields = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    note.write_text(" ".join(map(str, ("another-" + boot, *fields))))
    with pytest.raises(UnusableFileError):
        checked_once.read(path)
    # The right note shows that nothing else was wrong with this one.
    note.write_text(" ".join(map(str, (boot, *fields))))
    assert bytes(checked_once.read(path).content("text")) == b"as it was vritten"


def test_a_file_goes_with_its_note(path):
    checked_once.accept(path)
    checked_once.remove(path)
    assert list(path.parent.iterdir()) == []


def test_where_no_note_can_be_written_the_file_is_read_all_the_same(path):
    path.with_name("a.file.checked").mkdir()
    assert checked_once.read(path).array("numbers").tolist() == list(range(1_000))
