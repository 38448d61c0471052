"""The folder of a published log: checkpoint, former checkpoints, tiles and bundles, and the key that signs them.

checkpoint          the newest checkpoint
checkpoints/SIZE    the first checkpoint of each size
tile/...            tiles and bundles (services.audit.tlog.tiles)
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from portal.config import Settings, default_database
from portal.errors import AuditLogDiffers, ConfigurationError, InvalidCheckpoint
from portal.services.audit.tlog import tiles
from portal.services.audit.tlog.notes import Checkpoint, SigningKey, VerifierKey, parse_checkpoint

_CHECKPOINT, _FORMER, _LOCK, _MAILED = "checkpoint", "checkpoints", ".lock", ".mailed"
# What others may not read of a key file.
_OTHERS = 0o077


class LogFolder:
    """A folder that holds a log, or will."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def from_settings(cls, settings: Settings) -> LogFolder:
        """The folder that this portal publishes: beside the database, unless PORTAL_AUDIT_FOLDER is set."""
        return cls(Path(settings.audit_folder) if settings.audit_folder else _data_folder(settings) / "audit")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes of this machine from publishing or verifying meanwhile."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint, None before the first; raises InvalidCheckpoint if the file holds something else."""
        content = self.read(_CHECKPOINT)
        if content is None:
            return None
        try:
            return parse_checkpoint(content.decode(errors="replace"))
        except InvalidCheckpoint as error:
            raise InvalidCheckpoint(
                f"{self.path / _CHECKPOINT} is not a checkpoint: put back the newest one of {self.path / _FORMER}."
            ) from error

    def former_checkpoints(self) -> list[Path]:
        """The files of the first checkpoint of each size, by size."""
        files = [path for path in (self.path / _FORMER).glob("*") if path.name.isdecimal()]
        return sorted(files, key=lambda path: int(path.name))

    def read(self, name: str) -> bytes | None:
        """A file of the log; None if it is not there."""
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def leaf_hashes(self, size: int) -> Iterator[bytes | None]:
        """The leaf hash that the tiles of a log of this size state for each index, None where a tile is missing."""
        for content, width in self._files(0, size):
            hashes = tiles.split_hashes(content or b"")
            yield from (hashes[place] if place < len(hashes) else None for place in range(width))

    def entries(self, size: int) -> list[bytes]:
        """All entries of a log of this size, as far as they are there."""
        return [
            entry for content, _ in self._files(tiles.ENTRIES, size) for entry in tiles.split_entries(content or b"")
        ]

    def _files(self, level: int | str, size: int) -> Iterator[tuple[bytes | None, int]]:
        for start in range(0, size, tiles.WIDTH):
            width = min(tiles.WIDTH, size - start)
            index = start // tiles.WIDTH
            # A partial tile may be gone once the whole one is there.
            content = self.read(tiles.tile_path(level, index, width)) or self.read(tiles.tile_path(level, index))
            yield content, width

    def publish(self, entries: Sequence[bytes], checkpoint: Checkpoint, *, published: int) -> None:
        """Write what a log of the first `published` entries lacks, and the checkpoint last."""
        for name, content in tiles.tiles(entries, published):
            self._write(name, content)
            if ".p/" not in name:
                shutil.rmtree(self.path / f"{name}.p", ignore_errors=True)
        former = f"{_FORMER}/{checkpoint.size}"
        if self.read(former) is None:
            self._write(former, checkpoint.note.encode())
        self._write(_CHECKPOINT, checkpoint.note.encode())

    @property
    def mailed_size(self) -> int:
        """The size of the last checkpoint that was mailed; -1 if none was."""
        return int(self.read(_MAILED) or -1)

    def note_mailed(self, size: int) -> None:
        self._write(_MAILED, str(size).encode())

    def _write(self, name: str, content: bytes) -> None:
        """Write a file as a whole: whoever reads it meanwhile sees the one before."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.unfinished")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)


class LogKeys:
    """The keys of the log in their file, one a line: the first signs, the others are former ones."""

    def __init__(self, settings: Settings) -> None:
        self.path = Path(settings.audit_key_file or _data_folder(settings) / "audit.key")
        # What names the log to others: its address, without the scheme.
        parts = urlsplit(settings.public_url)
        self._origin = f"{parts.netloc}{parts.path}/audit"

    def make(self) -> SigningKey:
        """Make a key, which signs from now on; the file is for its owner alone from the first byte."""
        key = SigningKey.generate(self._origin)
        former = self.path.read_text(encoding="ascii") if self.path.exists() else ""
        unfinished = self.path.with_name(f".{self.path.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.serialise() + former)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)
        return key

    def read(self) -> list[SigningKey]:
        """All keys, empty if there is no file. Raises ConfigurationError if others may read it, or cannot be read."""
        if not self.path.exists():
            return []
        if self.path.stat().st_mode & _OTHERS:
            raise ConfigurationError(
                f"{self.path} can be read by others, who could sign a forged audit log: chmod 600 {self.path}"
            )
        try:
            return [SigningKey.parse(line) for line in self.path.read_text(encoding="ascii").splitlines() if line]
        except ValueError as error:
            raise ConfigurationError(
                f"{self.path} does not hold the key of the audit log: put the file back from its copy."
            ) from error

    def signing_key(self, folder: LogFolder) -> SigningKey:
        """The key that signs; made if this is the first checkpoint of the log."""
        if keys := self.read():
            return keys[0]
        if folder.checkpoint():
            raise AuditLogDiffers(
                f"The key of the audit log is missing: put {self.path} back from its copy. If it is lost, portal audit "
                "key --replace makes another one, which those who check the log have to be told."
            )
        return self.make()

    def verifiers(self) -> list[VerifierKey]:
        return [key.verifier for key in self.read()]


def _data_folder(settings: Settings) -> Path:
    """The folder of the SQLite file, and with PostgreSQL that of the default database."""
    url = make_url(settings.database_url)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(url.database or "").parent if is_file else default_database().parent
