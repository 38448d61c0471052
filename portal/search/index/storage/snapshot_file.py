"""A snapshot as sections of an ArrayFile, and back: arrays as they are, bitmaps in the portable format of Roaring.

The terms are not in it: they are read from the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

import portal
from portal.search.index.bitmaps import BitSlicedColumn, ValueBitmaps
from portal.search.index.country_parts import CountryParts
from portal.search.index.facet_index import AppendedRow, FacetIndex
from portal.search.index.row_columns import NAMES, ROWS_OF_ROOM, Room, RowColumns
from portal.search.index.snapshot import CatalogueVersion, Snapshot
from portal.search.index.sort_order import SortOrder
from portal.search.index.storage import array_file, checked_once
from portal.search.index.storage.array_file import ArrayFile, Section, UnusableFileError
from portal.search.index.value_table import Cells, ValueTable
from portal.search.read_models.terms import Terms

# The names of all sections of the index begin so; those of Snapshot.sections must not.
_OWN = "index/"
_ROWS, _ORDER, _POSITIONS, _PARTS = f"{_OWN}row/", f"{_OWN}order/", f"{_OWN}positions/", f"{_OWN}parts/"
_ROW_BY_ID, _APPENDED, _BITMAPS, _VALUES = (f"{_OWN}{name}" for name in ("row_by_id", "appended", "bitmaps", "values"))
# Groups of bitmaps beside those of the facets.
_ALL, _FIRST_YEARS, _LAST_YEARS, _KNOWN, _DIGITS = "+all", "+first years", "+last years", "+known", "+digits"
_CELLS = f"{_OWN}cells/"
_CELL_KINDS = ("built", "appended")
_SHAPING_FOLDERS = ("search", "vocabulary", "text")


@cache
def code_digest() -> str:
    """A digest of the code that decides what is in the file; another version of it makes its own files."""
    digest = hashlib.sha256()
    package = Path(portal.__file__).parent
    for folder in _SHAPING_FOLDERS:
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def write(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot with its further sections; see array_file.write."""
    index, version = snapshot.index, snapshot.catalogue_version
    about: dict[str, str | int | None] = {
        "code": code_digest(),
        "version": version.version,
        "stamp": version.stamp,
        "changed_at": snapshot.changed_at.isoformat() if snapshot.changed_at else None,
        "sample_count": snapshot.sample_count,
        "built_count": index.built_count,
        "row_count": len(index.row_columns.ids),
    }
    rooms = {_ROWS + name: ROWS_OF_ROOM for name in NAMES}
    array_file.write(path, about, {**_index_sections(index), **snapshot.sections}, rooms)
    checked_once.accept(path)


@dataclass(frozen=True)
class SnapshotFile:
    """A mapped file that was checked: of this code and of the state that it should be of."""

    file: ArrayFile
    catalogue_version: CatalogueVersion

    @classmethod
    def read(cls, path: Path, version: CatalogueVersion | None = None) -> SnapshotFile:
        """The file of this version, or of any. Raises UnusableFileError and OSError."""
        file = checked_once.read(path, is_writable=True)
        found = CatalogueVersion(file.about.get("version", 0), file.about.get("stamp", ""))
        if file.about.get("code") != code_digest() or version not in (None, found):
            raise UnusableFileError("it is of another state or version of the portal")
        return cls(file, found)

    def snapshot(self, terms: Terms) -> Snapshot:
        """The snapshot, whose arrays lie in the file. Raises UnusableFileError."""
        about, sections = self.file.about, self.file.sections
        try:
            changed_at = about["changed_at"]
            return Snapshot(
                catalogue_version=self.catalogue_version,
                changed_at=datetime.fromisoformat(changed_at) if changed_at else None,
                terms=terms,
                index=_read_index(self.file),
                sample_count=int(about["sample_count"]),
                sections={name: section for name, section in sections.items() if not name.startswith(_OWN)},
                is_stored=True,
            )
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise UnusableFileError("its content makes no sense") from error


