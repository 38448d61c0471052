"""A snapshot that was written and mapped answers as the one it was made from; damage is noticed, never served."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from portal.search.index.build import build_index
from portal.search.index.snapshot import CatalogueVersion, Snapshot
from portal.search.index.storage import array_file, snapshot_file
from portal.search.index.storage.array_file import UnusableFileError
from portal.search.index.storage.snapshot_file import SnapshotFile
from portal.search.read_models.terms import Terms
from tests.index_dump import answered, told
from tests.loops import not_empty
from tests.unit.search.index.test_facet_index import (
    CODES,
    Plain,
    columns,
    followed,
    histories,
    patched,
    plains,
    searches,
)

VERSION = CatalogueVersion(7, "a stamp")


def mapped(path, index, **more):
    snapshot_file.write(path, Snapshot(VERSION, None, Terms({}), index, 3, **more))
    return SnapshotFile.read(path, VERSION).snapshot(Terms({}))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("snapshots") / "a.snapshot"


@pytest.fixture
def records():
    none = {facet: frozenset() for facet in CODES}
    return [Plain(number, f"title {number}", 2001, 20010101, 20021231, 100 * number, none) for number in range(1, 6)]


@settings(max_examples=12)
@given(histories(), searches())
def test_a_mapped_index_says_and_answers_what_the_one_in_memory_does(path, times, filters):
    index = followed(times)
    found = mapped(path, index).index
    assert told(found) == told(index)
    assert answered(found, filters) == answered(index, filters)
    assert found.appended == index.appended


@settings(max_examples=10)
@given(plains(), plains(ids=(1, 4, 10, 11, 40, 90)), searches())
def test_a_mapped_index_is_patched_like_one_in_memory(path, before, after, filters):
    found = patched(mapped(path, build_index(columns(before))).index, before, after)
    assert answered(found, filters) == answered(build_index(columns(after)), filters)


def test_rows_that_a_change_appends_lie_after_those_of_the_file_and_in_none_of_its_readers(path, records):
    index = build_index(columns(records))
    mine, yours = mapped(path, index).index, SnapshotFile.read(path).snapshot(Terms({})).index
    newer = patched(mine, records, [*records[1:], replace(records[0], year=1999)])
    assert np.shares_memory(newer.row_columns.ids, mine.row_columns.ids)
    assert newer.row_columns.known_years[-1] == 1999
    assert told(mine) == told(yours) == told(index)
    assert told(SnapshotFile.read(path).snapshot(Terms({})).index) == told(index)


def test_what_else_belongs_to_the_state_is_stored_with_it(path):
    more = {"text/words": b"a b", "text/rows": np.arange(9, dtype=np.uint32)}
    found = mapped(path, build_index(columns([])), sections=more)
    assert found.is_stored
    assert (found.catalogue_version, found.sample_count, found.changed_at) == (VERSION, 3, None)
    assert found.sections.keys() == more.keys()
    assert bytes(found.sections["text/words"]) == b"a b"
    assert found.sections["text/rows"].tolist() == list(range(9))


@pytest.mark.parametrize("version", [CatalogueVersion(8, "a stamp"), CatalogueVersion(7, "another past")])
def test_the_file_of_another_state_is_refused(path, version):
    mapped(path, build_index(columns([])))
    with pytest.raises(UnusableFileError, match="another state"):
        SnapshotFile.read(path, version)


def test_the_file_of_another_version_of_the_code_is_refused(path, monkeypatch):
    mapped(path, build_index(columns([])))
    monkeypatch.setattr(snapshot_file, "code_digest", lambda: "0" * 64)
    with pytest.raises(UnusableFileError, match="version of the portal"):
        SnapshotFile.read(path)


def test_a_file_with_sections_that_make_no_sense_is_refused(path):
    mapped(path, build_index(columns([])))
    whole = array_file.read(path)
    changes = [
        {"index/values": b"{}"},
        {"index/values": b"not JSON"},
        {"index/bitmaps": b"no bitmaps"},
        {"index/appended": np.arange(3, dtype=np.int64)},
        {"index/row/ids": b"bytes"},
        {"index/row_by_id": None},
    ]
    for change in not_empty(changes):
        sections = {name: section for name, section in {**whole.sections, **change}.items() if section is not None}
        array_file.write(path, dict(whole.about), sections)
        with pytest.raises(UnusableFileError):
            SnapshotFile.read(path).snapshot(Terms({}))
