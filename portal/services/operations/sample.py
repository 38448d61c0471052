"""The sample records out again: what nobody worked on goes, and what staff worked on is withdrawn and kept."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models import Catalogue, Project, Revision
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.editorial import publication
from portal.vocabulary.workflow import SAMPLE_WITHDRAWAL_REASON

# Ids in one statement.
_CHUNK_SIZE = 4_000


class SampleRemoval(NamedTuple):
    """How many records are gone, and how many are only not public any more."""

    removed: int
    withdrawn: int


def remove_sample(session: Session) -> SampleRemoval:
    """Take the sample records from the public.

    One that a revision refers to, in whatever state that is, keeps its row: what staff typed is kept for good, and so
    is the trail of who did. Its address says that it was a sample.
    """
    # Locked, so that nobody begins a change between the look and the act.
    chosen = select(Project).where(Project.is_sample).order_by(Project.id).with_for_update()
    records = list(session.execute(chosen).scalars())
    worked_on = set(session.execute(select(Revision.project_id).distinct()).scalars())
    kept = [record for record in records if record.id in worked_on and record.published_at is not None]
    for record in kept:
        publication.withdraw(session, record, reason=SAMPLE_WITHDRAWAL_REASON, by=None)
    ids = [record.id for record in records if record.id not in worked_on]
    recording.begin_bulk(session)
    text_index.remove(session, ids)
    for start in range(0, len(ids), _CHUNK_SIZE):
        session.execute(delete(Project).where(Project.id.in_(ids[start : start + _CHUNK_SIZE])))
    recording.record_bulk(
        session, "remove sample", "import", "sample", after={"removed": len(ids), "withdrawn": len(kept)}
    )
    if ids:
        Catalogue.touch(session, ids)
    session.flush()
    return SampleRemoval(len(ids), len(kept))
