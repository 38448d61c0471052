"""The words of the current state: made once for each machine, and followed by each process through the journal."""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.database.orm import db, now
from portal.database.public_reader import public_session
from portal.models import Project
from portal.search.fulltext.documents import load_documents
from portal.search.index import refresh
from portal.search.index.current import current_snapshot, outage
from portal.search.index.snapshot import CatalogueVersion, Snapshot, read_catalogue_version, read_changes
from portal.search.words.build import make_sections
from portal.search.words.changed_documents import ChangedDocument
from portal.search.words.files import WordFiles
from portal.search.words.postings import Postings, checksum
from portal.search.words.word_index import WordIndex

_log = logging.getLogger(__name__)

# The texts of so many changed projects are looked through in a fraction of a millisecond.
_MAX_CHANGED = 500
# The words of so many projects are made in some 100 ms, so a process does that itself.
_MAX_SMALL_CATALOGUE = 5_000
# An import changes many projects for minutes; meanwhile the database finds words. It is waited for, but not for ever.
_QUIET_SECONDS, _MAX_WAIT_SECONDS = 5.0, 120.0
_RETRY_SECONDS = 60.0
# To read a file takes some 30 ms.
_SECONDS_BETWEEN_LOOKS = 2.0


@dataclass
class WordStore:
    """The words of one database, shared by all threads; `index` may be of an older state than the snapshot.

    `process` makes a file. The others are readings of time.monotonic(): since when a file is needed, 0 if it is not,
    when the next one may be made, and when to look for one again.
    """

    index: WordIndex | None = None
    process: subprocess.Popen[bytes] | None = None
    wanted_since: float = 0.0
    next_try_at: float = 0.0
    next_look_at: float = 0.0


_stores: WeakKeyDictionary[Engine, WordStore] = WeakKeyDictionary()


def _forget_processes() -> None:
    """A forked process is not the parent of those."""
    for store in _stores.values():
        store.process = None


os.register_at_fork(after_in_child=_forget_processes)


def store_for(engine: Engine) -> WordStore:
    """The store of a database, created at its first use."""
    return _stores.setdefault(engine, WordStore())


def words_at(version: CatalogueVersion) -> WordIndex | None:
    """The words of this state of the catalogue; None if this process does not have them (yet)."""
    index = store_for(db.engine.engine).index
    return index if index is not None and index.version == version else None


def keep_words_ready() -> None:
    """Follow the journal, map the file of another process, or have one made; no request waits for it."""
    snapshot, engine = current_snapshot(), db.engine.engine
    store = store_for(engine)
    if outage() or (store.index and store.index.version == snapshot.catalogue_version):
        return
    files = _files(engine)
    with public_session() as session:
        index = store.index and followed(session, store.index)
        if index is None and files and time.monotonic() >= store.next_look_at:
            store.next_look_at = time.monotonic() + _SECONDS_BETWEEN_LOOKS
            index = (newest := files.newest()) and followed(session, newest)
        if index is None and len(snapshot.index.all_rows) <= _MAX_SMALL_CATALOGUE:
            index = made_here(session)
    store.index, store.wanted_since = index, 0.0 if index else store.wanted_since or time.monotonic()
    if index is None and files:
        _have_made(store, files, snapshot, engine)


def followed(session: Session, index: WordIndex) -> WordIndex | None:
    """The words with what has changed since; None if too much has."""
    changes = read_changes(session, index.version)
    ids = changes.ids
    if ids is None or len(index.changed.keys() | ids) > _MAX_CHANGED:
        return None
    fresh = {
        document.project_id: ChangedDocument.from_document(document)
        for document in load_documents(session, sorted(ids))
    }
    changed = {**index.changed, **{project_id: fresh.get(project_id) for project_id in ids}}
    identifiers = index.changed_identifiers.union(_identifiers(session, fresh))
    return replace(index, version=changes.version, changed=changed, changed_identifiers=identifiers)


def made_here(session: Session) -> WordIndex:
    """The words of a small catalogue, in memory of this process."""
    version = read_catalogue_version(session)
    return WordIndex(Postings.of_sections(make_sections(session)), version)


def _identifiers(session: Session, ids: Iterable[int]) -> set[int]:
    columns = select(Project.slug_folded, Project.reference, Project.prima_id)
    rows = session.execute(columns.where(Project.id.in_(list(ids))))
    return {checksum(identifier) for row in rows for identifier in row if identifier}


def _files(engine: Engine) -> WordFiles | None:
    files = refresh.store_for(engine).files
    return WordFiles(files.folder) if files else None


def _have_made(store: WordStore, files: WordFiles, snapshot: Snapshot, engine: Engine) -> None:
    """Start a process that makes a file, unless one runs, or an import does."""
    if store.process is not None:
        if store.process.poll() is None:
            return
        if store.process.returncode:
            _log.warning("the words of the projects could not be collected, so the database finds them: see above")
        store.process, store.next_try_at = None, time.monotonic() + _RETRY_SECONDS
    is_quiet = snapshot.changed_at is None or now() - snapshot.changed_at > timedelta(seconds=_QUIET_SECONDS)
    has_waited = time.monotonic() - store.wanted_since > _MAX_WAIT_SECONDS
    if time.monotonic() >= store.next_try_at and (is_quiet or has_waited):
        store.process = files.start_making(engine.url.render_as_string(hide_password=False))
