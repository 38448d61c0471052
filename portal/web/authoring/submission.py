"""Views for authors: edit, save, autosave, check, preview and submit a draft.

`draft_saving` applies a form to its draft; this module holds the routes, the commit and the response.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

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
from portal.web.http.responses import ViewResponse
from portal.web.http.url_converters import REVISION_ID
from portal.web.presentation import citation
from portal.web.security import access
from portal.web.security.idempotency import request_digest

bp = Blueprint("submission", __name__, url_prefix="/staff")


@bp.get("/projects/new", endpoint="new")
@require_role("author")
def show_new() -> ViewResponse:
    return show_form(DraftTarget())


@bp.get("/projects/<slug>/edit", endpoint="change")
@require_role("author")
def show_change(slug: str) -> ViewResponse:
    """The edit page of a public record; nothing is stored before the first save."""
    return show_form(DraftTarget(slug=slug))


@bp.get(f"/revisions/{REVISION_ID}/edit", endpoint="edit")
@require_role("author")
def show_draft(revision_id: int) -> ViewResponse:
    return show_form(DraftTarget(revision_id=revision_id))


def show_form(target: DraftTarget) -> ViewResponse:
    session, account = db.session(), access.signed_in_account()
    context = draft_saving.load_context(session, target, account)
    if context.revision and Action.SAVE not in workflow.allowed_actions(context.revision, account):
        return redirect(revision_url(context.revision.id))
    if context.revision and target.revision_id is None:
        return redirect(url_for("submission.edit", revision_id=context.revision.id))
    page = edit_page.build_page(session, target, context, account)
    return make_response(render_template("authoring/edit.html", page=page))


@bp.post("/projects/new")
@require_role("author")
@accepts(*EDIT_FIELDS)
def store_new() -> ViewResponse:
    return handle_post(DraftTarget())


@bp.post("/projects/<slug>/edit")
@require_role("author")
@accepts(*EDIT_FIELDS)
def store_change(slug: str) -> ViewResponse:
    return handle_post(DraftTarget(slug=slug))


@bp.post(f"/revisions/{REVISION_ID}/edit")
@require_role("author")
@accepts(*EDIT_FIELDS)
def store(revision_id: int) -> ViewResponse:
    return handle_post(DraftTarget(revision_id=revision_id))


def handle_post(target: DraftTarget) -> ViewResponse:
    """Save, then run the action of the button. A refusal re-renders the form with everything that was typed."""
    session, post = db.session(), DraftPost.from_form(request.form)
    begin_writing(session)
    account = access.signed_in_account()
    try:
        first_response = idempotency.claim_key(session, post.key, account, request_digest())
        if first_response is not None:
            session.rollback()
            return redirect_after_save(post, first_response or url_for("submission.new"))
    except Forbidden as error:
        return show_rejected(target, post, problem=str(error), status=422)
    try:
        revision = draft_saving.save_draft(session, target, post, account)
        url = run_form_action(session, revision, post, account)
    except InvalidTransition as error:
        return show_rejected(target, post, problem=str(error), status=409)
    except Conflict as error:
        return show_conflict(target, post, error)
    except ValidationFailed as error:
        return show_errors(post, revision, error)
    idempotency.complete_key(session, post.key, account, url)
    session.commit()
    return redirect_after_save(post, url)


def redirect_after_save(post: DraftPost, url: str) -> ViewResponse:
    """Redirect to the next page, which tells the browser to delete its copy of this form."""
    flash(post.key, "saved-key")
    return redirect(url, 303)


def run_form_action(session: Session, revision: Revision, post: DraftPost, account: Account) -> str:
    """Run the action of the submitted button on the saved draft; return the URL of the next page."""
    if post.action == "submit":
        try:
            review.submit(session, revision, version=revision.version, by=account)
        except Conflict as error:
            if error.conflict_with == "project":  # the public record has changed; the draft is saved nevertheless
                complete_key(session, post, revision, account)
            raise
        return revision_url(revision.id)
    if post.action == "preview":
        return url_for("submission.preview", revision_id=revision.id)
    return url_for("submission.edit", revision_id=revision.id)


def complete_key(session: Session, post: DraftPost, revision: Revision, account: Account) -> None:
    """Commit the draft although its action failed; a repeated POST leads to it."""
    idempotency.complete_key(session, post.key, account, url_for("submission.edit", revision_id=revision.id))
    session.commit()


def show_rejected(target: DraftTarget, post: DraftPost, *, problem: str, status: int) -> Response:
    """The submitted form with the reason of the refusal; nothing is saved."""
    session = db.session()
    session.rollback()
    account = access.signed_in_account()
    context = draft_saving.load_context(session, target, account)
    page = edit_page.build_page(session, target, context, account, post=post, problem=problem)
    return make_response(render_template("authoring/edit.html", page=page), status)


def show_errors(post: DraftPost, revision: Revision, error: ValidationFailed) -> Response:
    """Save the draft, and show every error that prevents its submission."""
    session, target = db.session(), DraftTarget(revision_id=revision.id)
    account = access.signed_in_account()
    complete_key(session, post, revision, account)
    context = draft_saving.load_context(session, target, account)
    page = edit_page.build_page(session, target, context, account, post=post, errors=error.errors, is_stored=True)
    return make_response(render_template("authoring/edit.html", page=page), 422)


def show_conflict(target: DraftTarget, post: DraftPost, error: Conflict) -> Response:
    """The conflict page; nothing is overwritten until the author has chosen."""
    session = db.session()
    session.rollback()
    account = access.signed_in_account()
    context = draft_saving.load_context(session, target, account)
    conflict = conflict_page.build_page(context, post, error)
    return make_response(render_template("authoring/conflict.html", conflict=conflict, key=idempotency.new_key()), 409)


@bp.post("/projects/new/autosave")
@require_role("author")
@accepts(*EDIT_FIELDS)
def autosave_new() -> ViewResponse:
    return save_in_background(DraftTarget())


@bp.post("/projects/<slug>/autosave")
@require_role("author")
@accepts(*EDIT_FIELDS)
def autosave_change(slug: str) -> ViewResponse:
    return save_in_background(DraftTarget(slug=slug))


@bp.post(f"/revisions/{REVISION_ID}/autosave")
@require_role("author")
@accepts(*EDIT_FIELDS)
def autosave(revision_id: int) -> ViewResponse:
    return save_in_background(DraftTarget(revision_id=revision_id))


def save_in_background(target: DraftTarget) -> ViewResponse:
    """Autosave the form; the response holds the version and the URLs for the next save."""
    session, post = db.session(), DraftPost.from_form(request.form)
    begin_writing(session)
    try:
        revision = draft_saving.save_draft(session, target, post, access.signed_in_account())
        session.commit()
    except (Conflict, InvalidTransition, Forbidden) as error:
        session.rollback()
        status = 403 if isinstance(error, Forbidden) else 409
        return make_response(jsonify(error=conflict_page.autosave_message(error)), status)
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
    """The checks of an unsaved form; stores nothing."""
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
    """The URL of a revision."""
    return url_for("review.revision", revision_id=revision_id)
