"""The manifest of a backup: a small JSON file beside it that says what must be in it, as of when."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from portal.errors import RestoreFailed

Counts = dict[str, int]
_SUFFIX = ".manifest.json"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """`taken_at` is the moment of the state, in UTC; `counts` are rows by table; `sha256` that of the file."""

    database: Literal["sqlite", "postgresql"]
    taken_at: datetime
    schema: str
    counts: Counts
    size: int
    sha256: str

    def as_text(self) -> str:
        return json.dumps(asdict(self) | {"taken_at": self.taken_at.isoformat()}, indent=1) + "\n"


def manifest_path(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}{_SUFFIX}")


def read_manifest(backup: Path) -> Manifest | None:
    """The manifest beside a backup; None if there is none. Raises RestoreFailed if it cannot be read."""
    path = manifest_path(backup)
    if not path.exists():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**values | {"taken_at": datetime.fromisoformat(values["taken_at"])})
    except (ValueError, TypeError, KeyError) as error:
        raise RestoreFailed(
            f"{path} is damaged: take another backup, or remove this file to restore without comparing."
        ) from error


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        sha256 = hashlib.sha256()
        while block := file.read(_BLOCK):
            sha256.update(block)
    return sha256.hexdigest()


def differing_counts(expected: Counts, found: Counts) -> str:
    """The tables whose numbers of rows differ, in words; "" if none do."""
    differing = sorted(table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table))
    return ", ".join(
        f"{table} has {found.get(table, 'no')} rows, not {expected.get(table, 'any')}" for table in differing
    )
