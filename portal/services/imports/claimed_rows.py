"""Which records this import has answered for, and in which row: four bytes a record, whatever the file's size."""

from __future__ import annotations

from array import array

_BLOCK_SIZE = 1 << 16


class ClaimedRows:
    """A map from record ids to row numbers, exact and small: ids lie close together, so it is kept in blocks."""

    def __init__(self) -> None:
        self._blocks: dict[int, array[int]] = {}

    def claim(self, record_id: int, row: int) -> None:
        block, place = divmod(record_id, _BLOCK_SIZE)
        if block not in self._blocks:
            self._blocks[block] = array("I", bytes(array("I").itemsize * _BLOCK_SIZE))
        self._blocks[block][place] = row

    def row_of(self, record_id: int) -> int:
        """The row that claimed a record, or 0."""
        block, place = divmod(record_id, _BLOCK_SIZE)
        found = self._blocks.get(block)
        return found[place] if found else 0
