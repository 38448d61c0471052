"""The thread that sends mail a moment after it is stored: in one process of the server, whichever has the lock."""

from __future__ import annotations

import atexit
import logging
import time
from threading import Event, Thread

from flask import Flask

from portal.cli.jobs.send_mail import queue_what_is_due, send_waiting
from portal.config import Settings
from portal.database.orm import db
from portal.locks import lock_of_database, try_lock
from portal.services.mail import smtp

_log = logging.getLogger(__name__)
_POLL_SECONDS = 1.0
# Reminders and mails of the day are looked for so often.
_QUEUE_SECONDS = 60.0
# After an error, such as a database that is away.
_ERROR_PAUSE_SECONDS = 10.0
# A process that ends lets the message that it is sending arrive.
_GOODBYE_SECONDS = 5.0


def start(app: Flask) -> None:
    """Start the thread; does nothing on a portal that sends no mail."""
    settings: Settings = app.extensions["settings"]
    if not smtp.can_send(settings):
        return
    stopping = Event()
    thread = Thread(target=_work, args=(app, settings, stopping), name="mail", daemon=True)

    def stop() -> None:
        stopping.set()
        thread.join(_GOODBYE_SECONDS)

    thread.start()
    atexit.register(stop)


def _work(app: Flask, settings: Settings, stopping: Event) -> None:
    """Wait for the lock, then send what is due until the process ends, which also ends the lock."""
    lock, pause, queued_at = None, _POLL_SECONDS, -_QUEUE_SECONDS
    while not stopping.wait(pause):
        try:
            lock = lock or try_lock(lock_of_database("mail", settings.database_url))
            if lock is None:
                continue
            with app.app_context():
                if time.monotonic() >= queued_at + _QUEUE_SECONDS:
                    queue_what_is_due(db.session())
                    queued_at = time.monotonic()
                counts = send_waiting(settings, is_wanted=lambda: not stopping.is_set())
            pause = _ERROR_PAUSE_SECONDS if counts["later"] else _POLL_SECONDS
        except Exception as error:
            # Whatever it is, the next mail may be sent; a thread that ended would be missed by nobody.
            if pause == _POLL_SECONDS:
                _log.error("The thread that sends mail goes on after an error: %s.", type(error).__name__)
            pause = _ERROR_PAUSE_SECONDS
