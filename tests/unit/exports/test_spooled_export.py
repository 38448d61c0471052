"""Files that a thread makes while a reader follows."""

import threading
import time

import pytest

from portal.exports import spooled_export
from portal.exports.spooled_export import ExportInterrupted, SpooledExport


class Ended:
    """Whether the maker has said that it is done."""

    def __init__(self):
        self.event = threading.Event()

    def __call__(self):
        self.event.set()


def test_the_reader_gets_every_piece_in_order():
    pieces = [bytes([number]) * 1_000 for number in range(256)]
    made = SpooledExport(lambda: iter(pieces), on_end=Ended())
    assert b"".join(made) == b"".join(pieces)
    made.close()


def test_the_first_piece_is_read_before_the_last_is_made():
    go_on = threading.Event()

    def pieces():
        yield b"first"
        assert go_on.wait(10)
        yield b"last"

    made = SpooledExport(pieces, on_end=Ended())
    reader = iter(made)
    assert next(reader) == b"first"
    go_on.set()
    assert next(reader) == b"last"
    made.close()


def test_a_slow_reader_does_not_hold_up_the_maker():
    ended = Ended()
    made = SpooledExport(lambda: iter([b"x" * 1_000_000] * 20), on_end=ended)
    next(iter(made))
    assert ended.event.wait(10)
    made.close()


def test_an_error_of_the_maker_reaches_the_reader_after_what_was_made():
    def pieces():
        yield b"some"
        raise RuntimeError("the database went away")

    made = SpooledExport(pieces, on_end=Ended())
    reader = iter(made)
    assert next(reader) == b"some"
    with pytest.raises(RuntimeError, match="went away"):
        next(reader)
    made.close()


def test_closing_stops_the_maker_and_says_that_it_ended():
    ended = Ended()

    def endless():
        while True:
            yield b"x"
            time.sleep(0.001)

    made = SpooledExport(endless, on_end=ended)
    next(iter(made))
    made.close()
    assert ended.event.is_set()


def test_a_reader_that_nobody_wants_stops_everything():
    def silent():
        time.sleep(0.6)
        yield b"late"

    made = SpooledExport(silent, on_end=Ended(), is_wanted=lambda: False)
    with pytest.raises(ExportInterrupted):
        next(iter(made))
    made.close()


def test_a_file_that_becomes_too_large_is_cut_visibly(monkeypatch):
    monkeypatch.setattr(spooled_export, "MAX_FILE_BYTES", 10)
    made = SpooledExport(lambda: iter([b"123456", b"789012"]), on_end=Ended())
    reader = iter(made)
    assert next(reader) == b"123456"
    with pytest.raises(ExportInterrupted):
        next(reader)
    made.close()


def test_making_has_a_time_limit(monkeypatch):
    monkeypatch.setattr(spooled_export, "MAX_MAKING_SECONDS", -1)
    made = SpooledExport(lambda: iter([b"123456"]), on_end=Ended())
    with pytest.raises(ExportInterrupted):
        next(iter(made))
    made.close()
