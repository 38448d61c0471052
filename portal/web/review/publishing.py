"""Publishing, now or at a set time, one or several; the day by which a submission is decided; and discarding: the
question before each says what will happen."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.errors import PortalError, WrongStep
from portal.models import Account, Project, Revision
from portal.search.index import current
from portal.services.accounts import sessions
from portal.services.editorial import publication, review, revisions, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import State
from portal.web.http.url_converters import NUMBER
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.i18n import gettext, ngettext
from portal.web.review import actions, comparison, impact
from portal.web.review.actions import take
from portal.web.review.confirmation import Question, ask
from portal.web.security import access, idempotency
from portal.web.security.access import needs
from portal.web.security.idempotency import Answer

bp = Blueprint("publishing", __name__, url_prefix="/staff")
AT_ONCE_MOST = 50


@bp.get(f"/revisions/{NUMBER}/publish")
@needs("reviewer")
def ask_publish(number: int) -> Answer:
    return asked(number, Action.PUBLISH)


@bp.post(f"/revisions/{NUMBER}/publish")
@needs("reviewer")
def publish(number: int) -> Answer:
    def act(session: Session, found: Revision, account: Account) -> Project:
        actions.check_version(found)
        return publication.publish(session, found, by=account)

    return take(number, Action.PUBLISH, act, again(number, Action.PUBLISH))


@bp.get(f"/revisions/{NUMBER}/schedule")
@needs("reviewer")
def ask_schedule(number: int) -> Answer:
    return asked(number, Action.SCHEDULE)


@bp.post(f"/revisions/{NUMBER}/schedule")
@needs("reviewer")
def schedule(number: int) -> Answer:
    def act(session: Session, found: Revision, account: Account) -> Revision:
        actions.check_version(found)
        return publication.schedule(session, found, at=actions.moment(), by=account)

    return take(number, Action.SCHEDULE, act, again(number, Action.SCHEDULE))


@bp.get(f"/revisions/{NUMBER}/due")
@needs("reviewer")
def ask_due(number: int) -> Answer:
    return asked(number, Action.SET_DUE)


@bp.post(f"/revisions/{NUMBER}/due")
@needs("reviewer")
def set_due(number: int) -> Answer:
    def act(session: Session, found: Revision, account: Account) -> Revision:
        actions.check_version(found)
        at = None if request.form.get("clear") else actions.end_of_day()
        return review.set_due(session, found, at=at, by=account)

    return take(number, Action.SET_DUE, act, again(number, Action.SET_DUE))


@bp.get(f"/revisions/{NUMBER}/discard")
@needs("author")
def ask_discard(number: int) -> Answer:
    return asked(number, Action.DISCARD)


@bp.post(f"/revisions/{NUMBER}/discard")
@needs("author")
def discard(number: int) -> Answer:
    def act(session: Session, found: Revision, account: Account) -> Revision:
        actions.check_version(found)
        return review.discard(session, found, by=account)

    return take(number, Action.DISCARD, act, again(number, Action.DISCARD))


@bp.get("/publish")
@needs("reviewer")
def ask_publish_several() -> Answer:
    return ask_several()


@bp.post("/publish")
@needs("reviewer")
def publish_several() -> Answer:
    """All or none, in one transaction; asks for a fresh proof of who one is."""
    sessions.need_fresh_proof(access.session_row())

    def act(session: Session, account: Account) -> str:
        chosen = numbers()
        for number in chosen:
            publication.publish(session, revisions.get(session, number, account), by=account)
        return url_for("desk.show", queue="done")

    done = gettext("They are published. Everyone sees them now.")
    return idempotency.once(act, lambda why, status: ask_several(why=why, status=status), done)


def numbers() -> tuple[int, ...]:
    """The revisions that were ticked; raises WrongStep when none, or too many."""
    given = dict.fromkeys(text for text in request.values.getlist("number") if text.isascii() and text.isdigit())
    chosen = tuple(int(text) for text in given if len(text) < 10)
    if not chosen or len(chosen) > AT_ONCE_MOST:
        raise WrongStep(
            gettext("Tick one to %(most)s approved revisions on your desk, then publish them.", most=AT_ONCE_MOST)
        )
    return chosen


def asked(number: int, action: Action, *, why: PortalError | None = None, status: int = 200) -> Answer:
    """The question before a step; raises WrongStep and NotAllowed where it cannot be taken, unless just refused."""
    session, account = db.session(), access.current()
    revision = revisions.get(session, number, account)
    if why is None:
        workflow.check(action, revision, account)
    return ask(_QUESTIONS[action](session, revision), why=why, status=status)


def again(number: int, action: Action) -> idempotency.Again:
    return lambda why, status: asked(number, action, why=why, status=status)


def ask_several(*, why: PortalError | None = None, status: int = 200) -> Answer:
    session, account = db.session(), access.current()
    found = [revisions.get(session, number, account) for number in numbers()]
    question = Question(
        heading=ngettext("Publish one revision", "Publish %(num)s revisions", len(found)),
        about=gettext("All of them become public together, or none does."),
        points=tuple(f"{one.label}: {field_labels.title_of(one.draft)} ({_changes(session, one)})" for one in found),
        action=url_for(".publish_several"),
        button=ngettext("Publish it now", "Publish all %(num)s now", len(found)),
        back=url_for("desk.show"),
        numbers=tuple(one.id for one in found),
    )
    return ask(question, why=why, status=status)


def _changes(session: Session, revision: Revision) -> str:
    return comparison.summary(published.standing(session, revision), revision.draft)


def _becomes_public(session: Session, revision: Revision) -> tuple[str, ...]:
    """What the public will see, in sentences."""
    stands = published.standing(session, revision)
    if stands is None:
        first = gettext("A new record appears in the directory, in its counts and in its totals.")
    else:
        first = gettext("The public record changes: %(changes)s.", changes=_changes(session, revision))
    return (first, *impact.of(stands, revision.draft))


def _question(session: Session, revision: Revision, **values: object) -> Question:
    return Question(
        about=field_labels.title_of(revision.draft),
        back=url_for("review.revision", number=revision.id),
        version=revision.version,
        comparison=comparison.compare(current.current().terms, published.standing(session, revision), revision.draft),
        **values,  # type: ignore[arg-type]  # the questions below give the rest
    )


def _publish(session: Session, revision: Revision) -> Question:
    return _question(
        session,
        revision,
        heading=gettext("Publish %(label)s now", label=revision.label),
        points=(*_becomes_public(session, revision), gettext("Everyone sees it with their next request.")),
        action=url_for(".publish", number=revision.id),
        button=gettext("Publish now"),
    )


def _schedule(session: Session, revision: Revision) -> Question:
    if revision.state == State.SCHEDULED and revision.publish_at:
        until = gettext("It is set for %(when)s UTC now.", when=revision.publish_at.strftime("%Y-%m-%d %H:%M"))
    else:
        until = gettext("Until then nothing public changes, and it can be taken off the schedule.")
    return _question(
        session,
        revision,
        heading=gettext("Publish %(label)s at a set time", label=revision.label),
        points=(*_becomes_public(session, revision), until),
        action=url_for(".schedule", number=revision.id),
        button=gettext("Set the time"),
        asks="moment",
    )


def _discard(session: Session, revision: Revision) -> Question:
    return _question(
        session,
        revision,
        heading=gettext("Discard %(label)s", label=revision.label),
        points=(
            gettext("It leaves your desk for good; you cannot open it for editing again."),
            gettext("Nothing public changes. Its history is kept."),
        ),
        action=url_for(".discard", number=revision.id),
        button=gettext("Discard it"),
        is_dangerous=True,
    )


def _due(_session: Session, revision: Revision) -> Question:
    if revision.due_at:
        stands = gettext("It is due on %(day)s now.", day=formatting.day(revision.due_at))
    else:
        stands = gettext("No day is set now.")
    return Question(
        about=field_labels.title_of(revision.draft),
        back=url_for("review.revision", number=revision.id),
        version=revision.version,
        heading=gettext("When %(label)s should be decided", label=revision.label),
        points=(
            stands,
            gettext("The desk shows the day and marks what is past it as overdue. Nothing else happens."),
        ),
        action=url_for(".set_due", number=revision.id),
        button=gettext("Set the day"),
        asks="day",
        stands=revision.due_at.date().isoformat() if revision.due_at else "",
    )


_QUESTIONS = {
    Action.PUBLISH: _publish,
    Action.SCHEDULE: _schedule,
    Action.SET_DUE: _due,
    Action.DISCARD: _discard,
}
