"""Who can read and write the files that hold accounts, keys and records."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from portal.config import ROOT, default_database
from portal.development_key import FILE_NAME
from portal.services.operations.checks.finding import Finding, Surroundings, ok, problem, warning


def check(surroundings: Surroundings) -> Iterator[Finding]:
    findings = [*_secrets(surroundings), *_database(surroundings), *_backups(surroundings), *_ourselves(surroundings)]
    yield from findings
    if not findings:
        yield ok("Nobody else can read or write the database, the settings and the backups.")


def _secrets(surroundings: Surroundings) -> Iterator[Finding]:
    for path in (surroundings.env_file, default_database().with_name(FILE_NAME)):
        if path.is_file() and (_others_may(path, stat.S_IROTH | stat.S_IWOTH) or _mode(path) & stat.S_IWGRP):
            yield problem(
                f"{path} holds keys, and others can read or change it (mode {_mode(path):04o}).",
                f"Run chmod 0640 {path} (docs/deploying.md, 2), and change SECRET_KEY if strangers use this machine.",
            )


def _database(surroundings: Surroundings) -> Iterator[Finding]:
    file = surroundings.database_file
    if file is None:
        return
    for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        if not path.exists():
            continue
        if _others_may(path, stat.S_IWOTH):
            yield problem(f"Anybody can change {path} (mode {_mode(path):04o}).", f"Run chmod 0640 {path}.")
        elif _others_may(path, stat.S_IROTH) and surroundings.settings.is_production:
            yield warning(
                f"Anybody on this machine can read {path} (mode {_mode(path):04o}): accounts and drafts are in it.",
                f"Run chmod 0640 {path}.",
            )
        if not os.access(path, os.W_OK):
            yield problem(f"The portal cannot write {path}.", f"Run chown portal:portal {path}.")


def _backups(surroundings: Surroundings) -> Iterator[Finding]:
    folder = Path(surroundings.settings.backup_folder)
    if not os.access(folder, os.R_OK | os.X_OK):
        return
    readable = [path for path in sorted(folder.iterdir()) if path.is_file() and _others_may(path, stat.S_IROTH)]
    if readable:
        yield warning(
            f"Backups that anybody on this machine can read: {len(readable)}, such as {readable[0]}.",
            f"Run chmod 0750 {folder} && chmod 0640 {folder}/*.",
        )


def _ourselves(surroundings: Surroundings) -> Iterator[Finding]:
    if not surroundings.settings.is_production:
        return
    if os.geteuid() == 0:
        yield warning(
            "This command runs as root: files that it makes cannot be written by the portal.",
            "Run it as the user of the portal, as /usr/local/sbin/portal does (docs/deploying.md, 2).",
        )
    elif os.access(ROOT / "portal", os.W_OK):
        yield warning(f"The portal can change its own code in {ROOT}.", f"Run chown -R root:root {ROOT}.")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _others_may(path: Path, bits: int) -> bool:
    """Whether anybody may do this to the file and may enter its folder."""
    return bool(_mode(path) & bits) and bool(_mode(path.parent) & stat.S_IXOTH)
