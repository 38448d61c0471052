"""The submission: an author drafts a project or a change, saves, checks, previews and submits it.

What a sent form does is in web.drafting; here are the addresses, the one commit, and the page that comes of it.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Conflict, Incomplete, NotAllowed, WrongStep
from portal.models import Account, Revision
from portal.search import projects
from portal.search.index import current
from portal.services.editorial import idempotency, review, revisions, workflow
from portal.services.editorial.workflow import Action
from portal.web.authoring import conflict_page, draft_saving, edit_page, preview
from portal.web.authoring.draft_saving import Place, Sent
from portal.web.http.url_converters import NUMBER
from portal.web.presentation import citation
from portal.web.security import access
from portal.web.security.access import needs
from portal.web.security.idempotency import sent_digest

bp = Blueprint("submission", __name__, url_prefix="/staff")

Answer = Response | WSGIResponse | str


@bp.get("/projects/new", endpoint="begin")
@needs("author")
def show_empty() -> Answer:
    return show(Place())


@bp.get("/projects/<key>/edit", endpoint="change")
@needs("author")
def show_change(key: str) -> Answer:
    """The public record, ready to be changed; nothing is stored before it is saved."""
    return show(Place(key=key))


@bp.get(f"/revisions/{NUMBER}/edit", endpoint="edit")
@needs("author")
def show_draft(number: int) -> Answer:
    return show(Place(number=number))


def show(place: Place) -> Answer:
    session, account = db.session(), access.current()
    found = draft_saving.opening(session, place, account)
    if found.revision and Action.SAVE not in workflow.allowed(found.revision, account):
        return redirect(revision_address(found.revision.id))
    if found.revision and place.number is None:
        return redirect(url_for("submission.edit", number=found.revision.id))
    return make_response(render_template("authoring/edit.html", sheet=edit_page.sheet(session, place, found, account)))


@bp.post("/projects/new")
@needs("author")
def store_new() -> Answer:
    return receive(Place())


@bp.post("/projects/<key>/edit")
@needs("author")
def store_change(key: str) -> Answer:
    return receive(Place(key=key))


@bp.post(f"/revisions/{NUMBER}/edit")
@needs("author")
def store(number: int) -> Answer:
    return receive(Place(number=number))


def receive(place: Place) -> Answer:
    """Save, and go where the button leads; what is refused comes back with everything that was typed."""
    session, sent = db.session(), Sent.read(request.form)
    begin_writing(session)
    account = access.current()
    try:
        if (led := idempotency.once(session, sent.key, account, sent_digest())) is not None:
            session.rollback()
            return arrived(sent, led or url_for("submission.begin"))
    except NotAllowed as why:
        return again(place, sent, problem=str(why), status=422)
    try:
        revision = draft_saving.save(session, place, sent, account)
        address = pursue(session, revision, sent, account)
    except WrongStep as why:
        return again(place, sent, problem=str(why), status=409)
    except Conflict as why:
        return collide(place, sent, why)
    except Incomplete as why:
        return complain(sent, revision, why)
    idempotency.finish(session, sent.key, account, address)
    session.commit()
    return arrived(sent, address)


def arrived(sent: Sent, address: str) -> Answer:
    """On to the next page, which tells the browser that its copy of this form is not needed any more."""
    flash(sent.key, "arrived")
    return redirect(address, 303)


def pursue(session: Session, revision: Revision, sent: Sent, account: Account) -> str:
    """Take the step that the button asks for once the draft is saved; return the address it leads to."""
    if sent.action == "submit":
        try:
            review.submit(session, revision, version=revision.version, by=account)
        except Conflict as why:
            if why.of == "project":  # the public record moved on; what was typed is stored all the same
                finish(session, sent, revision, account)
            raise
        return revision_address(revision.id)
    if sent.action == "preview":
        return url_for("submission.preview", number=revision.id)
    return url_for("submission.edit", number=revision.id)


def finish(session: Session, sent: Sent, revision: Revision, account: Account) -> None:
    """Store the draft although its step failed; a repeat of the sending leads to it."""
    idempotency.finish(session, sent.key, account, url_for("submission.edit", number=revision.id))
    session.commit()


def again(place: Place, sent: Sent, *, problem: str, status: int) -> Response:
    """The form as it was sent, with what stood against it; nothing was stored."""
    session = db.session()
    session.rollback()
    account = access.current()
    found = draft_saving.opening(session, place, account)
    sheet = edit_page.sheet(session, place, found, account, sent=sent, problem=problem)
    return make_response(render_template("authoring/edit.html", sheet=sheet), status)


def complain(sent: Sent, revision: Revision, why: Incomplete) -> Response:
    """The draft is stored; the form says all that keeps it from being submitted."""
    session, place = db.session(), Place(number=revision.id)
    account = access.current()
    finish(session, sent, revision, account)
    found = draft_saving.opening(session, place, account)
    sheet = edit_page.sheet(session, place, found, account, sent=sent, faults=why.faults, is_stored=True)
    return make_response(render_template("authoring/edit.html", sheet=sheet), 422)


def collide(place: Place, sent: Sent, why: Conflict) -> Response:
    """Both texts, field by field; nothing is overwritten until someone chooses."""
    session = db.session()
    session.rollback()
    account = access.current()
    found = draft_saving.opening(session, place, account)
    clash = conflict_page.clash(found, sent, why)
    return make_response(render_template("authoring/conflict.html", clash=clash, key=idempotency.fresh_key()), 409)


@bp.post("/projects/new/autosave")
@needs("author")
def autosave_new() -> Answer:
    return keep(Place())


@bp.post("/projects/<key>/autosave")
@needs("author")
def autosave_change(key: str) -> Answer:
    return keep(Place(key=key))


@bp.post(f"/revisions/{NUMBER}/autosave")
@needs("author")
def autosave(number: int) -> Answer:
    return keep(Place(number=number))


def keep(place: Place) -> Answer:
    """Save what is being typed; the answer says from which version the next save starts, and where."""
    session, sent = db.session(), Sent.read(request.form)
    begin_writing(session)
    try:
        revision = draft_saving.save(session, place, sent, access.current())
        session.commit()
    except (Conflict, WrongStep, NotAllowed) as why:
        session.rollback()
        status = 403 if isinstance(why, NotAllowed) else 409
        return make_response(jsonify(problem=conflict_page.in_words(why)), status)
    return jsonify(
        version=revision.version,
        saved_at=revision.saved_at.isoformat(),
        edit=url_for("submission.edit", number=revision.id),
        autosave=url_for("submission.autosave", number=revision.id),
    )


@bp.post("/projects/check")
@needs("author")
def check() -> Answer:
    """What there is to say of what is being typed; stores nothing."""
    form, checks = edit_page.checked(db.session(), Sent.read(request.form), request.form.get("about", ""))
    return render_template("authoring/_checks.html", form=form, checks=checks)


@bp.get(f"/revisions/{NUMBER}/preview", endpoint="preview")
@needs("author")
def show_preview(number: int) -> Answer:
    revision = revisions.get(db.session(), number, access.current())
    may_edit = Action.SAVE in workflow.allowed(revision, access.current())
    project = preview.listing(revision, current.current().terms)
    return render_template(
        "authoring/preview.html",
        revision=revision,
        back=url_for("submission.edit", number=number) if may_edit else revision_address(number),
        project=project,
        related=projects.related(project),
        citation=citation.citation(project),
        linked_data="",
    )


def revision_address(number: int) -> str:
    """The page of a revision for all who may see it."""
    return url_for("review.revision", number=number)
