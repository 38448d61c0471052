"""RowColumns: values of single rows, as arrays in memory that has room for the rows that changes append. Pure."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.search.arrays import IntegerArray

# When they are used up, the next change copies the arrays. An index is built anew after fewer appended rows, unless the
# same projects change again and again.
ROWS_OF_ROOM = 2_000


class Room:
    """Memory for arrays of equal length, of which each version holds the beginning: the first `used` values are taken.

    To copy a million rows for a change of one takes most of the time of the change, and memory that the system has to
    clear first.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], used: int) -> None:
        self.arrays = arrays
        self._used = used
        self._size = min(map(len, arrays.values()))
        self._lock = threading.Lock()

    def take(self, first: int, last: int) -> bool:
        """Whether the caller, whose version ends at `first`, may write there until `last`; only one version goes on."""
        with self._lock:
            is_free = first == self._used and last <= self._size
            if is_free:
                self._used = last
        return is_free


@dataclass(frozen=True)
class RowColumns:
    """Arrays indexed by row; removed rows retain their values.

    `budgets` are cents, -1 if not stated; years are 0 if not stated; `known_years` is the year of allocation, else
    that of the start. `first_years` and `last_years` are the span of the project. `start_days` and `end_days` are days
    as whole numbers (20240630), 0 if not stated: a start of which only year or month is known is its first day, such an
    end is after all its days. `room` is the memory in which the arrays lie; None if it has none to spare.
    """

    ids: IntegerArray
    budgets: IntegerArray
    known_years: npt.NDArray[np.int16]
    start_years: npt.NDArray[np.int16]
    first_years: npt.NDArray[np.int16]
    last_years: npt.NDArray[np.int16]
    start_days: npt.NDArray[np.int32]
    end_days: npt.NDArray[np.int32]
    room: Room | None = field(default=None, repr=False, compare=False)

    @classmethod
    def within(cls, room: Room, count: int) -> RowColumns:
        """The first `count` rows of a room."""
        return cls(**{name: _read_only(array[:count]) for name, array in room.arrays.items()}, room=room)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name."""
        return {name: getattr(self, name) for name in NAMES}

    def extended(self, added: RowColumns) -> RowColumns:
        """These rows and those of `added` after them; these arrays stay as they are."""
        count, last, room = len(self.ids), len(self.ids) + len(added.ids), self.room
        if room is None or not room.take(count, last):
            room = Room(self.copied(last + ROWS_OF_ROOM), last)
        for name, array in room.arrays.items():
            array[count:last] = getattr(added, name)
        return RowColumns.within(room, last)

    def copied(self, size: int) -> dict[str, npt.NDArray[Any]]:
        """Copies of the arrays, each of this length; what is not of them is 0."""
        copies = {name: np.zeros(size, dtype=array.dtype) for name, array in self.arrays().items()}
        for name, array in self.arrays().items():
            copies[name][: len(array)] = array
        return copies


NAMES = tuple(part.name for part in fields(RowColumns) if part.name != "room")


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array
