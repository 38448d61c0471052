"""Brings the sort titles of projects up to date after a change of what folding does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, column, func, select, table, update
from sqlalchemy.orm import Session

from portal.models import Catalogue, Project
from portal.services.audit import recording
from portal.services.integrity import row_checksums
from portal.services.records.values import sort_title_of

# Without the version counter of the model: what the record says does not change.
_PROJECT = table("project", column("id"), column("title_sort"))


def refresh_sort_titles(session: Session) -> int:
    """Store the sort title of each project whose title folds otherwise than before; return how many did.

    Looks only at titles with characters beyond ASCII: the others fold the same in every version.
    """
    is_beyond_ascii = func.octet_length(Project.title) > func.length(Project.title)
    titles = session.execute(select(Project.id, Project.title, Project.sort_title).where(is_beyond_ascii))
    changes: list[dict[str, Any]] = [
        {"project_id": project_id, "folded": folded}
        for project_id, title, sort_title in titles
        if (folded := sort_title_of(title)) != sort_title
    ]
    if changes:
        of_project = update(_PROJECT).where(_PROJECT.c.id == bindparam("project_id"))
        session.connection().execute(of_project.values(title_sort=bindparam("folded")), changes)
        recording.record_bulk(session, "sort again", "project", "all", after={"titles": len(changes)})
        row_checksums.store(session, [change["project_id"] for change in changes])
        Catalogue.touch(session, None)
    return len(changes)
