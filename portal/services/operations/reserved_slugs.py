"""Moves records whose slug became a word of the portal's own addresses."""

from __future__ import annotations

from functools import partial

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.models import Catalogue, Project, SlugHistory
from portal.services.audit import recording
from portal.services.integrity import row_checksums
from portal.services.records.slugs import first_free_slug, is_slug_taken
from portal.services.records.values import RESERVED_SLUGS


def move_reserved_slugs(session: Session) -> list[tuple[str, str]]:
    """Give such records the first free numbered slug; returns each former and new slug.

    The former slug stays theirs: its history redirects, and so does its own address where no page has taken it.
    """
    query = select(Project.id, Project.slug, Project.slug_folded).where(Project.slug_folded.in_(RESERVED_SLUGS))
    records = session.execute(query.order_by(Project.id)).all()
    if not records:
        return []
    recording.begin_bulk(session)
    moved = []
    for project_id, slug, slug_folded in records:
        new_slug = first_free_slug(f"{slug}-1", partial(is_slug_taken, session))
        session.execute(insert(SlugHistory).values(slug_folded=slug_folded, project_id=project_id))
        # A statement: the version of the model would make open work on the record out of date.
        values = {"slug": new_slug, "slug_folded": new_slug.casefold()}
        session.execute(update(Project).where(Project.id == project_id).values(values))
        moved.append((slug, new_slug))
    session.expire_all()
    recording.record_bulk(session, "move", "project", "all", after={"moved": dict(moved)})
    ids = [record.id for record in records]
    row_checksums.store(session, ids)
    Catalogue.touch(session, ids)
    return moved
