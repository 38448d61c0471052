"""The newest snapshot of each database, held in memory and refreshed without blocking requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from portal import logs, metrics
from portal.database.orm import now
from portal.search.index import caches, snapshot_sources
from portal.search.index import snapshot as snapshots
from portal.search.index.snapshot import MAX_APPENDED_ROWS, CatalogueVersion, Snapshot
from portal.search.index.snapshot_sources import MIN_APPENDED_TO_REBUILD
from portal.search.index.storage.shared_files import SharedFiles

_log = logging.getLogger(__name__)

# A rebuild saturates one core; wait twice its duration before starting another.
_REBUILD_PAUSE_FACTOR = 2.0
_RETRY_SECONDS = 5.0
# A replica that shows an older state than this process has served is waited for so long in a request, and taken for
# the truth after so long: it follows a primary that has lost the newer state.
_MAX_WAIT_SECONDS, MAX_BEHIND_SECONDS = 1.0, 30.0
_WAIT_STEP_SECONDS = 0.02
# While one thread asks for the version, the others wait for it, but not long; then they use the snapshot they have.
# So a database that hangs holds up one thread and not all.
_CHECK_PATIENCE_SECONDS = 0.25


class ReplicaBehind(OperationalError):
    """The replica that is read shows an older state than this process has served; try again in a moment."""

    def __init__(self) -> None:
        super().__init__("", None, Exception("the replica is behind what was served before"))


@dataclass
class SnapshotStore:
    """The snapshot of one database, shared by all threads.

    `max_staleness` is how long (seconds) it serves without a query for the catalogue version. If it is 0 (commands,
    tests), callers wait for the current version, however long that takes. `checked_at`, `verified_at` and
    `next_rebuild_at` are readings of time.monotonic(): of the last comparison with the database and of the last that
    succeeded; `state_at` is the time of the latter. So are `behind_since`: since when the database has shown an older
    state than the snapshot, 0 if it does not, and `unshared_since`: since when no file has held the state, 0 if one
    does. `failure` describes the last failed refresh, "" if it succeeded. `files` are those of the snapshots that all
    processes of the machine share; None if this one holds its own.
    """

    max_staleness: float = 0.0
    snapshot: Snapshot | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    checking: threading.Lock = field(default_factory=threading.Lock)
    checked_at: float = 0.0
    verified_at: float = 0.0
    state_at: datetime | None = None
    next_rebuild_at: float = 0.0
    behind_since: float = 0.0
    unshared_since: float = 0.0
    failure: str = ""
    rebuild_thread: threading.Thread | None = None
    files: SharedFiles | None = None

    def fresh_snapshot(self) -> Snapshot | None:
        """The snapshot if it needs no query, else None."""
        return self.snapshot if time.monotonic() - self.checked_at < self.max_staleness else None

    @property
    def outage(self) -> datetime | None:
        """While the database does not answer: the time of the state that is shown, UTC; None if all is well."""
        return self.state_at if self.failure else None

    def note_success(self, checked_at: float) -> None:
        self.verified_at = checked_at
        self.state_at, self.failure = now(), ""


_stores: WeakKeyDictionary[Engine, SnapshotStore] = WeakKeyDictionary()


def store_for(engine: Engine) -> SnapshotStore:
    """The store of a database, created at its first use."""
    store = _stores.get(engine)
    return store if store is not None else _stores.setdefault(engine, SnapshotStore())


def load_current(engine: Engine, session: Session, *, at_once: bool = False) -> Snapshot:
    """The current snapshot, at most `max_staleness` old, or with `at_once` asked for now.

    Patches the snapshot if few projects changed. Otherwise a thread builds a new one and the old one serves until
    then. Only the first call has to read everything. Raises what the database raises if there is no snapshot yet.
    A replica that is behind does not bring back an older state; with `at_once` it is waited for, and ReplicaBehind
    raised if that takes too long.
    """
    store = store_for(engine)
    if not at_once and (snapshot := store.fresh_snapshot()):
        return snapshot
    if at_once:
        wait_for_replica(store, session)
        return check_version(store, session)
    if (snapshot := store.snapshot) is None or not store.max_staleness:
        return check_version(store, session)
    # It does not answer at the moment, so nobody waits for it.
    patience = 0.0 if store.failure else _CHECK_PATIENCE_SECONDS
    if not store.checking.acquire(timeout=patience):
        return snapshot
    try:
        return store.fresh_snapshot() or check_version(store, session)
    finally:
        store.checking.release()


def check_version(store: SnapshotStore, session: Session) -> Snapshot:
    """The snapshot, after a comparison with the database."""
    snapshot, checked_at = store.snapshot, time.monotonic()
    try:
        version = snapshots.read_catalogue_version(session)
        is_late = is_behind(store, session, version)
        is_valid = is_late or (snapshot is not None and snapshot.catalogue_version == version)
        if snapshot is None or not is_valid:
            before, snapshot = snapshot, refresh(store, session)
            is_valid = snapshot is not before
        store.checked_at = checked_at
        if is_valid:
            store.note_success(checked_at)
        if len(snapshot.index.appended) >= MIN_APPENDED_TO_REBUILD:
            rebuild_async(store, session.get_bind().engine)
    except Exception as error:
        record_failure(store, error)
        if snapshot is None:
            raise
        session.rollback()
        store.checked_at = checked_at
    return snapshot


def is_behind(store: SnapshotStore, session: Session, version: CatalogueVersion) -> bool:
    """Whether the session reads a replica that shows an older version than the snapshot, and will catch up.

    A primary with an older version is a restored or promoted database, which is followed at once.
    """
    snapshot = store.snapshot
    is_older = snapshot is not None and version.version < snapshot.catalogue_version.version
    if not is_older or not _is_replica(session):
        store.behind_since = 0.0
        return False
    store.behind_since = store.behind_since or time.monotonic()
    return time.monotonic() - store.behind_since < MAX_BEHIND_SECONDS


def wait_for_replica(store: SnapshotStore, session: Session) -> None:
    """Wait until the session reads no older state than the snapshot's; raises ReplicaBehind."""
    deadline = time.monotonic() + _MAX_WAIT_SECONDS
    while is_behind(store, session, snapshots.read_catalogue_version(session)):
        if time.monotonic() > deadline:
            raise ReplicaBehind
        time.sleep(_WAIT_STEP_SECONDS)


