"""Named arrays and bytes in a file: what comes back, and that a damaged or foreign file is refused."""

import json
import os
import pickle
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.index.storage import array_file
from portal.search.index.storage.array_file import UnusableFileError
from tests.loops import not_empty

SECTIONS = {
    "rows": np.arange(1_000, dtype=np.uint32),
    "cents": np.array([-1, 2**40, 0], dtype=np.int64),
    "nothing": np.empty(0, dtype=np.int16),
    "words": b"caf\xc3\xa9",
    "no bytes": b"",
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "some.arrays"
    array_file.write(path, {"version": 7, "stamp": "ab"}, SECTIONS)
    return path


def test_arrays_and_bytes_come_back_as_they_were(path):
    found = array_file.read(path)
    assert found.about == {"version": 7, "stamp": "ab"}
    assert found.sections.keys() == SECTIONS.keys()
    for name in ("rows", "cents", "nothing"):
        assert found.array(name).dtype == SECTIONS[name].dtype
        assert found.array(name).tolist() == SECTIONS[name].tolist()
    assert bytes(found.content("words")) == SECTIONS["words"]
    assert bytes(found.content("no bytes")) == b""


def test_arrays_lie_in_the_file_and_cannot_be_changed(path):
    rows = array_file.read(path).array("rows")
    assert not rows.flags.owndata
    assert not rows.flags.writeable
    path.unlink()
    assert rows.sum() == SECTIONS["rows"].sum()


def test_what_a_process_writes_in_an_array_is_its_own(path):
    here, there = array_file.read(path, is_writable=True), array_file.read(path)
    here.writable("rows")[3] = 77
    assert here.array("rows")[3] == 77
    assert not here.array("rows").flags.writeable
    assert there.array("rows")[3] == array_file.read(path).array("rows")[3] == 3
    with pytest.raises(ValueError, match="WRITEABLE"):
        there.writable("rows")


def test_an_array_has_as_many_zeros_after_it_as_there_shall_be_room_for(path):
    array_file.write(path, {}, SECTIONS, {"rows": 5, "nothing": 2})
    found = array_file.read(path)
    assert found.array("rows").tolist() == [*range(1_000), 0, 0, 0, 0, 0]
    assert found.array("nothing").tolist() == [0, 0]
    assert found.array("cents").tolist() == SECTIONS["cents"].tolist()


@given(st.dictionaries(st.text(max_size=8), st.binary(max_size=300) | st.lists(st.integers(-(2**31), 2**31 - 1))))
def test_any_sections_come_back(tmp_path_factory, contents):
    path = tmp_path_factory.mktemp("any") / "any"
    sections = {name: np.array(it, np.int32) if isinstance(it, list) else it for name, it in contents.items()}
    array_file.write(path, {}, sections)
    found = array_file.read(path)
    got = {
        name: found.array(name).tolist() if isinstance(it, list) else bytes(found.content(name))
        for name, it in contents.items()
    }
    assert got == contents


def test_a_flipped_byte_anywhere_is_noticed_or_lies_between_sections(path):
    whole, noticed = path.read_bytes(), 0
    for place in not_empty(range(0, len(whole), 7)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            found = array_file.read(path)
        except UnusableFileError:
            noticed += 1
        else:
            assert found.array("rows").tolist() == SECTIONS["rows"].tolist()
            assert bytes(found.content("words")) == SECTIONS["words"]
    assert noticed > 500


def test_a_file_cut_off_anywhere_is_refused(path):
    whole = path.read_bytes()
    for length in not_empty(range(0, len(whole), 11)):
        path.write_bytes(whole[:length])
        with pytest.raises(UnusableFileError):
            array_file.read(path)


def crafted(header):
    start = struct.pack("<8sIIQ", b"\x89PORTAL\n", 1, zlib.crc32(header), len(header)) + header
    return start + bytes(-len(start) % 64 + 192)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"about":{},"length":192,"sections":[1]}',
        b'{"about":7,"length":192,"sections":{}}',
        b'{"about":{},"length":192}',
        b'{"about":{},"length":64,"sections":{}}',
        *(
            json.dumps({"about": {}, "length": 192, "sections": {"a": place}}).encode()
            for place in (
                ["object", 0, 8, zlib.crc32(bytes(8))],
                ["O", 0, 8, zlib.crc32(bytes(8))],
                ["int64", 0, 7, zlib.crc32(bytes(7))],
                ["int64", -8, 8, 0],
                ["int64", 0, 10**30, 0],
                ["int64", "0", 8, 0],
                ["bytes", 0, -1, 0],
                [["int64"], 0, 8, zlib.crc32(bytes(8))],
                ["int64"],
                None,
            )
        ),
    ],
)
def test_a_header_that_somebody_made_up_is_refused(path, header):
    path.write_bytes(crafted(header))
    with pytest.raises(UnusableFileError):
        array_file.read(path)


class Attack:
    def __reduce__(self):
        return os.abort, ()


def test_nothing_in_a_file_is_executed(path):
    for content in not_empty([pickle.dumps(Attack()), crafted(pickle.dumps(Attack()))]):
        path.write_bytes(content)
        with pytest.raises(UnusableFileError):
            array_file.read(path)


def test_a_header_may_be_as_it_should(path):
    place = ["int64", 64, 8, zlib.crc32(bytes(8))]
    path.write_bytes(crafted(json.dumps({"about": {}, "length": 192, "sections": {"a": place}}).encode()))
    assert array_file.read(path).array("a").tolist() == [0]


def test_another_format_is_refused(path):
    whole = bytearray(path.read_bytes())
    whole[8] += 1
    path.write_bytes(whole)
    with pytest.raises(UnusableFileError, match="another format"):
        array_file.read(path)


def test_only_a_regular_file_that_only_its_user_can_write_is_read(path):
    assert path.stat().st_mode & 0o777 == 0o600
    link = path.with_name("link")
    link.symlink_to(path)
    with pytest.raises(OSError, match="symbolic"):
        array_file.read(link)
    path.chmod(0o620)
    with pytest.raises(UnusableFileError, match="others"):
        array_file.read(path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to somebody else")
def test_a_file_of_somebody_else_is_refused(path):
    os.chown(path, 65534, -1)
    with pytest.raises(UnusableFileError, match="others"):
        array_file.read(path)


def test_what_cannot_be_stored_leaves_no_file(tmp_path):
    for value in not_empty([np.array(["a"]), np.array([None]), np.zeros((2, 2), dtype=np.int32)]):
        with pytest.raises(TypeError):
            array_file.write(tmp_path / "a", {}, {"a": value})
    with pytest.raises(TypeError):
        array_file.write(tmp_path / "a", {"a": object()}, {})
    assert list(tmp_path.iterdir()) == []
