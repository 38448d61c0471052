"""The audit trail: events in the transaction of what they tell, and a commit that fails without them.

Write the change first, then its event: `record` flushes what is pending, and pays what that change owes.
The same rule stands in the database (models.audit), where it also holds for what goes round this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, insert, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from portal.errors import MissingAuditEvent
from portal.models import AUDITED_TABLES, Account, AuditEvent, RequiredAuditEvent

_ORIGIN_KEY, _REQUIRED_KEY = "audit origin", "audit owed"
_ANY = "*"
SYSTEM_ACTOR = "the portal"


@dataclass(frozen=True)
class Origin:
    """Whence the changes of a session come: an account (none for the command line), a request, an address."""

    actor_id: int | None = None
    actor: str = SYSTEM_ACTOR
    request_id: str = ""
    client_address: str = ""


def set_origin(session: Session, *, account: Account | None, request_id: str = "", client_address: str = "") -> None:
    """Say once per request on whose behalf this session writes; it holds until it is said anew."""
    named = f"{account.name} <{account.email}>" if account else "anonymous"
    session.info[_ORIGIN_KEY] = Origin(account.id if account else None, named, request_id[:64], client_address[:45])


def origin(session: Session) -> Origin:
    found = session.info.get(_ORIGIN_KEY)
    return found if isinstance(found, Origin) else Origin()


def record(
    session: Session,
    verb: str,
    kind: str,
    subject: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    by: Account | None = None,
) -> AuditEvent:
    """Write down that `by` (else the session's origin) did `verb` to the subject of this kind and id; flushes.

    `before` and `after` hold JSON values, only of what changed, and never a secret.
    """
    return _add_event(session, verb, kind, str(subject), before=before, after=after, by=by, is_bulk=False)


def record_bulk(session: Session, verb: str, kind: str, subject: str, *, after: dict[str, Any]) -> AuditEvent:
    """One event for every governed change of this transaction so far: an import, the first terms."""
    return _add_event(session, verb, kind, subject, before=None, after=after, by=None, is_bulk=True)


def begin_bulk(session: Session) -> None:
    """Announce a bulk event, which then must follow: the database stops noting each row by itself, which is quicker."""
    session.execute(insert(RequiredAuditEvent).values(subject_kind=_ANY, subject_id=_ANY))
    _required_events(session).add((_ANY, _ANY))


def _add_event(
    session: Session,
    verb: str,
    kind: str,
    subject: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: Account | None,
    is_bulk: bool,
) -> AuditEvent:
    session.flush()
    here = origin(session)
    written = AuditEvent(
        actor_id=by.id if by else here.actor_id,
        actor=f"{by.name} <{by.email}>" if by else here.actor,
        verb=verb,
        subject_kind=kind,
        subject_id=subject,
        is_bulk=is_bulk,
        before=before,
        after=after,
        request_id=here.request_id,
        address=here.client_address,
    )
    session.add(written)
    session.flush()
    owed = _required_events(session)
    if is_bulk:
        owed.clear()
    else:
        owed -= {(kind, subject), (kind, _ANY)}
    return written


def _required_events(session: Session) -> set[tuple[str, str]]:
    owed: set[tuple[str, str]] = session.info.setdefault(_REQUIRED_KEY, set())
    return owed


@event.listens_for(Session, "after_flush")
def _require_events_for_rows(session: Session, _context: UOWTransaction) -> None:
    for row in [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]:
        if governed := AUDITED_TABLES.get(getattr(row, "__tablename__", "")):
            kind, column = governed
            _required_events(session).add((kind, str(getattr(row, column))))


@event.listens_for(Session, "do_orm_execute")
def _require_event_for_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(getattr(state.statement, "table", None), "name", "")
        if governed := AUDITED_TABLES.get(table):
            _required_events(state.session).add((governed[0], _ANY))


@event.listens_for(Session, "before_commit")
def _refuse_unaudited(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if owed := _required_events(session):
        named = ", ".join(sorted(" ".join(subject) for subject in owed))
        raise MissingAuditEvent(
            f"Changes of {named} carry no audit event, so they are not stored. Call audit.record after each change."
        )


@event.listens_for(Session, "after_transaction_end")
def _clear_required_events(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_REQUIRED_KEY, None)


def subject_events(session: Session, kind: str, subject: object, *, limit: int = 200) -> list[AuditEvent]:
    """The events of one subject, newest first."""
    query = select(AuditEvent).where(AuditEvent.subject_kind == kind, AuditEvent.subject_id == str(subject))
    return list(session.execute(query.order_by(AuditEvent.id.desc()).limit(limit)).scalars())


def latest_events(
    session: Session, *, before_id: int | None = None, actor_id: int | None = None, limit: int = 50
) -> list[AuditEvent]:
    """All events, newest first, a page at a time: pass the last id of the page before as `before_id`."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEvent.id < before_id)
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    return list(session.execute(query).scalars())
