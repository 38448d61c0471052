"""The page of one revision: the public record beside the proposal, and the steps that need no page of their own."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.database.orm import db
from portal.errors import Conflict, Fault, Incomplete, PortalError
from portal.models import Account, Revision
from portal.services.audit import history
from portal.services.editorial import publication, review, revisions
from portal.services.editorial.workflow import Action
from portal.web.http.url_converters import NUMBER
from portal.web.presentation.i18n import gettext
from portal.web.review import actions, event_text
from portal.web.review.actions import take
from portal.web.review.field_decisions import Decision
from portal.web.review.revision_page import opened
from portal.web.security import access, idempotency
from portal.web.security.access import needs
from portal.web.security.idempotency import Answer

bp = Blueprint("review", __name__, url_prefix="/staff/revisions")


def page(number: int, *, why: PortalError | None = None, status: int = 200) -> Response:
    """The revision as it stands; after a refusal with its reasons and with what was typed."""
    session, account = db.session(), access.current()
    revision = revisions.get(session, number, account)
    problems = actions.sentences(why) if why else ()
    if isinstance(why, Conflict) and why.of == "revision":
        problems += _meanwhile(session, number)
    body = render_template(
        "review/revision.html",
        o=opened(session, revision, account, Decision.read(request.form) if why else None),
        problems=problems,
        faults=why.faults if isinstance(why, Incomplete) else (),
    )
    return make_response(body, status)


@bp.get(f"/{NUMBER}")
@needs("author")
def revision(number: int) -> Response:
    return page(number)


@bp.post(f"/{NUMBER}/submit")
@needs("author")
def submit(number: int) -> Answer:
    """Submit what is saved, without going through the form once more."""
    return take(
        number,
        Action.SUBMIT,
        lambda session, found, account: review.submit(session, found, version=actions.version(), by=account),
        again(number),
    )


@bp.post(f"/{NUMBER}/recall")
@needs("author")
def recall(number: int) -> Answer:
    return take(number, Action.RECALL, _as_it_was_read(review.recall), again(number))


@bp.post(f"/{NUMBER}/restore")
@needs("author")
def restore(number: int) -> Answer:
    return take(number, Action.RESTORE, lambda s, found, account: review.restore(s, found, by=account), again(number))


@bp.post(f"/{NUMBER}/claim")
@needs("reviewer")
def claim(number: int) -> Answer:
    return take(number, Action.CLAIM, _as_it_was_read(review.claim), again(number))


@bp.post(f"/{NUMBER}/release")
@needs("reviewer")
def release(number: int) -> Answer:
    return take(number, Action.RELEASE, _as_it_was_read(review.release), again(number))


@bp.post(f"/{NUMBER}/mark")
@needs("reviewer")
def mark(number: int) -> Answer:
    """Keep what is decided on some of the fields, or accept all the others at once."""
    decision = Decision.read(request.form)

    def act(session: Session, found: Revision, account: Account) -> None:
        if decision.silent:
            raise Incomplete([_asks_reason(name) for name in decision.silent])
        review.mark(session, found, decision.given, version=actions.version(), by=account)

    return take(number, Action.MARK, act, again(number))


@bp.post(f"/{NUMBER}/return", endpoint="return")
@needs("reviewer")
def return_(number: int) -> Answer:
    decision = Decision.read(request.form)

    def act(session: Session, found: Revision, account: Account) -> None:
        if decision.silent:
            raise Incomplete([_asks_reason(name) for name in decision.silent])
        review.return_(
            session,
            found,
            version=actions.version(),
            by=account,
            reasons=decision.reasons,
            note=decision.note,
            accepted=decision.accepted,
            cleared=decision.cleared,
        )

    return take(number, Action.RETURN, act, again(number))


@bp.post(f"/{NUMBER}/approve")
@needs("reviewer")
def approve(number: int) -> Answer:
    decision = Decision.read(request.form)

    def act(session: Session, found: Revision, account: Account) -> None:
        if decision.returned:
            raise Incomplete([_contradiction(name) for name in decision.reasons])
        review.approve(
            session,
            found,
            version=actions.version(),
            by=account,
            note=decision.note,
            accepted=decision.accepted + decision.cleared,
        )

    return take(number, Action.APPROVE, act, again(number))


@bp.post(f"/{NUMBER}/unschedule")
@needs("reviewer")
def unschedule(number: int) -> Answer:
    return take(
        number, Action.UNSCHEDULE, lambda s, found, account: publication.unschedule(s, found, by=account), again(number)
    )


def again(number: int) -> idempotency.Again:
    """The page of the revision once more, saying why the step was refused."""
    return lambda why, status: page(number, why=why, status=status)


def _as_it_was_read(command: Callable[..., Revision]) -> Callable[[Session, Revision, Account], Revision]:
    """The command, for the version of the revision that stood on the page; what else happened meanwhile is told."""

    def act(session: Session, found: Revision, account: Account) -> Revision:
        actions.check_version(found)
        return command(session, found, by=account)

    return act


def _meanwhile(session: Session, number: int) -> tuple[str, ...]:
    """The last thing that happened to a revision, in one sentence."""
    last = event_text.of_events(history.of_revision(session, number, with_saves=True)[:1])
    return tuple(
        gettext(
            "%(who)s %(what)s at %(when)s UTC.", who=one.who, what=one.what, when=one.at.strftime("%H:%M on %Y-%m-%d")
        )
        for one in last
    )


def _asks_reason(name: str) -> Fault:
    return Fault(
        name,
        gettext("It says that this field is returned, but not why."),
        gettext("Write the reason, or choose otherwise."),
    )


def _contradiction(name: str) -> Fault:
    return Fault(
        name,
        gettext("This field is marked to be returned, so the whole cannot be approved."),
        gettext("Accept it to approve, or return the revision."),
    )
