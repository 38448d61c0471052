"""Selection: the projects of a file in their order, and the connection that reads all of them in one state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from portal.database.public_reader import consistent_connection
from portal.exports.record import Record, read_records
from portal.models import Catalogue
from portal.search import directory
from portal.search.arrays import IntegerArray
from portal.search.index.snapshot import CatalogueVersion, Snapshot
from portal.search.query.filters import Filters
from portal.search.read_models.sums import Sums


@dataclass(frozen=True)
class Selection:
    """All projects of a search, as database ids in the order of the page; `sums` are their totals."""

    filters: Filters
    ids: IntegerArray
    sums: Sums
    snapshot: Snapshot

    def is_of_state(self, connection: Connection) -> bool:
        """Whether the state that a connection sees is the one of the selection."""
        row = connection.execute(select(Catalogue.version, Catalogue.stamp)).one_or_none()
        seen = CatalogueVersion(*row) if row else CatalogueVersion()
        return seen == self.snapshot.catalogue_version

    def batches(self, connection: Connection) -> Iterator[list[Record]]:
        """The records, read in one transaction of `consistent_connection`."""
        return read_records(connection, self.snapshot.terms, self.ids)


def select_all(filters: Filters) -> Selection:
    """All projects that match."""
    whole = directory.find_all(filters)
    return Selection(whole.filters, whole.ids, whole.sums, whole.snapshot)


def select_project(project_id: int) -> Selection:
    """One project, by its database id; the selection is empty if it is not published."""
    whole = directory.find_one(project_id)
    return Selection(whole.filters, whole.ids, whole.sums, whole.snapshot)


@contextmanager
def reading() -> Iterator[Connection]:
    """A read-only transaction: everything that it reads is of one moment, however long that takes."""
    with consistent_connection() as connection:
        yield connection
