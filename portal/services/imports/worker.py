"""Reads and validates batches in a second process, while this one stores them."""

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
from typing import Any

from portal.errors import PortalError
from portal.processes import bound_heap
from portal.services.imports.batches import Batch, CheckedRow, Prefixes, validated_batches
from portal.services.imports.issues import RowLabel
from portal.services.records.spellings import TermLookup
from portal.services.records.values import RecordValues

# One waiting batch keeps both processes busy; more would only use memory.
_MAX_WAITING_BATCHES = 1


@contextmanager
def batches_from_worker(path: Path, term_lookup: TermLookup, prefixes: Prefixes) -> Iterator[Iterator[Batch]]:
    """The batches of `validated_batches`, from a process that starts at once and ends with the block.

    Iterating raises the error of the process, and PortalError if it was killed.
    """
    # A process of its own would load all the code again. The forked one shares it, and must not touch the connections
    # to the database that it inherits: it reads the file alone, and ends without closing anything (os._exit).
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run_forked, args=(receiver, sender, path, term_lookup, prefixes), daemon=True)
    process.start()
    # Each end is open in one process only, so each process notices when the other has ended.
    sender.close()
    try:
        yield _receive_batches(receiver, path.name)
    finally:
        receiver.close()
        process.terminate()
        process.join()


def _receive_batches(connection: Connection, name: str) -> Iterator[Batch]:
    while True:
        try:
            message: Batch | Exception | None = connection.recv()
        except (EOFError, OSError) as error:
            raise PortalError(
                f"{name}: the process that reads the file was killed, possibly for lack of memory. "
                "Import the file again: stored rows count as unchanged."
            ) from error
        if isinstance(message, Exception):
            raise message
        if message is None:
            return
        yield _unpacked(message)


def _run_forked(
    receiver: Connection, sender: Connection, path: Path, term_lookup: TermLookup, prefixes: Prefixes
) -> None:
    receiver.close()
    bound_heap()
    _run_worker(sender, path, term_lookup, prefixes)


def _run_worker(connection: Connection, path: Path, term_lookup: TermLookup, prefixes: Prefixes) -> None:
    """Runs in the second process: sends the batches, then None or the error that interrupted them."""
    # Ctrl-C reaches both processes; the first one handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Validation creates no reference cycles, so reference counting frees each batch.
    gc.disable()
    waiting: queue.Queue[Batch | Exception | None] = queue.Queue(_MAX_WAITING_BATCHES)
    sending = threading.Thread(target=_send_batches, args=(waiting, connection))
    sending.start()
    try:
        for batch in validated_batches(path, term_lookup, prefixes):
            waiting.put(batch)
        waiting.put(None)
    except Exception as error:
        # Pickling drops the traceback, so it is added as a note.
        error.add_note(traceback.format_exc())
        waiting.put(error)
    sending.join()


def _send_batches(waiting: queue.Queue[Batch | Exception | None], connection: Connection) -> None:
    while True:
        message = waiting.get()
        try:
            connection.send(_packed(message) if isinstance(message, Batch) else message)
        except OSError:
            # The first process has ended.
            os._exit(1)
        if not isinstance(message, Batch):
            return


def _packed(batch: Batch) -> Batch:
    """The batch with plain tuples in place of named ones, of which pickle writes and makes each by its class."""
    rows: Any = [(row.incoming and tuple(row.incoming), row.issues, tuple(row.label)) for row in batch.rows]
    return batch._replace(rows=rows)


def _unpacked(batch: Batch) -> Batch:
    rows = [
        CheckedRow(incoming and RecordValues._make(incoming), issues, RowLabel._make(label))
        for incoming, issues, label in batch.rows
    ]
    return batch._replace(rows=rows)
