"""Batches made by a second process, which reads and checks ahead while this one stores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from portal.errors import PortalError
from portal.services.intake.batches import Batch, batches
from portal.services.intake.glossary import Glossary

# How many batches may wait: enough that neither process is ever idle, few enough to stay small.
_WAITING_MOST = 2

_batches: Iterator[Batch] = iter(())


@contextmanager
def batches_ahead(path: Path, glossary: Glossary, id_prefix: str) -> Iterator[Iterator[Batch]]:
    """The same batches as batches(); the second process begins at once and ends with the block.

    An error of its own comes out here as it is; a process that was killed is a PortalError.
    """
    # A forked process would share the database file, which SQLite forbids.
    apart = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=apart, initializer=_begin, initargs=(path, glossary, id_prefix))
    try:
        yield _in_turn(pool, deque(pool.submit(_next) for _ in range(_WAITING_MOST)))
    except BrokenProcessPool as why:
        raise PortalError(
            f"{path.name}: the process that reads the file was ended from outside, perhaps for lack of memory; "
            "import the file again, rows that are stored already count as unchanged."
        ) from why
    finally:
        pool.shutdown(cancel_futures=True)


def _in_turn(pool: ProcessPoolExecutor, due: deque[Future[Batch | None]]) -> Iterator[Batch]:
    while batch := due.popleft().result():
        due.append(pool.submit(_next))
        yield batch


def _begin(path: Path, glossary: Glossary, id_prefix: str) -> None:
    """In the second process: open the file, and see to it that it never outlives the first."""
    global _batches
    # Ctrl-C reaches both processes; the first one says what there is to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Checking makes no cycles, and a batch is thrown away as a whole.
    gc.disable()
    _batches = batches(path, glossary, id_prefix)


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _next() -> Batch | None:
    return next(_batches, None)
