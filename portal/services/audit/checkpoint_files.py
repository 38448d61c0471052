"""Checkpoints that were kept: files of a folder, mails, or anything else that contains one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from portal.services.audit.tlog.notes import Checkpoint, find_checkpoints

# A file of a folder that is larger holds no checkpoint.
_MAX_BYTES = 1_000_000
_MAIL_HEADERS = (
    b"return-path:",
    b"received:",
    b"delivered-to:",
    b"from:",
    b"subject:",
    b"x-",
    b"date:",
    b"message-id:",
)


@dataclass(frozen=True)
class StoredCheckpoint:
    """A checkpoint and the file that it was found in."""

    checkpoint: Checkpoint
    path: Path

    def __str__(self) -> str:
        signed = f", signed {self.checkpoint.at:%Y-%m-%d %H:%M:%S} UTC" if self.checkpoint.at else ""
        return f"The checkpoint of {self.checkpoint.size} leaves in {self.path}{signed},"


def read_checkpoints(paths: Iterable[Path]) -> list[StoredCheckpoint]:
    """The checkpoints in these files and below these folders, by size; a path that is not there raises OSError."""
    found = [
        StoredCheckpoint(checkpoint, file)
        for path in paths
        for file in _files(path)
        for checkpoint in find_checkpoints(_text(file.read_bytes()))
    ]
    return sorted(found, key=lambda stored: stored.checkpoint.size)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and "tile" not in file.relative_to(path).parts and file.stat().st_size <= _MAX_BYTES:
            yield file


def _text(content: bytes) -> str:
    """The text of a file; that of its body if it is a mail, which may be encoded."""
    if content.lower().startswith(_MAIL_HEADERS):
        message = message_from_bytes(content, policy=policy.default)
        body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        if body is not None:
            return str(body.get_content())
    return content.decode(errors="replace")
