"""Catalogue: the current version of all published projects, in one row, and the journal of its changes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, String, delete, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.database.orm import Model, UTCDateTime, now

# A change of more projects than this is not itemised: indexes are then rebuilt.
MAX_ITEMISED_PROJECTS = 5_000
MAX_JOURNAL_ENTRIES = 1_000
# The key of `session.info` that is set once the session has touched the catalogue.
CATALOGUE_TOUCHED = "catalogue touched"


class Catalogue(Model):
    """Every public change increments `version` and sets a new random `stamp`.

    Processes compare both to notice that their index is stale. With the stamp, a restored database that reaches the
    same version number again is recognised as a different one.
    """

    __tablename__ = "catalogue"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    stamp: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @staticmethod
    def touch(session: Session, project_ids: Iterable[int] | None) -> int:
        """Record a public change, in the transaction that makes it; returns the new version.

        `project_ids` are the projects added, changed or removed; None stands for any other change (terms) or for too
        many projects. The row stays locked until the transaction ends, so that versions follow the order of commits:
        call this last.
        """
        stamp = secrets.token_hex(8)
        version: int = session.execute(
            update(Catalogue)
            .values(version=Catalogue.version + 1, stamp=stamp, changed_at=now())
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
    """One version of the catalogue: `project_ids` are the changed projects, None if everything must be read again."""

    __tablename__ = "catalogue_change"

    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))
    project_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
