"""The files of a log: tiles of 256 hashes and bundles of 256 entries (c2sp.org/tlog-tiles)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count

from portal.services.audit.tlog.merkle import hash_leaf, root_of

WIDTH, HASH_BYTES = 256, 32
ENTRIES = "entries"
# What follows `tile/` in the address of a tile or bundle.
TILE_ADDRESS = re.compile(r"(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,4}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?")


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """The path of a tile, or with level "entries" of a bundle; a narrower one than 256 is partial."""
    groups = f"{index:,}".split(",")
    number = "/".join([*(f"x{group:0>3}" for group in groups[:-1]), f"{groups[-1]:0>3}"])
    return f"tile/{level}/{number}" + (f".p/{width}" if width < WIDTH else "")


def tiles(entries: Sequence[bytes], published: int = 0) -> Iterator[tuple[str, bytes]]:
    """The path and content of each file of a log that a log of the first `published` entries does not have."""
    for index, chunk in _chunks(entries, published):
        bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in chunk)
        yield tile_path(ENTRIES, index, len(chunk)), bundle
    row = [hash_leaf(entry) for entry in entries]
    for level in count():
        if not row:
            return
        for index, chunk in _chunks(row, published):
            yield tile_path(level, index, len(chunk)), b"".join(chunk)
        # Only whole tiles have a hash on the next level.
        row = [root_of(row[start : start + WIDTH]) for start in range(0, len(row) - WIDTH + 1, WIDTH)]
        published //= WIDTH


def split_hashes(tile: bytes) -> list[bytes]:
    return [tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES)]


def split_entries(bundle: bytes) -> list[bytes]:
    entries, start = [], 0
    while start < len(bundle):
        end = start + 2 + int.from_bytes(bundle[start : start + 2], "big")
        entries.append(bundle[start + 2 : end])
        start = end
    return entries


def _chunks(row: Sequence[bytes], published: int) -> Iterator[tuple[int, Sequence[bytes]]]:
    for index in range(published // WIDTH, -(-len(row) // WIDTH)):
        chunk = row[index * WIDTH : (index + 1) * WIDTH]
        # The last tile of before may be unchanged.
        if index * WIDTH + len(chunk) > published:
            yield index, chunk
