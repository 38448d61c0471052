"""What the second process of an import sends; test_batches runs it as a process."""

import gc
import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path

import pytest

from portal.errors import UnreadableFile
from portal.services.imports import worker
from portal.services.imports.batches import MAX_BATCH_ROWS, Batch, Prefixes, validated_batches
from portal.services.imports.header import REQUIRED_COLUMNS
from portal.services.records.spellings import TermLookup
from portal.services.records.values import RecordValues
from tests.waiting import eventually


@pytest.fixture
def sent(session, tmp_path):
    """sent(text) is all that is sent of a file with this text, as it was before it was packed."""
    on_interrupt = signal.getsignal(signal.SIGINT)

    def run(text):
        path = tmp_path / "in.csv"
        path.write_text(text, encoding="utf-8")
        receiver, sender = Pipe(duplex=False)
        worker._run_worker(sender, path, TermLookup.load(session()), Prefixes())
        sender.close()
        with receiver:
            messages = [receiver.recv()]
            while isinstance(messages[-1], Batch):
                messages.append(receiver.recv())
        return [worker._unpacked(each) if isinstance(each, Batch) else each for each in messages]

    yield run
    signal.signal(signal.SIGINT, on_interrupt)
    gc.enable()


def test_the_rows_are_followed_by_a_sign_that_there_are_no_more(sent):
    batch, end = sent(",".join(REQUIRED_COLUMNS) + "\nT.1,One" + "," * (len(REQUIRED_COLUMNS) - 2))
    assert [row.incoming.title for row in batch.rows] == ["One"]
    assert end is None


def test_rows_arrive_as_they_were_read(sent, session, tmp_path):
    rows = ["T.1,One", "T.2,", "T.3,Three", "Total,"]
    filling = "," * (len(REQUIRED_COLUMNS) - 2)
    batch, _ = sent("\n".join([",".join(REQUIRED_COLUMNS), *(row + filling for row in rows)]))
    (read,) = validated_batches(tmp_path / "in.csv", TermLookup.load(session()), Prefixes())
    assert batch == read
    assert [type(row.incoming) for row in batch.rows] == [RecordValues, type(None), RecordValues, type(None)]
    assert [row.label.project_id for row in batch.rows] == ["", "T.2", "", "Total"]


def test_an_error_says_where_in_the_second_process_it_happened(sent):
    (error,) = sent("%PDF-1.7")
    assert isinstance(error, UnreadableFile)
    (note,) = error.__notes__
    assert note.startswith("Traceback")
    assert "in validated_batches" in note


def test_the_second_process_ends_when_the_first_is_killed(session, tmp_path):
    path, lookup = tmp_path / "in.csv", TermLookup.load(session())
    row = "T,One" + "," * (len(REQUIRED_COLUMNS) - 2) + "\n"
    path.write_text(",".join(REQUIRED_COLUMNS) + "\n" + row * 4 * MAX_BATCH_ROWS)
    receiver, sender = Pipe(duplex=False)

    def read_nothing():
        with worker.batches_from_worker(path, lookup, Prefixes()):
            (second,) = multiprocessing.active_children()
            sender.send(second.pid)
            signal.pause()

    first = multiprocessing.get_context("fork").Process(target=read_nothing)
    first.start()
    sender.close()
    pid = receiver.recv()
    assert is_running(pid)
    first.kill()
    first.join()
    try:
        eventually(lambda: not is_running(pid))
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_running(pid):
    """Whoever has adopted a process may not have taken note of its end."""
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False
