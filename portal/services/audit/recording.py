"""Records audit events in the transaction of their change; a commit fails if an event is missing.

Make the change first, then call `record`: it flushes the change and satisfies the requirement. Triggers in the database
(models.audit) enforce the same rule for writes that bypass this module. Committed events go to syslog, if there is one
(services.audit.syslog).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, insert, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from portal import metrics
from portal.errors import MissingAuditEvent
from portal.models import AUDITED_TABLES, Account, AuditEvent, RequiredAuditEvent
from portal.services.audit.syslog import SYSLOG_OPTION, SyslogSender, describe

_ORIGIN_KEY, _REQUIRED_KEY, _UNSENT_KEY = "audit origin", "audit owed", "audit events for syslog"
_ANY = "*"
# They are counted for the operator too, who sees an attack by how fast they come.
_REFUSED_SIGN_INS = frozenset({"sign-in refused", "code refused", "step-up refused"})
SYSTEM_ACTOR = "the portal"


@dataclass(frozen=True)
class Origin:
    """Where the changes of a session come from: an account (none on the command line), a request, an IP address."""

    actor_id: int | None = None
    actor: str = SYSTEM_ACTOR
    request_id: str = ""
    client_address: str = ""


def set_origin(session: Session, *, account: Account | None, request_id: str = "", client_address: str = "") -> None:
    """Set the origin of this session's events, once per request; it applies until it is set again."""
    actor = f"{account.name} <{account.email}>" if account else "anonymous"
    session.info[_ORIGIN_KEY] = Origin(account.id if account else None, actor, request_id[:64], client_address[:45])


def origin(session: Session) -> Origin:
    current = session.info.get(_ORIGIN_KEY)
    return current if isinstance(current, Origin) else Origin()


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
    """Record that `by` (default: the session's origin) did `verb` to the subject of this kind and id; flushes.

    `before` and `after` hold JSON values, only of what changed, and never a secret.
    """
    if verb in _REFUSED_SIGN_INS:
        metrics.SIGN_IN_REFUSALS.labels(verb).inc()
    return _add_event(session, verb, kind, str(subject), before=before, after=after, by=by, is_bulk=False)


def record_bulk(session: Session, verb: str, kind: str, subject: str, *, after: dict[str, Any]) -> AuditEvent:
    """Record one event for all audited changes of this transaction so far, such as an import or seeded terms."""
    return _add_event(session, verb, kind, subject, before=None, after=after, by=None, is_bulk=True)


def begin_bulk(session: Session) -> None:
    """Announce a bulk event, which must follow; the triggers then skip single rows, which is faster."""
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
    current = origin(session)
    audit_event = AuditEvent(
        actor_id=by.id if by else current.actor_id,
        actor=f"{by.name} <{by.email}>" if by else current.actor,
        verb=verb,
        subject_kind=kind,
        subject_id=subject,
        is_bulk=is_bulk,
        before=before,
        after=after,
        request_id=current.request_id,
        address=current.client_address,
    )
    session.add(audit_event)
    session.flush()
    required = _required_events(session)
    if is_bulk:
        required.clear()
    else:
        required -= {(kind, subject), (kind, _ANY)}
    if _syslog_sender(session):
        # Described now: after the commit its values would have to be read again.
        session.info.setdefault(_UNSENT_KEY, []).append((audit_event, describe(audit_event)))
    return audit_event


def _syslog_sender(session: Session) -> SyslogSender | None:
    sender: SyslogSender | None = session.get_bind().get_execution_options().get(SYSLOG_OPTION)
    return sender


def _required_events(session: Session) -> set[tuple[str, str]]:
    required: set[tuple[str, str]] = session.info.setdefault(_REQUIRED_KEY, set())
    return required


@event.listens_for(Session, "after_flush")
def _require_events_for_rows(session: Session, _context: UOWTransaction) -> None:
    for row in [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]:
        if audited := AUDITED_TABLES.get(getattr(row, "__tablename__", "")):
            kind, column = audited
            _required_events(session).add((kind, str(getattr(row, column))))


@event.listens_for(Session, "do_orm_execute")
def _require_event_for_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(getattr(state.statement, "table", None), "name", "")
        if audited := AUDITED_TABLES.get(table):
            _required_events(state.session).add((audited[0], _ANY))


@event.listens_for(Session, "before_commit")
def _refuse_unaudited(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if required := _required_events(session):
        subjects = ", ".join(sorted(" ".join(subject) for subject in required))
        raise MissingAuditEvent(
            f"Changes of {subjects} have no audit event and are not stored. Call recording.record after each change."
        )


@event.listens_for(Session, "after_commit")
def _send_to_syslog(session: Session) -> None:
    if session.in_nested_transaction() or not (unsent := session.info.pop(_UNSENT_KEY, None)):
        return
    if sender := _syslog_sender(session):
        for audit_event, line in unsent:
            # An event whose savepoint was rolled back is not in the database.
            if inspect(audit_event).persistent:
                sender.send(line)


@event.listens_for(Session, "after_transaction_end")
def _forget_events(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_REQUIRED_KEY, None)
        session.info.pop(_UNSENT_KEY, None)


def subject_events(session: Session, kind: str, subject: object, *, limit: int = 200) -> list[AuditEvent]:
    """The events of one subject, newest first."""
    query = select(AuditEvent).where(AuditEvent.subject_kind == kind, AuditEvent.subject_id == str(subject))
    return list(session.execute(query.order_by(AuditEvent.id.desc()).limit(limit)).scalars())


def latest_events(
    session: Session, *, before_id: int | None = None, actor_id: int | None = None, limit: int = 50
) -> list[AuditEvent]:
    """All events, newest first; for the next page pass the last id of the previous one as `before_id`."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEvent.id < before_id)
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    return list(session.execute(query).scalars())