def _index_sections(index: FacetIndex) -> dict[str, Section]:
    groups = dict(_groups(index))
    contents = [rows.serialize() for values in groups.values() for rows in values.values()]
    values = {
        "groups": {group: list(bitmaps) for group, bitmaps in groups.items()},
        "lengths": [len(content) for content in contents],
        "codes": {str(term): code for term, code in index.country_parts.codes.items()},
        "numbers": {facet: dict(numbers) for facet, numbers in index.value_table.numbers.items()},
    }
    parts = index.country_parts
    return {
        _VALUES: json.dumps(values, separators=(",", ":")).encode(),
        _BITMAPS: b"".join(contents),
        _ROW_BY_ID: index.row_by_id,
        _APPENDED: np.array([(row.insert_before, row.row) for row in index.appended], dtype=np.int64).reshape(-1),
        **{_ROWS + name: array for name, array in index.row_columns.arrays().items()},
        **{_ORDER + name: order.rows for name, order in index.orders.items()},
        **{_POSITIONS + name: order.positions for name, order in index.orders.items()},
        **{_PARTS + name: getattr(parts, name) for name in ("rows", "terms", "cents")},
        **{
            f"{_CELLS}{kind}/{name}": array.ravel()
            for kind in _CELL_KINDS
            for name, array in vars(getattr(index.value_table, kind)).items()
        },
    }


def _groups(index: FacetIndex) -> Iterator[tuple[str, ValueBitmaps]]:
    yield from index.bitmaps.items()
    yield _ALL, {"": index.all_rows}
    yield _FIRST_YEARS, index.first_years
    yield _LAST_YEARS, index.last_years
    yield _KNOWN, {"": index.budgets.known}
    yield _DIGITS, {str(place): digit for place, digit in enumerate(index.budgets.digits)}


def _read_index(file: ArrayFile) -> FacetIndex:
    values: Mapping[str, Any] = json.loads(bytes(file.content(_VALUES)))
    groups = _read_groups(file, values)
    names = [name.removeprefix(_ORDER) for name in file.sections if name.startswith(_ORDER)]
    appended = file.array(_APPENDED).reshape(-1, 2).tolist()
    codes = {int(term): code for term, code in values["codes"].items()}
    row_count = int(file.about["row_count"])
    room = Room({name: file.writable(_ROWS + name) for name in NAMES}, row_count)
    return FacetIndex(
        built_count=int(file.about["built_count"]),
        row_columns=RowColumns.within(room, row_count),
        row_by_id=file.array(_ROW_BY_ID),
        all_rows=groups.pop(_ALL)[""],
        first_years=groups.pop(_FIRST_YEARS),
        last_years=groups.pop(_LAST_YEARS),
        budgets=BitSlicedColumn(groups.pop(_KNOWN)[""], tuple(groups.pop(_DIGITS).values())),
        bitmaps=groups,
        country_parts=CountryParts(
            file.array(f"{_PARTS}rows"), file.array(f"{_PARTS}terms"), file.array(f"{_PARTS}cents"), codes
        ),
        orders={name: SortOrder(file.array(_ORDER + name), file.array(_POSITIONS + name)) for name in names},
        value_table=ValueTable(values["numbers"], *(_read_cells(file, kind, len(groups)) for kind in _CELL_KINDS)),
        appended=tuple(AppendedRow(*places) for places in appended),
    )


def _read_cells(file: ArrayFile, kind: str, facets: int) -> Cells:
    numbers, rows, several = (file.array(f"{_CELLS}{kind}/{part.name}") for part in fields(Cells))
    return Cells(numbers.reshape(-1, facets), rows, several)


def _read_groups(file: ArrayFile, values: Mapping[str, Any]) -> dict[str, dict[str, BitMap]]:
    # All of them are a few megabytes and read in milliseconds, so none is left for later.
    content = file.content(_BITMAPS)
    bounds = np.cumsum([0, *values["lengths"]]).tolist()
    bitmaps = (BitMap.deserialize(bytes(content[begin:end])) for begin, end in pairwise(bounds))
    return {group: {value: next(bitmaps) for value in named} for group, named in values["groups"].items()}
