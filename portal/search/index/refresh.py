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
from portal.search.index.snapshot import MAX_APPENDED_ROWS, Snapshot

_log = logging.getLogger(__name__)

# So many changes take less than a tenth of a second, even with a million projects: a request can take them in.
MAX_PATCHED_PROJECTS = 100
# From so many rows out of place on, a new index is made while the old one goes on being patched.
_MIN_APPENDED_TO_REBUILD = 500
# Making an index takes a core: after one, others get twice the time it took before the next.
_REBUILD_PAUSE_FACTOR = 2.0
_RETRY_SECONDS = 5.0  # seconds


@dataclass
class SnapshotStore:
    """`patience` is how long (seconds) the state of the database is believed without looking.

    Without patience (commands, tests) whoever asks waits for the present state, however long it takes.
    """

    max_staleness: float = 0.0
    snapshot: Snapshot | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    checked_at: float = 0.0
    next_rebuild_at: float = 0.0
    failure: str = ""
    rebuild_thread: threading.Thread | None = None

    def fresh_snapshot(self) -> Snapshot | None:
        """The snapshot if it needs no look at the database."""
        return self.snapshot if time.monotonic() - self.checked_at < self.max_staleness else None


_stores: WeakKeyDictionary[Engine, SnapshotStore] = WeakKeyDictionary()


def store_for(engine: Engine) -> SnapshotStore:
    """The shelf of a database."""
    return _stores.setdefault(engine, SnapshotStore())


def load_current(engine: Engine, session: Session) -> Snapshot:
    """The snapshot of the present state, at most `patience` old.

    A few changed projects are taken in at once. For more, a new snapshot is made in another thread, and the
    old one serves until it is there. Only the very first call has to read everything. Raises what the
    database raises when there is no snapshot to fall back on.
    """
    shelf = store_for(engine)
    if fresh := shelf.fresh_snapshot():
        return fresh
    kept, moment = shelf.snapshot, time.monotonic()
    try:
        state = snapshots.read_catalogue_version(session)
        if kept is None or kept.catalogue_version != state:
            kept = refresh(shelf, session)
        else:
            # The database was away and is back, and nothing changed meanwhile.
            shelf.failure = ""
        shelf.checked_at = moment
        if len(kept.index.appended) >= _MIN_APPENDED_TO_REBUILD:
            rebuild_async(shelf, session.get_bind().engine)
    except Exception as why:
        record_failure(shelf, why)
        if kept is None:
            raise
        session.rollback()
        shelf.checked_at = moment
    return kept


def start_watcher(check: Callable[[], object], interval: float = 0.25) -> None:
    """Call `look` at once, and every so many seconds in a thread of its own for as long as the process lives.

    So that the first visitor need not wait, and a process that nobody asks anything for an hour has nothing to
    catch up with. What fails is said by the shelf.
    """

    def go_on() -> None:
        while True:
            time.sleep(interval)
            with suppress(Exception):
                check()

    with suppress(Exception):
        check()
    threading.Thread(target=go_on, name="watch", daemon=True).start()


def refresh(store: SnapshotStore, session: Session) -> Snapshot:
    with store.lock:
        kept = store.snapshot
        if kept is None:
            store.snapshot = kept = snapshots.load_snapshot(session)
            store.failure = ""
        elif fresh := snapshots.apply_journal(session, kept, MAX_PATCHED_PROJECTS) or (
            not store.max_staleness and snapshots.load_snapshot(session)
        ):
            store.snapshot = kept = fresh
            store.failure = ""
        else:
            rebuild_async(store, session.get_bind().engine)
    return kept


def rebuild_async(store: SnapshotStore, engine: Engine) -> None:
    """Make a new snapshot in another thread, unless one is being made or was a moment ago."""
    busy = store.rebuild_thread is not None and store.rebuild_thread.is_alive()
    if not busy and time.monotonic() >= store.next_rebuild_at:
        store.rebuild_thread = threading.Thread(
            target=rebuild_snapshot, args=(store, engine), name="index", daemon=True
        )
        store.rebuild_thread.start()


def rebuild_snapshot(store: SnapshotStore, engine: Engine) -> None:
    began = time.monotonic()
    try:
        with Session(engine) as session:
            kept = store.snapshot
            fresh = (
                snapshots.apply_journal(session, kept, MAX_APPENDED_ROWS)
                if kept and len(kept.index.appended) < _MIN_APPENDED_TO_REBUILD
                else None
            )
            fresh = fresh or snapshots.load_snapshot(session)
        with store.lock, Session(engine) as session:
            # What was taken in meanwhile is taken in here too, so that nothing seen is gone again.
            store.snapshot = snapshots.apply_journal(session, fresh, MAX_APPENDED_ROWS) or fresh
            store.failure = ""
    except Exception as why:
        record_failure(store, why)
    else:
        store.next_rebuild_at = time.monotonic() + _REBUILD_PAUSE_FACTOR * (time.monotonic() - began)


def record_failure(store: SnapshotStore, error: Exception) -> None:
    """Keep what there is, and say so."""
    what = (
        "the database does not answer as it should" if isinstance(error, SQLAlchemyError) else "a record is unreadable"
    )
    if not store.failure:
        _log.error("the index of projects could not be renewed: %s", what, exc_info=error)
        store.failure = f"The index cannot be built since {now():%Y-%m-%d %H:%M:%S} UTC: {what}. See the log."
    store.next_rebuild_at = time.monotonic() + _RETRY_SECONDS
