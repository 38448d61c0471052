"""portal iati-file, and the thread of a server that runs it: all IATI activities in a file before anybody asks.

A process writes it: a thread of a server would take the time of requests.
"""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Thread

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal.config import Settings
from portal.database.orm import db, now
from portal.database.public_reader import release_session
from portal.exports.file_cache import FileCache, file_cache
from portal.exports.registry import offered_format
from portal.exports.slots import take_slot
from portal.locks import lock_of_database, try_lock
from portal.processes import environment_beside_server
from portal.search.index import current, refresh
from portal.search.index.storage.shared_files import shared_files
from portal.web.public.exports.whole_directory import ADDRESS, whole_directory

_log = logging.getLogger(__name__)
_POLL_SECONDS = 2.0
# While more is being published, such as the batches of an import, the file would be old before it was written.
_QUIET_SECONDS = 5.0
# After an error, such as a database that is away.
_ERROR_PAUSE_SECONDS = 30.0
# A fifth of a core at most is busy with it, however large the catalogue is and however often it changes.
_PAUSES_FOR_EACH_RUN = 4
# Below everything that answers somebody.
_NICENESS = 10
# Whoever asks for a file of their own at the same time is another client.
_CLIENT = "the portal itself"


@click.command("iati-file")
@with_appcontext
def iati_file() -> None:
    """Write the file of all IATI activities for the server of this machine, at low priority, if it is out of date."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy has it
    os.nice(_NICENESS)
    settings = _settings(app)
    refresh.store_for(db.engine).files = shared_files(settings.snapshots_folder, settings.database_url)
    click.echo("Written." if write_if_outdated(app) else "There is nothing to write, or another process does.")


def start(app: Flask) -> None:
    """Start the thread that has the file written by a process; does nothing on a portal that publishes no IATI."""
    if offered_format("xml", _settings(app)):
        Thread(target=_work, args=(app,), name="iati", daemon=True).start()


def write_if_outdated(app: Flask) -> bool:
    """Write the file of the current state; False if there is nothing to do (`is_outdated`) or no slot is free.

    Raises what the database raises, and OSError.
    """
    with _asking(app), ExitStack() as until_written:
        cache = _cache(app)
        if not _is_outdated(cache) or (claim := cache.claim(0.0)) is None:
            return False
        until_written.callback(claim.release)
        if (slot := take_slot(0.0, client=_CLIENT)) is None:
            return False
        until_written.callback(slot.release)
        head, pieces = whole_directory().open(until_written)
        release_session()
        # A file that shows no certain state has no ETag, and is not kept.
        if not head.etag:
            return False
        for _ in claim.keep(head.etag, pieces()):
            pass
        return True


def is_outdated(app: Flask) -> bool:
    """Whether the current state has no file yet, and nothing is being published; raises as `write_if_outdated`."""
    with _asking(app):
        return _is_outdated(_cache(app))


def _is_outdated(cache: FileCache) -> bool:
    snapshot = current.current_snapshot()
    if snapshot.changed_at and now() - snapshot.changed_at < timedelta(seconds=_QUIET_SECONDS):
        return False
    if file := cache.open(whole_directory().etag(snapshot)):
        file.close()
        return False
    return True


@contextmanager
def _asking(app: Flask) -> Iterator[None]:
    """In the context of a request for the file: what it says depends on its address."""
    with app.test_request_context(ADDRESS, base_url=_settings(app).public_url):
        try:
            yield
        finally:
            db.session.remove()


def _work(app: Flask) -> None:
    """Wait for the lock, then look after the file until the process ends, which also ends the lock."""
    lock, pause, has_failed = None, _POLL_SECONDS, False
    while True:
        time.sleep(pause)
        pause = _POLL_SECONDS
        try:
            lock = lock or try_lock(lock_of_database("iati", _settings(app).database_url))
            if lock and is_outdated(app):
                began = _processor_seconds()
                run_process()
                pause += _PAUSES_FOR_EACH_RUN * (_processor_seconds() - began)
            has_failed = False
        except Exception as error:
            # Whatever it is, the next state may be written, and who asks for the file has it made.
            if not has_failed:
                _log.warning("The file of all IATI activities was not written: %s.", error)
            pause, has_failed = _ERROR_PAUSE_SECONDS, True


def run_process() -> None:
    """Run `portal iati-file` in a process with the settings of this one. Raises CalledProcessError, and OSError."""
    command, environment = [sys.executable, "-m", "portal", "iati-file"], environment_beside_server()
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 # no input


def _processor_seconds() -> float:
    """What ended processes of this one have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cache(app: Flask) -> FileCache:
    return file_cache(_settings(app).database_url, _settings(app).public_url)


def _settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    return settings
