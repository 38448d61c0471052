"""How a process gets a snapshot: from the file of its machine, from the journal of changes, or from the tables."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from sqlalchemy.orm import Session

from portal import metrics
from portal.search.index import caches
from portal.search.index import snapshot as snapshots
from portal.search.index.snapshot import MAX_APPENDED_ROWS, Snapshot
from portal.search.index.storage.array_file import UnusableFileError
from portal.search.index.storage.shared_files import SharedFiles
from portal.search.index.storage.snapshot_file import SnapshotFile
from portal.search.read_models.terms import Terms

# Patching this many projects takes less than 100 ms, even with a million projects, so a request may do it.
MAX_PATCHED_PROJECTS = 100
# From this many appended rows on, the index is rebuilt in the background; until then it is still patched.
MIN_APPENDED_TO_REBUILD = 500
_MAX_CATCH_UPS = 3
# While one process builds a snapshot, the others wait so long for its file before they build their own.
_PATIENCE_SECONDS = 60.0
# A patched snapshot is written no more often: what arrives meanwhile is held by each process.
_SECONDS_BETWEEN_FILES = 5.0


def first(files: SharedFiles | None, session: Session) -> Snapshot:
    """The snapshot of a process that has none."""
    return (files and _from_newest_file(files, session, MAX_APPENDED_ROWS)) or built_once(files, session)


def built_once(files: SharedFiles | None, session: Session) -> Snapshot:
    """A snapshot with few appended rows: another process may have built it, and else this one does so for all."""
    if files is None:
        return load(session)
    lock = files.lock(_PATIENCE_SECONDS)
    with lock or nullcontext():
        if newer := _from_newest_file(files, session, MIN_APPENDED_TO_REBUILD):
            return newer
        built = catch_up(session, load(session))
        return (lock and _written(files, session, built)) or built


def follow(files: SharedFiles | None, session: Session, old: Snapshot) -> Snapshot | None:
    """The newer snapshot, if that takes a moment: its file is there already, or few projects changed."""
    if files and (file := files.open(snapshots.read_catalogue_version(session))):
        ids = snapshots.read_changes(session, old.catalogue_version).ids
        terms = Terms.load(session) if ids is None else snapshots.current_terms(session, old.terms)
        if newer := _mapped(file, terms):
            newer = replace(newer, changed_ids=ids)
            caches.keep_unchanged_projects(old, newer)
            return newer
    return patch(session, old)


def stored(files: SharedFiles, session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The same state from a file, written now if there is none; None while another one writes, or if it is too soon."""
    if file := files.open(snapshot.catalogue_version):
        return _mapped(file, snapshot.terms)
    if files.age() < _SECONDS_BETWEEN_FILES or not (lock := files.lock(0.0)):
        return None
    with lock:
        if files.open(snapshot.catalogue_version):
            return None
        return _written(files, session, snapshot)


def load(session: Session) -> Snapshot:
    """A snapshot built anew."""
    with metrics.SNAPSHOT_SECONDS.time():
        snapshot = snapshots.load_snapshot(session)
    metrics.SNAPSHOTS.labels("built").inc()
    return snapshot


def patch(session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The snapshot with the few projects that changed since; None if that is not possible."""
    newer = snapshots.apply_journal(session, snapshot, MAX_PATCHED_PROJECTS)
    if newer is not None:
        metrics.SNAPSHOTS.labels("patched").inc()
        caches.keep_unchanged_projects(snapshot, newer)
    return newer


def catch_up(session: Session, snapshot: Snapshot) -> Snapshot:
    """Patch in what was committed while the snapshot was read, which it may contain in part."""
    for _ in range(_MAX_CATCH_UPS):
        if snapshots.read_catalogue_version(session) == snapshot.catalogue_version:
            break
        snapshot = patch(session, snapshot) or snapshot
    return snapshot


def _from_newest_file(files: SharedFiles, session: Session, max_appended: int) -> Snapshot | None:
    """The current state from the newest file and the journal, with fewer appended rows than this."""
    file = files.newest()
    snapshot = _mapped(file, Terms.load(session)) if file else None
    if snapshot and snapshots.read_catalogue_version(session) != snapshot.catalogue_version:
        snapshot = snapshots.apply_journal(session, snapshot, MAX_APPENDED_ROWS)
    return snapshot if snapshot and len(snapshot.index.appended) < max_appended else None


def _written(files: SharedFiles, session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The snapshot from its file, which is written now; None if that is not possible."""
    version = snapshot.catalogue_version
    # What was committed since may be in the snapshot in part, and others would take it for the state of its version.
    if not version.stamp or snapshots.read_catalogue_version(session) != version or not files.write(snapshot):
        return None
    file = files.open(version)
    return _mapped(file, snapshot.terms) if file else None


def _mapped(file: SnapshotFile, terms: Terms) -> Snapshot | None:
    try:
        snapshot = file.snapshot(terms)
    except UnusableFileError:
        return None
    metrics.SNAPSHOTS.labels("mapped").inc()
    return snapshot
