"""Removes the sample records; those that staff have worked on are withdrawn instead."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models import Catalogue, Project, Revision
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.editorial import publication
from portal.vocabulary.workflow import SAMPLE_WITHDRAWAL_REASON

# Maximum number of ids in one statement.
_CHUNK_SIZE = 4_000


class SampleRemoval(NamedTuple):
    """How many records were deleted, and how many were withdrawn instead."""

    removed: int
    withdrawn: int


def remove_sample(session: Session) -> SampleRemoval:
    """Delete the sample records; withdraw those that have a revision in any state.

    Revisions and their audit events are permanent, so such a record keeps its row. Its page says that it was a sample.
    """
    # Locked, so that nobody begins a change between this query and the deletion.
    query = select(Project).where(Project.is_sample).order_by(Project.id).with_for_update()
    records = list(session.execute(query).scalars())
    with_revisions = set(session.execute(select(Revision.project_id).distinct()).scalars())
    withdrawn = [record for record in records if record.id in with_revisions and record.published_at is not None]
    for record in withdrawn:
        publication.withdraw(session, record, reason=SAMPLE_WITHDRAWAL_REASON, by=None)
    ids = [record.id for record in records if record.id not in with_revisions]
    recording.begin_bulk(session)
    text_index.remove(session, ids)
    for start in range(0, len(ids), _CHUNK_SIZE):
        session.execute(delete(Project).where(Project.id.in_(ids[start : start + _CHUNK_SIZE])))
    recording.record_bulk(
        session, "remove sample", "import", "sample", after={"removed": len(ids), "withdrawn": len(withdrawn)}
    )
    if ids:
        Catalogue.touch(session, ids)
    session.flush()
    return SampleRemoval(len(ids), len(withdrawn))
