"""JSON Lines: one project on each line, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portal.exports.document import Document
from portal.exports.formats.json_file import json_lines
from portal.exports.options import ExportOptions
from portal.exports.record import Record


def write(document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions) -> Iterator[bytes]:
    """The file in pieces."""
    for lines in json_lines(document, batches, options):
        yield b"\n".join(lines) + b"\n"
