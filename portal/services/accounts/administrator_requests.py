"""New administrators: a request that a second administrator confirms, and who became one lately.

With PORTAL_SECOND_ADMINISTRATOR, one administrator alone cannot make another: inviting one, giving the role and
enabling a disabled one become requests. The command line needs no second person; it is the way out if there is nobody
else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.errors import Forbidden, InvalidTransition, ReauthenticationRequired, ValidationFailed
from portal.i18n.catalogues import gettext
from portal.models import Account, AccountSession, AdministratorRequest, AuditEvent
from portal.services.accounts import administration, clock, notifications, sessions
from portal.services.accounts.one_time_links import IssuedLink
from portal.services.audit import recording
from portal.vocabulary.workflow import Role

LIFETIME = timedelta(days=7)
# How long the desk of the others shows a new administrator.
SHOWN_AS_NEW = timedelta(days=14)
_GRANTING_VERBS = ("add account", "change role", "enable")


class RequestKind(StrEnum):
    INVITE = "invite"
    PROMOTE = "promote"
    ENABLE = "enable"


@dataclass(frozen=True)
class ConfirmedRequest:
    """What a confirmation did; `link` is the invitation to deliver, None unless somebody was invited."""

    account: Account
    link: IssuedLink | None


@dataclass(frozen=True)
class RecentAdministrator:
    """Who became an administrator when; `actor` is who did it, "" on the command line."""

    account: Account
    actor: str
    at: datetime


def ask(
    session: Session, kind: RequestKind, account: Account, *, by: Account, auth_session: AccountSession
) -> AdministratorRequest:
    """Ask the other administrators to give the role to an account, or to enable a disabled administrator.

    Raises Forbidden and ReauthenticationRequired.
    """
    _require_asker(session, by, auth_session)
    # The address is what the others judge by: another one makes the request void.
    request = AdministratorRequest(kind=kind, account=account, email=account.email, name=account.name, requested_by=by)
    if not _fits(session, request):
        raise Forbidden(gettext("The account has changed meanwhile. Open its page again."))
    if any(other.account_id == account.id for other in open_requests(session)):
        raise Forbidden(gettext("This already waits for another administrator."))
    return _store(session, request)


def ask_to_invite(
    session: Session, *, email: str, name: str, by: Account, auth_session: AccountSession
) -> AdministratorRequest:
    """Ask the other administrators to invite somebody as an administrator; the account is made when one confirms.

    Raises Forbidden, ReauthenticationRequired, and ValidationFailed with all errors.
    """
    _require_asker(session, by, auth_session)
    email, name = administration.check_new_account(session, email=email, name=name, role=Role.ADMINISTRATOR)
    if any(other.email == email for other in open_requests(session)):
        raise ValidationFailed([administration.INVITATION_WAITS_ERROR.said()])
    return _store(session, AdministratorRequest(kind=RequestKind.INVITE, email=email, name=name, requested_by=by))


def open_requests(session: Session) -> list[AdministratorRequest]:
    """The requests that can be confirmed now, oldest first."""
    undecided = AdministratorRequest.decision.is_(None), AdministratorRequest.expires_at > clock.judging_time(session)
    query = select(AdministratorRequest).where(*undecided).order_by(AdministratorRequest.id)
    return [request for request in session.execute(query).scalars() if _is_alive(session, request)]


def confirm(session: Session, request_id: int, *, by: Account, auth_session: AccountSession) -> ConfirmedRequest:
    """Do what was asked, as a second administrator.

    Raises Forbidden for whoever asked, ReauthenticationRequired, and InvalidTransition if the request is not open.
    """
    administration.require_administrator(by)
    sessions.require_recent_authentication(auth_session)
    request = _open_request(session, request_id)
    if request.requested_by_id == by.id:
        raise Forbidden(gettext("You asked for this yourself. Another administrator has to confirm it."))
    _decide(session, request, "confirmed", by)
    link = None
    if request.account is None:
        link = administration.invite(
            session, email=request.email, name=request.name, role=Role.ADMINISTRATOR, by=by, auth_session=auth_session
        )
        account = administration.find_by_email(session, request.email)
        if account is None:
            raise _not_open()
    else:
        account = request.account
        if request.kind == RequestKind.PROMOTE:
            administration.change_role(session, account, Role.ADMINISTRATOR, by=by, auth_session=auth_session)
        else:
            administration.enable(session, account, by=by, auth_session=auth_session)
    asker = request.requested_by
    after = {"request": request.id, "asked by": f"{asker.name} <{asker.email}>"}
    recording.record(session, "confirm administrator", "account", account.id, after=after, by=by)
    return ConfirmedRequest(account, link)


def decline(session: Session, request_id: int, *, by: Account) -> AdministratorRequest:
    """Turn a request down, or withdraw one's own. Raises InvalidTransition if it is not open."""
    administration.require_administrator(by)
    request = _open_request(session, request_id)
    is_own = request.requested_by_id == by.id
    _decide(session, request, "withdrawn" if is_own else "declined", by)
    _record(session, "withdraw request" if is_own else "decline administrator", request, by)
    return request


