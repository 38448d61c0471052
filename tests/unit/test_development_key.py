"""The key of a development start: made once, for its owner alone, and the same for all who start at once."""

import subprocess
import sys

import pytest

from portal import development_key
from portal.config import ROOT
from portal.errors import ConfigurationError

START = "import sys; from pathlib import Path; from portal.development_key import read_or_make as read; print(read(Path(sys.argv[1])))"  # fmt: skip # noqa: E501


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    folder = tmp_path / "instance"
    key = development_key.read_or_make(folder)
    assert len(key) == 64
    assert development_key.read_or_make(folder) == key
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_get_one_key(tmp_path):
    command = [sys.executable, "-c", START, tmp_path]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=30)[0] for process in started}) == 1


def test_a_key_that_others_can_read_is_closed_to_them(tmp_path):
    key = development_key.read_or_make(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    assert development_key.read_or_make(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\x00"])
def test_a_file_without_a_key_is_not_replaced_silently(content, tmp_path):
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(ConfigurationError, match="holds no key of 32 characters: restore it, or delete it"):
        development_key.read_or_make(tmp_path)
    assert (tmp_path / "secret_key").read_bytes() == content


def test_without_a_folder_to_write_to_there_is_no_key(tmp_path):
    (tmp_path / "file").touch()
    assert development_key.read_or_make(tmp_path / "file") == ""


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ConfigurationError, match="secret_key, the key of this development portal, cannot be read"):
        development_key.read_or_make(tmp_path)
