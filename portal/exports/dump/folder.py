"""Writes a dump into a folder: each file appears complete or not at all, the description last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.engine import Connection
from werkzeug.datastructures import MultiDict

from portal.exports.columns import Column
from portal.exports.document import Document
from portal.exports.dump import changes, description
from portal.exports.dump.description import DumpedFile
from portal.exports.options import ExportOptions
from portal.exports.registry import FORMATS
from portal.exports.selection import Selection, reading, select_all
from portal.search.query.filters import Filters

# CSV with keys and without a mark: programs read it, and the description explains the columns.
_TABLE_OPTIONS = MultiDict([("header", "keys"), ("bom", "0")])
_FILES = {"csv": "projects.csv", "jsonl": "projects.jsonl", "xml": "activities.xml"}


@dataclass(frozen=True)
class Dump:
    """What was written: the number of projects and the files; `is_new` is false if the folder held this state."""

    projects: int
    files: tuple[DumpedFile, ...]
    is_new: bool


def write_dump(folder: Path, describe: Callable[[Selection], Document], base_url: str = "") -> Dump:
    """Write all projects into a folder; the same state gives the same bytes.

    `base_url` is where the folder is served, "" if that is not known. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with reading() as connection:
        selection = select_all(Filters(sort="title"))
        if not selection.is_of_state(connection):
            # Somebody published in between; what is read now is what is described.
            selection = select_all(Filters(sort="title"))
        document = describe(selection)
        files = [
            _write_format(folder, suffix, name, selection, connection, document)
            for suffix, name in _FILES.items()
            if suffix != "xml" or document.iati_reporter
        ]
    is_new = changes.update(folder, _partial(folder, _FILES["jsonl"]), document)
    files.append(replace(_describe(folder / changes.FILE_NAME, "text/csv"), text_columns=changes.COLUMNS))
    for file in files[:-1]:
        _partial(folder, file.name).replace(folder / file.name)
    _write(folder / "dcat.jsonld", description.dcat(document, files, base_url))
    _write(folder / "datapackage.json", description.data_package(document, files))
    return Dump(selection.sums.projects, tuple(files), is_new)


def _write_format(
    folder: Path, suffix: str, name: str, selection: Selection, connection: Connection, document: Document
) -> DumpedFile:
    export_format = FORMATS[suffix]
    options = ExportOptions.parse(_TABLE_OPTIONS)
    own = replace(document, address=f"{document.public_url}/projects.{suffix}")
    path = _partial(folder, name)
    with path.open("wb") as file:
        file.writelines(export_format.write(own, selection.batches(connection), options))
    media_type = export_format.media_type.partition(";")[0]
    described = _describe(path, media_type, columns=options.columns if suffix == "csv" else ())
    return replace(described, name=name)


def _describe(path: Path, media_type: str, columns: Iterable[Column] = ()) -> DumpedFile:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return DumpedFile(path.name, media_type, path.stat().st_size, digest.hexdigest(), tuple(columns))


def _partial(folder: Path, name: str) -> Path:
    """Where a file is written before it takes its name."""
    return folder / f".{name}.part"


def _write(path: Path, content: bytes) -> None:
    partial = _partial(path.parent, path.name)
    partial.write_bytes(content)
    partial.replace(path)