def end_all(session: Session) -> int:
    """End every request that waits, as after a restore; returns how many."""
    ended = update(AdministratorRequest).where(AdministratorRequest.decision.is_(None)).values(
        decision="withdrawn", decided_at=now()
    )  # fmt: skip
    return len(session.execute(ended.returning(AdministratorRequest.id)).all())


def recently_made(session: Session) -> list[RecentAdministrator]:
    """The administrators who became one within SHOWN_AS_NEW, newest first, from the audit log."""
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == "account",
        AuditEvent.verb.in_(_GRANTING_VERBS),
        AuditEvent.at > now() - SHOWN_AS_NEW,
    )
    made: dict[str, RecentAdministrator] = {}
    for event in session.execute(query.order_by(AuditEvent.id.desc())).scalars():
        if (event.after or {}).get("role") != Role.ADMINISTRATOR or event.subject_id in made:
            continue
        account = session.get_one(Account, int(event.subject_id))
        if account.is_administrator and not account.is_disabled:
            actor = event.actor if event.actor_id is not None else ""
            made[event.subject_id] = RecentAdministrator(account, actor, event.at)
    return list(made.values())


def forbid_takeover(account: Account, *, by: Account) -> None:
    """With a second administrator needed, nobody gets at the account of another one: raise Forbidden."""
    if account.is_administrator and account.id != by.id:
        raise Forbidden(
            gettext(
                "One administrator alone cannot change how another one signs in. Its owner does it, or the operator "
                "with portal account email or portal account link."
            )
        )


def _require_asker(session: Session, by: Account, auth_session: AccountSession | None) -> None:
    administration.require_administrator(by)
    if auth_session is None:
        raise ReauthenticationRequired(gettext("Enter your password and code again."))
    sessions.require_recent_authentication(auth_session)
    if all(administrator.id == by.id for administrator in administration.enabled_administrators(session)):
        raise Forbidden(
            gettext(
                "There is no other administrator who could confirm this. The operator can do it with portal account "
                "add or portal account role."
            )
        )


def _store(session: Session, request: AdministratorRequest) -> AdministratorRequest:
    moment = now()
    request.requested_version = request.requested_by.credential_version
    request.created_at, request.expires_at = moment, moment + LIFETIME
    session.add(request)
    session.flush()
    event = _record(session, "ask for administrator", request, request.requested_by)
    notifications.notify_of_request(session, request, administration.enabled_administrators(session), event)
    return request


def _not_open() -> InvalidTransition:
    return InvalidTransition(
        gettext(
            "This request is not open any more: it was decided or has expired, or the account or whoever asked has "
            "changed. If a new administrator is still needed, ask again."
        )
    )


def _open_request(session: Session, request_id: int) -> AdministratorRequest:
    request = next((request for request in open_requests(session) if request.id == request_id), None)
    if request is None:
        raise _not_open()
    return request


def _decide(session: Session, request: AdministratorRequest, decision: str, by: Account) -> None:
    """The UPDATE decides, so of two people who decide at once only one does."""
    undecided = AdministratorRequest.id == request.id, AdministratorRequest.decision.is_(None)
    decided = update(AdministratorRequest).where(*undecided).values(
        decision=decision, decided_by_id=by.id, decided_at=now()
    )  # fmt: skip
    if session.execute(decided.returning(AdministratorRequest.id)).first() is None:
        raise _not_open()


def _is_alive(session: Session, request: AdministratorRequest) -> bool:
    """Whether whoever asked is still the same administrator, and the account still needs it."""
    asker = request.requested_by
    is_same = asker.is_administrator and not asker.is_disabled and asker.credential_version == request.requested_version
    return is_same and _fits(session, request)


def _fits(session: Session, request: AdministratorRequest) -> bool:
    account = request.account
    if account is None:
        return administration.find_by_email(session, request.email) is None
    if account.email != request.email:
        return False
    if request.kind == RequestKind.PROMOTE:
        return not account.is_disabled and not account.is_administrator
    return account.is_disabled and account.is_administrator


def _record(session: Session, verb: str, request: AdministratorRequest, by: Account) -> AuditEvent:
    kind, subject = ("account", request.account_id) if request.account_id else ("account request", request.id)
    after = {"request": request.id, "kind": request.kind}
    if request.account_id is None:
        after |= {"email": request.email, "name": request.name}
    return recording.record(session, verb, kind, subject, after=after, by=by)
