"""The key of a development start without SECRET_KEY: kept in a file, so that sessions, forms and second factors survive
a restart, and the processes and commands of one checkout agree. Production never reads it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from portal.errors import ConfigurationError
from portal.secret_key import MIN_SECRET_KEY_LENGTH

FILE_NAME = "secret_key"
_READABLE_BY_OTHERS = 0o077


def read_or_make(folder: Path) -> str:
    """The key in `folder`, made at the first start with mode 0600; "" if the folder cannot be written.

    Raises ConfigurationError if the file is there and holds no key, because a new one would make the second factors
    unreadable that are encrypted with the old one.
    """
    path = folder / FILE_NAME
    with suppress(OSError):
        if not path.exists():
            _make(path)
    try:
        return _read(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise ConfigurationError(
            f"{path}, the key of this development portal, cannot be read ({error.strerror}): correct its permissions, "
            "or set SECRET_KEY."
        ) from error


def _make(path: Path) -> None:
    """Several processes may start at once: the first one's file gets the name, complete from the start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Such a file has mode 0600 from its first byte.
    with NamedTemporaryFile("w", dir=path.parent, prefix=f"{FILE_NAME}.", encoding="ascii") as made:
        made.write(secrets.token_hex(32))
        made.flush()
        os.fsync(made.fileno())
        with suppress(FileExistsError):
            os.link(made.name, path)


def _read(path: Path) -> str:
    if path.stat().st_mode & _READABLE_BY_OTHERS:
        path.chmod(0o600)
    key = path.read_bytes().decode("ascii", "replace").strip()
    if len(key) < MIN_SECRET_KEY_LENGTH:
        raise ConfigurationError(
            f"{path} holds no key of {MIN_SECRET_KEY_LENGTH} characters: restore it, or delete it for a new one. "
            "Second factors from before must then be set up again."
        )
    return key
