"""Space on the disks that the portal writes to, and whether it can write there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning

_FREE_SOME = (
    "Free some space: journalctl --vacuum-size=500M, apt-get clean, old files in the folder of the backups; "
    "du -xh / | sort -h | tail shows what is large."
)
_LITTLE, _VERY_LITTLE = 0.10, 0.03


def check(surroundings: Surroundings) -> Iterator[Finding]:
    for purpose, folder in _folders(surroundings).items():
        if not folder.is_dir():
            yield problem(f"The folder of {purpose}, {folder}, is not there.", "Make it, or correct the setting of it.")
            continue
        if reason := _cannot_write(folder):
            yield problem(
                f"The folder of {purpose}, {folder}, cannot be written: {reason}.",
                "Look whether the disk is full or mounted read-only (mount, dmesg), and at its owner and permissions.",
            )
        yield _space(surroundings, purpose, folder)
    # Whether they can be written is for their own timer to say, which may be another user's.
    backups = Path(surroundings.settings.backup_folder)
    if surroundings.settings.is_production and backups.is_dir():
        yield _space(surroundings, "the backups", backups)


def _folders(surroundings: Surroundings) -> dict[str, Path]:
    """The folders by what they are for; a folder of PostgreSQL is not ours to look at."""
    folders = {"temporary files": Path(tempfile.gettempdir())}
    if surroundings.database_file is not None:
        folders["the database"] = surroundings.database_file.parent.resolve()
    return folders


def _space(surroundings: Surroundings, purpose: str, folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    text = f"{_size(usage.free)} of {_size(usage.total)} are free for {purpose} ({folder})."
    file = surroundings.database_file
    # A backup, a migration and a rebuilt index each need as much as the database.
    needed = max(surroundings.min_free_bytes, file.stat().st_size if file is not None and file.exists() else 0)
    if usage.free < min(needed, surroundings.min_free_bytes) / 5 or usage.free < usage.total * _VERY_LITTLE:
        return problem(text, _FREE_SOME)
    if usage.free < needed or usage.free < usage.total * _LITTLE:
        return warning(text, _FREE_SOME)
    return ok(text)


def _size(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def _cannot_write(folder: Path) -> str:
    """Why nothing can be written there; "" if it can."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".portal-doctor-") as trial:
            trial.write(b"0" * 4096)
            trial.flush()
    except OSError as error:
        return error.strerror or str(error)
    return ""
