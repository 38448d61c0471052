"""Catalogue: one row that names the present state of all published projects, and the journal of how it came about."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, String, delete, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.database.orm import Model, UTCDateTime, now

# A change of more projects than this is not itemised; whoever keeps an index reads everything anew.
MAX_ITEMISED_PROJECTS = 5_000
MAX_JOURNAL_ENTRIES = 1_000
# Where a session notes that it touched the catalogue.
CATALOGUE_TOUCHED = "catalogue touched"


class Catalogue(Model):
    """`version` grows by one, and `stamp` is new, whenever anything public changes.

    Processes compare them to know that their index is old. The stamp is random, so that a restored or
    rolled-back database that reaches a version again is not taken for the one that had it before.
    """

    __tablename__ = "catalogue"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    stamp: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @staticmethod
    def touch(session: Session, project_ids: Iterable[int] | None) -> int:
        """Say, in the transaction that changes something public, what changed; return the new version.

        `project_ids` are the projects added, changed or taken away; None stands for anything else (terms) or
        for too many to name. The row stays locked until the transaction ends, so versions follow the
        order of commits; call this last.
        """
        stamp, moment = secrets.token_hex(8), now()
        version: int = session.execute(
            update(Catalogue)
            .values(version=Catalogue.version + 1, stamp=stamp, changed_at=moment)
            .returning(Catalogue.version)
        ).scalar_one()
        ids = None if project_ids is None else sorted(set(project_ids))
        if ids and len(ids) > MAX_ITEMISED_PROJECTS:
            ids = None
        session.info[CATALOGUE_TOUCHED] = True
        session.execute(insert(CatalogueChange).values(version=version, stamp=stamp, project_ids=ids))
        session.execute(delete(CatalogueChange).where(CatalogueChange.version <= version - MAX_JOURNAL_ENTRIES))
        return version


class CatalogueChange(Model):
    """One step of the catalogue: `project_ids` is a list, or null when everything must be read anew."""

    __tablename__ = "catalogue_change"

    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))
    project_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
