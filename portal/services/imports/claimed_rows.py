"""The records that an import has already matched, and their rows: about four bytes per record."""

from __future__ import annotations

from array import array

_BLOCK_SIZE = 1 << 16


class ClaimedRows:
    """A map from record ids to row numbers, stored in blocks of arrays because ids are close together."""

    def __init__(self) -> None:
        self._blocks: dict[int, array[int]] = {}

    def claim(self, record_id: int, row: int) -> None:
        block, offset = divmod(record_id, _BLOCK_SIZE)
        if block not in self._blocks:
            self._blocks[block] = array("I", bytes(array("I").itemsize * _BLOCK_SIZE))
        self._blocks[block][offset] = row

    def row_of(self, record_id: int) -> int:
        """The row that claimed a record, or 0."""
        block, offset = divmod(record_id, _BLOCK_SIZE)
        rows = self._blocks.get(block)
        return rows[offset] if rows else 0
