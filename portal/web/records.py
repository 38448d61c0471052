"""The record of a project for staff: its revisions, and taking it back from the public."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.errors import PortalError, WrongStep
from portal.models import Account, db
from portal.services import desk, live, publication
from portal.web import guard, narration, stepping
from portal.web.confirming import Question, ask
from portal.web.guard import needs
from portal.web.language import gettext
from portal.web.stepping import Answer

bp = Blueprint("records", __name__, url_prefix="/staff/projects")


@bp.get("/<key>")
@needs("author")
def record(key: str) -> Answer:
    """One record as staff see it: where it stands, and every revision that this account may see."""
    session, account = db.session(), guard.current()
    project = live.project(session, key)
    return render_template(
        "staff/record.html",
        project=project,
        revisions=desk.of_project(session, project, account),
        states=narration.state_names(),
    )


@bp.get("/<key>/withdraw")
@needs("reviewer")
def ask_withdraw(key: str) -> Answer:
    return ask_for(key)


@bp.post("/<key>/withdraw")
@needs("reviewer")
def withdraw(key: str) -> Answer:
    def act(session: Session, account: Account) -> str:
        project = live.project(session, key)
        publication.withdraw(session, project, reason=request.form.get("reason", ""), by=account)
        return url_for(".record", key=project.key)

    done = gettext("The record is withdrawn. Its address says so, with the day and the reason.")
    return stepping.once(act, lambda why, status: ask_for(key, why=why, status=status), done)


def ask_for(key: str, *, why: PortalError | None = None, status: int = 200) -> Answer:
    """The question before a withdrawal; raises Missing, and WrongStep when the record is not public."""
    project = live.project(db.session(), key)
    if project.published_at is None and why is None:
        raise WrongStep(gettext("This record is not public, so there is nothing to withdraw."))
    question = Question(
        heading=gettext("Withdraw this record"),
        about=project.title,
        points=(
            gettext("It disappears from the directory, from all counts and totals, and from search."),
            gettext("Its address stays. It says that the record was withdrawn, on which day, and the reason below."),
            gettext("Its revisions stay for staff; one of them can be restored as a draft and published again."),
        ),
        action=url_for(".withdraw", key=project.key),
        button=gettext("Withdraw it from the public"),
        back=url_for(".record", key=project.key),
        asks="reason",
        is_dangerous=True,
    )
    return ask(question, why=why, status=status)
