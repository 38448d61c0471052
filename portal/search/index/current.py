"""The current snapshot of the present database."""

from __future__ import annotations

from collections.abc import Sequence

from portal.database.orm import db
from portal.database.public_reader import reading
from portal.search.index import refresh
from portal.search.index.snapshot import Snapshot
from portal.search.read_models.project import Listing


def current() -> Snapshot:
    """The snapshot of the present state of the database."""
    engine = db.engine.engine
    if fresh := refresh.of(engine).fresh():
        return fresh
    with reading() as session:
        return refresh.current(engine, session)


def state() -> str:
    """ "ok", or a sentence that says what is wrong with the index."""
    held = refresh.of(db.engine.engine)
    try:
        current()
    except Exception:
        db.session.rollback()
        return held.failure or "The index cannot be built."
    return held.failure or "ok"


def shown(snapshot: Snapshot, ids: Sequence[int]) -> tuple[Listing, ...]:
    """The published projects with these ids, in their order."""
    with reading() as session:
        return snapshot.shown(session, ids)