def _is_replica(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return False
    return bool(session.execute(select(func.pg_is_in_recovery())).scalar_one())


def start_watcher(check: Callable[[], object], interval: float = 0.25) -> None:
    """Call `check` now, and every `interval` seconds in a daemon thread.

    The first visitor then does not wait for the index, and an idle process does not fall behind. Exceptions are
    ignored: the store has recorded the failure.
    """

    def run() -> None:
        while True:
            time.sleep(interval)
            with suppress(Exception):
                check()

    with suppress(Exception):
        check()
    threading.Thread(target=run, name="watch", daemon=True).start()


def refresh(store: SnapshotStore, session: Session) -> Snapshot:
    """The patched snapshot; the previous one if a new one is being built in the background."""
    with store.lock:
        snapshot = store.snapshot
        if snapshot is None:
            store.snapshot = snapshot = snapshot_sources.catch_up(session, snapshot_sources.first(store.files, session))
        elif newer := snapshot_sources.follow(store.files, session, snapshot) or (
            not store.max_staleness and snapshot_sources.load(session)
        ):
            store.snapshot = snapshot = snapshot_sources.catch_up(session, newer)
        else:
            rebuild_async(store, session.get_bind().engine)
    return snapshot


def share(store: SnapshotStore, session: Session) -> None:
    """Hold the snapshot in the file that all processes of the machine map, instead of in memory of this one's own."""
    snapshot = store.snapshot
    if store.files is None or snapshot is None or snapshot.is_stored:
        return
    if same := snapshot_sources.stored(store.files, session, snapshot):
        with store.lock:
            if store.snapshot is snapshot:
                caches.keep_all(snapshot, same)
                store.snapshot = same


def rebuild_async(store: SnapshotStore, engine: Engine) -> None:
    """Build a new snapshot in another thread, unless one is being built or a rebuild is not due yet."""
    is_running = store.rebuild_thread is not None and store.rebuild_thread.is_alive()
    if not is_running and time.monotonic() >= store.next_rebuild_at:
        store.rebuild_thread = threading.Thread(
            target=rebuild_snapshot, args=(store, engine), name="index", daemon=True
        )
        store.rebuild_thread.start()


def rebuild_snapshot(store: SnapshotStore, engine: Engine) -> None:
    started_at = time.monotonic()
    try:
        with Session(engine) as session:
            snapshot = store.snapshot
            newer = (
                snapshots.apply_journal(session, snapshot, MAX_APPENDED_ROWS)
                if snapshot and len(snapshot.index.appended) < MIN_APPENDED_TO_REBUILD
                else None
            )
            newer = newer or snapshot_sources.built_once(store.files, session)
        with store.lock, Session(engine) as session:
            if is_behind(store, session, newer.catalogue_version):
                return
            # Apply what requests patched in during the build, so that no visible change disappears again.
            newer = snapshots.apply_journal(session, newer, MAX_APPENDED_ROWS) or newer
            store.snapshot = snapshot_sources.catch_up(session, newer)
            store.failure = ""
    except Exception as error:
        record_failure(store, error)
    else:
        store.next_rebuild_at = time.monotonic() + _REBUILD_PAUSE_FACTOR * (time.monotonic() - started_at)


def record_failure(store: SnapshotStore, error: Exception) -> None:
    """Log a failed refresh and describe it in `failure`; the previous snapshot remains in use."""
    cause = (
        "the database does not answer as it should" if isinstance(error, SQLAlchemyError) else "a record is unreadable"
    )
    metrics.SNAPSHOTS.labels("failed").inc()
    if not store.failure:
        is_away = isinstance(error, OperationalError)
        reason = f"{cause} ({logs.describe(error)})" if is_away else cause
        _log.error("the index of projects could not be renewed: %s", reason, exc_info=None if is_away else error)
        store.failure = f"The index cannot be built since {now():%Y-%m-%d %H:%M:%S} UTC: {cause}. See the log."
    store.next_rebuild_at = time.monotonic() + _RETRY_SECONDS
