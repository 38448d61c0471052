"""The submission: an author drafts a project or a change, saves, checks, previews and submits it.

What a sent form does is in web.drafting; here are the addresses, the one commit, and the page that comes of it.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WSGIResponse

from portal.database.orm import db
from portal.database.transactions import begin_writing
from portal.errors import Conflict, Forbidden, InvalidTransition, ValidationFailed
from portal.models import Account, Revision
from portal.search import projects
from portal.search.index import current
from portal.services.editorial import idempotency, review, revisions, workflow
from portal.services.editorial.workflow import Action
from portal.web.authoring import conflict_page, draft_saving, edit_page, preview
from portal.web.authoring.draft_saving import EDIT_FIELDS, DraftPost, DraftTarget
from portal.web.declarations import accepts, require_role
from portal.web.http.url_converters import REVISION_ID
from portal.web.presentation import citation
from portal.web.security import access
from portal.web.security.idempotency import request_digest

bp = Blueprint("submission", __name__, url_prefix="/staff")

ViewResponse = Response | WSGIResponse | str


@bp.get("/projects/new", endpoint="new")
@require_role("author")
def show_new() -> ViewResponse:
    return show_form(DraftTarget())


@bp.get("/projects/<key>/edit", endpoint="change")
@require_role("author")
def show_change(key: str) -> ViewResponse:
    """The public record, ready to be changed; nothing is stored before it is saved."""
    return show_form(DraftTarget(slug=key))


@bp.get(f"/revisions/{REVISION_ID}/edit", endpoint="edit")
@require_role("author")
def show_draft(revision_id: int) -> ViewResponse:
    return show_form(DraftTarget(revision_id=revision_id))


def show_form(target: DraftTarget) -> ViewResponse:
    session, account = db.session(), access.signed_in_account()
    found = draft_saving.load_context(session, target, account)
    if found.revision and Action.SAVE not in workflow.allowed_actions(found.revision, account):
        return redirect(revision_url(found.revision.id))
    if found.revision and target.revision_id is None:
        return redirect(url_for("submission.edit", revision_id=found.revision.id))
    return make_response(
        render_template("authoring/edit.html", page=edit_page.build_page(session, target, found, account))
    )


@bp.post("/projects/new")
@require_role("author")
@accepts(*EDIT_FIELDS)
def store_new() -> ViewResponse:
    return handle_post(DraftTarget())


@bp.post("/projects/<key>/edit")
@require_role("author")
@accepts(*EDIT_FIELDS)
def store_change(key: str) -> ViewResponse:
    return handle_post(DraftTarget(slug=key))


@bp.post(f"/revisions/{REVISION_ID}/edit")
@require_role("author")
@accepts(*EDIT_FIELDS)
def store(revision_id: int) -> ViewResponse:
    return handle_post(DraftTarget(revision_id=revision_id))


def handle_post(target: DraftTarget) -> ViewResponse:
    """Save, and go where the button leads; what is refused comes back with everything that was typed."""
    session, sent = db.session(), DraftPost.from_form(request.form)
    begin_writing(session)
    account = access.signed_in_account()
    try:
        if (led := idempotency.claim_key(session, sent.key, account, request_digest())) is not None:
            session.rollback()
            return redirect_after_save(sent, led or url_for("submission.new"))
    except Forbidden as why:
        return show_rejected(target, sent, problem=str(why), status=422)
    try:
        revision = draft_saving.save_draft(session, target, sent, account)
        address = run_form_action(session, revision, sent, account)
    except InvalidTransition as why:
        return show_rejected(target, sent, problem=str(why), status=409)
    except Conflict as why:
        return show_conflict(target, sent, why)
    except ValidationFailed as why:
        return show_errors(sent, revision, why)
    idempotency.complete_key(session, sent.key, account, address)
    session.commit()
    return redirect_after_save(sent, address)


def redirect_after_save(post: DraftPost, address: str) -> ViewResponse:
    """On to the next page, which tells the browser that its copy of this form is not needed any more."""
    flash(post.key, "saved-key")
    return redirect(address, 303)


def run_form_action(session: Session, revision: Revision, post: DraftPost, account: Account) -> str:
    """Take the step that the button asks for once the draft is saved; return the address it leads to."""
    if post.action == "submit":
        try:
            review.submit(session, revision, version=revision.version, by=account)
        except Conflict as why:
            if why.conflict_with == "project":  # the public record moved on; what was typed is stored all the same
                complete_key(session, post, revision, account)
            raise
        return revision_url(revision.id)
    if post.action == "preview":
        return url_for("submission.preview", revision_id=revision.id)
    return url_for("submission.edit", revision_id=revision.id)


def complete_key(session: Session, post: DraftPost, revision: Revision, account: Account) -> None:
    """Store the draft although its step failed; a repeat of the sending leads to it."""
    idempotency.complete_key(session, post.key, account, url_for("submission.edit", revision_id=revision.id))
    session.commit()


def show_rejected(target: DraftTarget, post: DraftPost, *, problem: str, status: int) -> Response:
    """The form as it was sent, with what stood against it; nothing was stored."""
    session = db.session()
    session.rollback()
    account = access.signed_in_account()
    found = draft_saving.load_context(session, target, account)
    sheet = edit_page.build_page(session, target, found, account, post=post, problem=problem)
    return make_response(render_template("authoring/edit.html", page=sheet), status)


def show_errors(post: DraftPost, revision: Revision, error: ValidationFailed) -> Response:
    """The draft is stored; the form says all that keeps it from being submitted."""
    session, place = db.session(), DraftTarget(revision_id=revision.id)
    account = access.signed_in_account()
    complete_key(session, post, revision, account)
    found = draft_saving.load_context(session, place, account)
    sheet = edit_page.build_page(session, place, found, account, post=post, errors=error.errors, is_stored=True)
    return make_response(render_template("authoring/edit.html", page=sheet), 422)


def show_conflict(target: DraftTarget, post: DraftPost, error: Conflict) -> Response:
    """Both texts, field by field; nothing is overwritten until someone chooses."""
    session = db.session()
    session.rollback()
    account = access.signed_in_account()
    found = draft_saving.load_context(session, target, account)
    clash = conflict_page.build_page(found, post, error)
    return make_response(render_template("authoring/conflict.html", conflict=clash, key=idempotency.new_key()), 409)


@bp.post("/projects/new/autosave")
@require_role("author")
@accepts(*EDIT_FIELDS)
def autosave_new() -> ViewResponse:
    return save_in_background(DraftTarget())


@bp.post("/projects/<key>/autosave")
@require_role("author")
@accepts(*EDIT_FIELDS)
def autosave_change(key: str) -> ViewResponse:
    return save_in_background(DraftTarget(slug=key))


@bp.post(f"/revisions/{REVISION_ID}/autosave")
@require_role("author")
@accepts(*EDIT_FIELDS)
def autosave(revision_id: int) -> ViewResponse:
    return save_in_background(DraftTarget(revision_id=revision_id))


def save_in_background(target: DraftTarget) -> ViewResponse:
    """Save what is being typed; the answer says from which version the next save starts, and where."""
    session, sent = db.session(), DraftPost.from_form(request.form)
    begin_writing(session)
    try:
        revision = draft_saving.save_draft(session, target, sent, access.signed_in_account())
        session.commit()
    except (Conflict, InvalidTransition, Forbidden) as why:
        session.rollback()
        status = 403 if isinstance(why, Forbidden) else 409
        return make_response(jsonify(error=conflict_page.autosave_message(why)), status)
    return jsonify(
        version=revision.version,
        saved_at=revision.saved_at.isoformat(),
        edit=url_for("submission.edit", revision_id=revision.id),
        autosave=url_for("submission.autosave", revision_id=revision.id),
    )


@bp.post("/projects/check")
@require_role("author")
@accepts(*EDIT_FIELDS, "slug")
def check() -> ViewResponse:
    """What there is to say of what is being typed; stores nothing."""
    form, checks = edit_page.check_form(db.session(), DraftPost.from_form(request.form), request.form.get("slug", ""))
    return render_template("authoring/_checks.html", form=form, checks=checks)


@bp.get(f"/revisions/{REVISION_ID}/preview", endpoint="preview")
@require_role("author")
def show_preview(revision_id: int) -> ViewResponse:
    revision = revisions.get_revision(db.session(), revision_id, access.signed_in_account())
    may_edit = Action.SAVE in workflow.allowed_actions(revision, access.signed_in_account())
    project = preview.preview_project(revision, current.current_snapshot().terms)
    return render_template(
        "authoring/preview.html",
        revision=revision,
        back=url_for("submission.edit", revision_id=revision_id) if may_edit else revision_url(revision_id),
        project=project,
        related=projects.related_projects(project),
        citation=citation.citation(project),
        linked_data="",
    )


def revision_url(revision_id: int) -> str:
    """The page of a revision for all who may see it."""
    return url_for("review.revision", revision_id=revision_id)
