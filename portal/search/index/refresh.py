"""The newest snapshot of a database, kept in memory and brought up to date without anyone waiting for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.search.index import snapshot as snapshots
from portal.search.index.snapshot import LATE_MOST, Snapshot

_log = logging.getLogger(__name__)

# So many changes take less than a tenth of a second, even with a million projects: a request can take them in.
PATCHED_MOST = 100
# From so many rows out of place on, a new index is made while the old one goes on being patched.
_RENEW_FROM = 500
# Making an index takes a core: after one, others get twice the time it took before the next.
_REST = 2.0
_RETRY_AFTER = 5.0  # seconds


@dataclass
class Shelf:
    """`patience` is how long (seconds) the state of the database is believed without looking.

    Without patience (commands, tests) whoever asks waits for the present state, however long it takes.
    """

    patience: float = 0.0
    snapshot: Snapshot | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    looked_at: float = 0.0
    not_before: float = 0.0
    failure: str = ""
    renewal: threading.Thread | None = None

    def fresh(self) -> Snapshot | None:
        """The snapshot if it needs no look at the database."""
        return self.snapshot if time.monotonic() - self.looked_at < self.patience else None


_shelves: WeakKeyDictionary[Engine, Shelf] = WeakKeyDictionary()


def of(engine: Engine) -> Shelf:
    """The shelf of a database."""
    return _shelves.setdefault(engine, Shelf())


def current(engine: Engine, session: Session) -> Snapshot:
    """The snapshot of the present state, at most `patience` old.

    A few changed projects are taken in at once. For more, a new snapshot is made in another thread, and the
    old one serves until it is there. Only the very first call has to read everything. Raises what the
    database raises when there is no snapshot to fall back on.
    """
    shelf = of(engine)
    if fresh := shelf.fresh():
        return fresh
    kept, moment = shelf.snapshot, time.monotonic()
    try:
        state = snapshots.state_of(session)
        if kept is None or kept.state != state:
            kept = brought_up(shelf, session)
        else:
            # The database was away and is back, and nothing changed meanwhile.
            shelf.failure = ""
        shelf.looked_at = moment
        if len(kept.index.late) >= _RENEW_FROM:
            renew(shelf, session.get_bind().engine)
    except Exception as why:
        fail(shelf, why)
        if kept is None:
            raise
        session.rollback()
        shelf.looked_at = moment
    return kept


def watch(look: Callable[[], object], every: float = 0.25) -> None:
    """Call `look` at once, and every so many seconds in a thread of its own for as long as the process lives.

    So that the first visitor need not wait, and a process that nobody asks anything for an hour has nothing to
    catch up with. What fails is said by the shelf.
    """

    def go_on() -> None:
        while True:
            time.sleep(every)
            with suppress(Exception):
                look()

    with suppress(Exception):
        look()
    threading.Thread(target=go_on, name="watch", daemon=True).start()


def brought_up(shelf: Shelf, session: Session) -> Snapshot:
    with shelf.lock:
        kept = shelf.snapshot
        if kept is None:
            shelf.snapshot = kept = snapshots.take(session)
            shelf.failure = ""
        elif fresh := snapshots.follow(session, kept, PATCHED_MOST) or (not shelf.patience and snapshots.take(session)):
            shelf.snapshot = kept = fresh
            shelf.failure = ""
        else:
            renew(shelf, session.get_bind().engine)
    return kept


def renew(shelf: Shelf, engine: Engine) -> None:
    """Make a new snapshot in another thread, unless one is being made or was a moment ago."""
    busy = shelf.renewal is not None and shelf.renewal.is_alive()
    if not busy and time.monotonic() >= shelf.not_before:
        shelf.renewal = threading.Thread(target=replace, args=(shelf, engine), name="index", daemon=True)
        shelf.renewal.start()


def replace(shelf: Shelf, engine: Engine) -> None:
    began = time.monotonic()
    try:
        with Session(engine) as session:
            kept = shelf.snapshot
            fresh = snapshots.follow(session, kept, LATE_MOST) if kept and len(kept.index.late) < _RENEW_FROM else None
            fresh = fresh or snapshots.take(session)
        with shelf.lock, Session(engine) as session:
            # What was taken in meanwhile is taken in here too, so that nothing seen is gone again.
            shelf.snapshot = snapshots.follow(session, fresh, LATE_MOST) or fresh
            shelf.failure = ""
    except Exception as why:
        fail(shelf, why)
    else:
        shelf.not_before = time.monotonic() + _REST * (time.monotonic() - began)


def fail(shelf: Shelf, why: Exception) -> None:
    """Keep what there is, and say so."""
    what = "the database does not answer as it should" if isinstance(why, SQLAlchemyError) else "a record is unreadable"
    if not shelf.failure:
        _log.error("the index of projects could not be renewed: %s", what, exc_info=why)
        shelf.failure = f"The index cannot be built since {now():%Y-%m-%d %H:%M:%S} UTC: {what}. See the log."
    shelf.not_before = time.monotonic() + _RETRY_AFTER
