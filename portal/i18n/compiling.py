"""Compiles the catalogues that translators write (.po) into those that the portal reads (.mo), which are not committed.

Run by make, by the tests and by setup.py: python -m portal.i18n.compiling
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from portal.i18n.catalogues import FOLDER


def compile_catalogues(folder: Path = FOLDER) -> Iterator[Path]:
    """Write each catalogue that is newer than what was compiled of it; yields the files written.

    Fuzzy messages, which nobody has looked at, are left out.
    """
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target, unfinished = source.with_suffix(".mo"), source.with_suffix(f".{os.getpid()}")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as read, unfinished.open("wb") as written:
            write_mo(written, read_po(read, locale=source.parts[-3]))
        # At once: a portal that starts meanwhile reads a whole file.
        unfinished.replace(target)
        yield target


if __name__ == "__main__":
    for path in compile_catalogues():
        print(f"Compiled {path.relative_to(FOLDER.parent)}")
