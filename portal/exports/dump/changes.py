"""What changed between the dump that a folder holds and the new one: a table of keys."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import orjson

from portal.exports.document import Document
from portal.text.formulas import escape_formula

FILE_NAME, _PROJECTS = "changes.csv", "projects.jsonl"
COLUMNS = ("key", "change", "title", "since", "until", "licence", "sample")
_DIGEST_BYTES = 8


def update(folder: Path, new_projects: Path, document: Document) -> bool:
    """Write `changes.csv`; false, and nothing is written, if the folder holds the projects of this state already.

    `new_projects` is the JSON Lines file that will replace the one of the folder.
    """
    before_path = folder / _PROJECTS
    if before_path.exists() and (folder / FILE_NAME).exists() and _is_same(before_path, new_projects):
        return False
    before = dict(_digests(before_path)) if before_path.exists() else {}
    until = f"{document.changed_at:%Y-%m-%dT%H:%M:%SZ}" if document.changed_at else ""
    since = _last_moment(folder / FILE_NAME)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    # The first line says between which two states the others tell the difference.
    licence = escape_formula(document.licence.text)
    writer.writerow(("", "state", "", since, until, licence, ""))
    for key, change, title, sample in _compared(before, new_projects):
        writer.writerow((key, change, escape_formula(title), since, until, licence, sample))
    partial = folder / f".{FILE_NAME}.part"
    partial.write_text(text.getvalue(), encoding="utf-8", newline="")
    partial.replace(folder / FILE_NAME)
    return True


def _is_same(first: Path, second: Path) -> bool:
    if first.stat().st_size != second.stat().st_size:
        return False
    with first.open("rb") as one, second.open("rb") as other:
        while piece := one.read(1 << 20):
            if piece != other.read(1 << 20):
                return False
    return True


def _digests(path: Path) -> Iterator[tuple[str, bytes]]:
    """The key of each project and a short digest of its line."""
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)["key"], hashlib.blake2b(line, digest_size=_DIGEST_BYTES).digest()


def _compared(before: dict[str, bytes], new_projects: Path) -> Iterator[tuple[str, str, str, str]]:
    """Key, change, title and mark of a sample of what was added or changed, then of what was removed, by key."""
    with new_projects.open("rb") as file:
        for line in file:
            project = orjson.loads(line)
            old = before.pop(project["key"], None)
            if old != hashlib.blake2b(line, digest_size=_DIGEST_BYTES).digest():
                yield project["key"], "changed" if old else "added", project["title"], project["sample"] or ""
    for key in sorted(before):
        yield key, "removed", "", ""


def _last_moment(path: Path) -> str:
    """The state of the dump before; "" if there is none."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", newline="") as file:
        return next((row["until"] for row in csv.DictReader(file)), "")
