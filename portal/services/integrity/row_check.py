"""Compares each project with the checksum of what the portal stored, for `portal check-rows`.

The database's own check sees the structure of the file: a flipped bit inside a title, or a title changed with a tool
that is not the portal, passes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.database.orm import now
from portal.errors import NotFound
from portal.models import AuditEvent, Catalogue, Project, RowCheck, RowChecksum
from portal.search.fulltext import text_index
from portal.services.audit import recording
from portal.services.integrity import row_checksums
from portal.services.integrity.row_checksums import SCHEME, StoredRow

_CHUNK_SIZE = 2_000
_CHANGED = "its row is not what the portal stored"
_WENT_BACK = "its row is older than what the portal stored"
_ROSE = "its row is newer than what the portal stored, and nothing has changed it since the last check"
_MISSING = "its row is missing"
_UNREADABLE = "its row cannot be read"
# How the terms are named, as one record: each page shows some of them.
TERMS = "terms"
# A large import that was under way during the last check may have its event before the last one that the check saw.
_LONGEST_IMPORT = timedelta(hours=1)
_TERMS_CHANGED = "they are not what the portal stored, and nobody has changed a term since the last check"


@dataclass(frozen=True)
class DamagedRow:
    """One record whose row is not what the portal stored: how people name it, and what is wrong."""

    id: int
    label: str
    reason: str

    def __str__(self) -> str:
        if self.label == TERMS:
            return f"{TERMS}: {self.reason}"
        return f"project {self.id}, {self.label}: {self.reason}"


@dataclass
class CheckedRows:
    """What a check found: records compared, ids of records that need a checksum, damaged records.

    `terms` is the checksum of all terms, `last_event_id` the newest audit event that this state knows.
    """

    compared: int = 0
    unstored: list[int] = field(default_factory=list)
    damaged: list[DamagedRow] = field(default_factory=list)
    terms: str = ""
    last_event_id: int = 0


@dataclass(frozen=True)
class LastRowCheck:
    """The last check, for health pages; `damaged` are the labels of the damaged records."""

    checked_at: datetime
    compared: int
    damaged: tuple[str, ...]


def check(session: Session) -> CheckedRows:
    """Compare all projects with their checksums, in one read transaction; changes nothing."""
    found, may_have_changed = CheckedRows(), _changes_since_last_check(session)
    for first, last in _ranges(session):
        stored = _stored(session, first, last)
        rows, unreadable = _read(session, first, last, stored)
        found.compared += sum(project_id in stored for project_id in rows)
        reasons = {i: _compare(rows.get(i), stored[i], may_have_changed=may_have_changed(i)) for i in stored}
        reasons |= dict.fromkeys(unreadable, _UNREADABLE)
        found.unstored += [i for i, row in rows.items() if _needs_checksum(row, stored.get(i)) and not reasons.get(i)]
        for project_id, reason in sorted(reasons.items()):
            if reason:
                found.damaged.append(DamagedRow(project_id, _label(session, project_id), reason))
    _check_terms(session, found)
    return found


def save_result(session: Session, found: CheckedRows) -> int:
    """Give new and changed records their checksums, and keep the result for `last_check`; returns how many got one."""
    count = row_checksums.store(session, found.unstored)
    damaged = [{"id": row.id, "label": row.label, "reason": row.reason} for row in found.damaged]
    result = session.get(RowCheck, 1, populate_existing=True) or RowCheck(id=1, terms="", last_event_id=0)
    result.checked_at, result.compared, result.damaged = now(), found.compared, damaged
    if not any(row.label == TERMS for row in found.damaged):
        result.terms, result.last_event_id = found.terms, found.last_event_id
    session.add(result)
    return count


def accept(session: Session, name: str) -> DamagedRow:
    """Take the present row of a record as right: somebody has looked at it. Raises NotFound.

    `name` is its Projects ID, its address or its number in the report, or TERMS.
    """
    if name == TERMS:
        return _accept_terms(session)
    is_number = name.isdecimal() and len(name) < 10
    matching = Project.id == int(name) if is_number else Project.slug_folded == name.casefold()
    query = select(Project.id).where(matching | (Project.reference == name))
    project_id = session.execute(query.order_by(matching.desc(), Project.id).limit(1)).scalar()
    if project_id is None and is_number:
        # A row that is missing and stays so.
        project_id = session.execute(select(RowChecksum.project_id).where(RowChecksum.project_id == int(name))).scalar()
    if project_id is None:
        raise NotFound(f"There is no record {name}. Name it as portal check-rows does, by its number or Projects ID.")
    accepted = DamagedRow(project_id, _label(session, project_id), "")
    if not row_checksums.store(session, [project_id]):
        session.execute(delete(RowChecksum).where(RowChecksum.project_id == project_id))
    if result := session.get(RowCheck, 1):
        result.damaged = [entry for entry in result.damaged if entry["id"] != project_id]
    recording.record(session, "accept row", "project", project_id)
    text_index.repair(session, [project_id])
    Catalogue.touch(session, [project_id])
    return accepted


def last_check(session: Session) -> LastRowCheck | None:
    """The result of the last check; None if there was none."""
    result = session.get(RowCheck, 1, populate_existing=True)
    if result is None:
        return None
    return LastRowCheck(result.checked_at, result.compared, tuple(entry["label"] for entry in result.damaged))


def _check_terms(session: Session, found: CheckedRows) -> None:
    """Compare the terms with the last check; every change of a term has an audit event, its own or one of many rows."""
    found.terms = row_checksums.terms_checksum(session)
    found.last_event_id = session.execute(select(func.max(AuditEvent.id))).scalar() or 0
    last = session.get(RowCheck, 1, populate_existing=True)
    if last is None or last.terms == found.terms or not last.terms.startswith(f"{SCHEME}:"):
        return
    of_terms = AuditEvent.id > last.last_event_id, (AuditEvent.subject_kind == "term") | AuditEvent.is_bulk
    if session.execute(select(AuditEvent.id).where(*of_terms).limit(1)).first() is None:
        found.damaged.append(DamagedRow(0, TERMS, _TERMS_CHANGED))


def _accept_terms(session: Session) -> DamagedRow:
    if result := session.get(RowCheck, 1, populate_existing=True):
        result.damaged = [entry for entry in result.damaged if entry["label"] != TERMS]
        result.terms = row_checksums.terms_checksum(session)
    recording.record(session, "accept row", "term", "all")
    Catalogue.touch(session, None)
    return DamagedRow(0, TERMS, "")


def _needs_checksum(row: StoredRow, stored: StoredRow | None) -> bool:
    return stored is None or row.version > stored.version or not stored.checksum.startswith(f"{SCHEME}:")


def _changes_since_last_check(session: Session) -> Callable[[int], bool]:
    """Whether an audit event tells of a change of this project since the last check, its own or one of many rows."""
    last = session.get(RowCheck, 1, populate_existing=True)
    if last is None:
        return lambda _: True
    is_later = AuditEvent.id > last.last_event_id
    of_many = AuditEvent.is_bulk & (is_later | (AuditEvent.at > last.checked_at - _LONGEST_IMPORT))
    if session.execute(select(AuditEvent.id).where(of_many).limit(1)).first():
        return lambda _: True
    own = select(AuditEvent.subject_id).where(is_later, AuditEvent.subject_kind == "project")
    changed = set(session.execute(own).scalars())
    return lambda project_id: str(project_id) in changed


def _compare(row: StoredRow | None, stored: StoredRow, *, may_have_changed: bool) -> str:
    """What is wrong with a row that has a checksum; "" if nothing is."""
    if row is None:
        return _MISSING
    if row.version < stored.version:
        return _WENT_BACK
    if row.version > stored.version and not may_have_changed:
        return _ROSE
    if _needs_checksum(row, stored):
        return ""
    return "" if row.checksum == stored.checksum else _CHANGED


def _ranges(session: Session) -> Iterator[tuple[int, int]]:
    """Ranges of ids that together hold every project and every checksum, of about _CHUNK_SIZE each."""
    last = -(2**31)
    while True:
        ends = _chunk_end(session, RowChecksum.project_id, last), _chunk_end(session, Project.id, last)
        known = [end for end in ends if end is not None]
        if not known:
            return
        yield last + 1, (last := min(known))


def _chunk_end(session: Session, column: InstrumentedAttribute[int], after: int) -> int | None:
    """The last of the next ids; None if there are none, or none that can be read: the other table has them too."""
    ids = select(column).where(column > after).order_by(column).limit(_CHUNK_SIZE).subquery()
    try:
        with session.begin_nested():
            return session.execute(select(func.max(ids.c[0]))).scalar()
    except DatabaseError:
        return None


def _stored(session: Session, first: int, last: int) -> dict[int, StoredRow]:
    query = select(RowChecksum.project_id, RowChecksum.version, RowChecksum.checksum)
    rows = session.execute(query.where(RowChecksum.project_id.between(first, last)))
    return {project_id: StoredRow(version, checksum) for project_id, version, checksum in rows}


def _read(
    session: Session, first: int, last: int, known_ids: Iterable[int]
) -> tuple[dict[int, StoredRow], Sequence[int]]:
    """The rows that can be read, and the known ids of those that cannot."""
    try:
        with session.begin_nested():
            return row_checksums.read_rows(session, first, last), ()
    except DatabaseError:
        # A page is damaged. Its neighbours can still be compared.
        rows: dict[int, StoredRow] = {}
        unreadable = []
        for project_id in sorted(known_ids):
            try:
                with session.begin_nested():
                    rows |= row_checksums.read_rows(session, project_id, project_id)
            except DatabaseError:
                unreadable.append(project_id)
        return rows, unreadable


def _label(session: Session, project_id: int) -> str:
    """The Projects ID and address of a record, as far as they can still be read."""
    try:
        with session.begin_nested():
            names: Any = session.execute(
                select(Project.reference, Project.slug).where(Project.id == project_id)
            ).one_or_none()
    except (DatabaseError, ValueError):
        names = None
    if names is None:
        return "no address known"
    reference, slug = names
    return f"{reference} (/projects/{slug})" if reference else f"/projects/{slug}"
