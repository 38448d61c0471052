"""Waiting for what another process does in its own time: a line in its log, a file that it keeps, a state."""

import time

PATIENCE = 60  # seconds
_PAUSE = 0.02


def eventually(find, what="it"):
    """What find() returns as soon as it is true of something; fails if that takes longer than PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not (found := find()):
        assert time.monotonic() < deadline, f"{what} does not happen"
        time.sleep(_PAUSE)
    return found
