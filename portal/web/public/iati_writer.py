"""The thread that writes the file of all IATI activities once something was published, before anybody asks for it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack
from datetime import timedelta

from flask import Flask

from portal.config import Settings
from portal.database.orm import db, now
from portal.database.public_reader import release_session
from portal.exports.file_cache import file_cache
from portal.exports.registry import offered_format
from portal.exports.slots import take_slot
from portal.exports.spooled_export import SpooledExport
from portal.search.index import current
from portal.web.public.exports.whole_directory import ADDRESS, whole_directory

_log = logging.getLogger(__name__)
_POLL_SECONDS = 2.0
# While more is being published, such as the batches of an import, the file would be old before it was written.
_QUIET_SECONDS = 5.0
# After an error, such as a database that is away.
_ERROR_PAUSE_SECONDS = 30.0
# Whoever asks for a file of their own at the same time is another client.
_CLIENT = "the portal itself"


def start(app: Flask) -> None:
    """Start the thread; does nothing on a portal that publishes no IATI."""
    settings: Settings = app.extensions["settings"]
    if offered_format("xml", settings):
        threading.Thread(target=_work, args=(app,), name="iati", daemon=True).start()


def _work(app: Flask) -> None:
    pause = _POLL_SECONDS
    while True:
        time.sleep(pause)
        try:
            write_if_outdated(app)
            pause = _POLL_SECONDS
        except Exception as error:
            # Whatever it is, the next state may be written, and who asks for the file has it made.
            _log.warning("the file of all IATI activities was not written: %s", error)
            pause = _ERROR_PAUSE_SECONDS


def write_if_outdated(app: Flask) -> bool:
    """Write the file of the current state, at low priority; False if it is there, or another process writes it.

    So is it while the catalogue changes, and if two files are made on this machine already. Raises what the database
    raises, and OSError.
    """
    settings: Settings = app.extensions["settings"]
    with app.test_request_context(ADDRESS, base_url=settings.public_url), ExitStack() as until_written:
        until_written.callback(db.session.remove)
        snapshot = current.current_snapshot()
        if snapshot.changed_at and now() - snapshot.changed_at < timedelta(seconds=_QUIET_SECONDS):
            return False
        wanted, cache = whole_directory(), file_cache(settings.database_url, settings.public_url)
        if file := cache.open(wanted.etag(snapshot)):
            file.close()
            return False
        if (claim := cache.claim(0.0)) is None:
            return False
        until_written.callback(claim.release)
        if (slot := take_slot(0.0, client=_CLIENT)) is None:
            return False
        until_written.callback(slot.release)
        head, pieces = wanted.open(until_written)
        release_session()
        if not head.etag:
            return False
        export = SpooledExport(lambda: claim.keep(head.etag, pieces()), on_end=lambda: None)
        until_written.callback(export.close)
        for _ in export:
            pass
        return True
