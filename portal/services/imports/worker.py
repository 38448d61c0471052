"""Batches made by a second process, which reads and checks ahead while this one stores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from portal.errors import PortalError
from portal.services.imports.batches import Batch, validated_batches
from portal.services.records.spellings import TermLookup

# How many batches may wait: enough that neither process is ever idle, few enough to stay small.
_MAX_WAITING_BATCHES = 1


@contextmanager
def batches_from_worker(path: Path, term_lookup: TermLookup, id_prefix: str) -> Iterator[Iterator[Batch]]:
    """The same batches as batches(); the second process begins at once and ends with the block.

    An error of its own comes out here as it is; a process that was killed is a PortalError.
    """
    # A forked process would share the database file, which SQLite forbids.
    apart = multiprocessing.get_context("spawn")
    here, there = apart.Pipe(duplex=False)
    process = apart.Process(target=_run_worker, args=(there, path, term_lookup, id_prefix), daemon=True)
    process.start()
    # With only one process left at each end, either notices when the other is gone.
    there.close()
    try:
        yield _receive_batches(here, path.name)
    finally:
        here.close()
        process.terminate()
        process.join()


def _receive_batches(connection: Connection, name: str) -> Iterator[Batch]:
    while True:
        try:
            found: Batch | Exception | None = connection.recv()
        except (EOFError, OSError) as why:
            raise PortalError(
                f"{name}: the process that reads the file was ended from outside, perhaps for lack of memory; "
                "import the file again, rows that are stored already count as unchanged."
            ) from why
        if isinstance(found, Exception):
            raise found
        if found is None:
            return
        yield found


def _run_worker(connection: Connection, path: Path, term_lookup: TermLookup, id_prefix: str) -> None:
    """In the second process: put batches in line, at last None or the error that came between."""
    # Ctrl-C reaches both processes; the first one says what there is to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Checking makes no cycles, and a batch is thrown away as a whole.
    gc.disable()
    waiting: queue.Queue[Batch | Exception | None] = queue.Queue(_MAX_WAITING_BATCHES)
    sending = threading.Thread(target=_send_batches, args=(waiting, connection))
    sending.start()
    try:
        for batch in validated_batches(path, term_lookup, id_prefix):
            waiting.put(batch)
        waiting.put(None)
    except Exception as why:
        # The traceback of this process does not travel, so it is written down.
        why.add_note(traceback.format_exc())
        waiting.put(why)
    sending.join()


def _send_batches(waiting: queue.Queue[Batch | Exception | None], connection: Connection) -> None:
    while True:
        found = waiting.get()
        try:
            connection.send(found)
        except OSError:
            # Nobody listens any more.
            os._exit(1)
        if not isinstance(found, Batch):
            return
