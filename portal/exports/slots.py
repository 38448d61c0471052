"""How many files a machine makes at once: each maker holds the lock of one slot, whatever process it runs in.

One client has one file made at a time, so that a slot is left for the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import IO

from portal.locks import shared_folder, take_lock

# Making rows keeps a core busy, and pages need one too.
MAX_MAKERS = 2
# How long a file waits for another one of the same client.
_SECONDS_FOR_OWN = 0.8
# Clients whose digests agree modulo this number wait for each other.
_CLIENT_LOCKS = 1_024


class Slot:
    """The right to make one file, until `release`."""

    def __init__(self, locks: tuple[IO[bytes], ...]) -> None:
        self._locks = locks

    def release(self) -> None:
        for lock in self._locks:
            # Closing the file ends the lock, as does the end of the process.
            lock.close()


def take_slot(seconds: float, *, client: str, is_wanted: Callable[[], bool] = lambda: True) -> Slot | None:
    """A free slot; None if there is none within this time, or once it is not wanted any more.

    `client` is the network of the client; while another file of the same client is being made, None comes sooner.
    """
    digest = int.from_bytes(hashlib.blake2b(client.encode(), digest_size=4).digest())
    folder = shared_folder()
    own = take_lock([folder / f"client-{digest % _CLIENT_LOCKS}"], min(seconds, _SECONDS_FOR_OWN), is_wanted)
    if own is None:
        return None
    lock = take_lock([folder / f"slot-{number}" for number in range(MAX_MAKERS)], seconds, is_wanted)
    if lock is None:
        own.close()
        return None
    return Slot((lock, own))
