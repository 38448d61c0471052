"""Views for authors: edit, save, autosave, check, preview and submit a draft.

`draft_saving` applies a form to its draft; this module holds the routes, the transactions and the responses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.database.orm import db
from portal.database.transactions import transaction
from portal.errors import Conflict, FieldError, Forbidden, InvalidTransition, ValidationFailed
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
from portal.web.security.idempotency import STATUS_BY_ERROR, url_of_once

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
    post = DraftPost.from_form(request.form)
    try:
        idempotency.check_key(post.key)
    except Forbidden as error:
        return show_rejected(target, post, problem=str(error), status=422)
    try:
        result = save_once(target, post)
    except (InvalidTransition, Forbidden) as error:
        # Forbidden: somebody else took over the revision while this person was writing.
        if isinstance(error, Forbidden):
            access.record_refusal(access.signed_in_account(), error)
        return show_rejected(target, post, problem=str(error), status=STATUS_BY_ERROR[type(error)])
    except ValidationFailed as error:
        return show_rejected(target, post, errors=error.errors, status=422)
    except Conflict as error:
        return show_conflict(target, post, error)
    if result.errors:
        return show_errors(result.revision_id, post, result.errors)
    if result.conflict:
        return show_conflict(target, post, result.conflict)
    # Tells the browser to delete its copy of this form.
    flash(post.key, "saved-key")
    return redirect(result.url, 303)


@dataclass(frozen=True)
class SaveResult:
    """The next page after a save; or why the saved draft could not be submitted, as `errors` or as a `conflict`."""

    url: str
    revision_id: int = 0
    errors: Sequence[FieldError] = ()
    conflict: Conflict | None = None


def save_once(target: DraftTarget, post: DraftPost) -> SaveResult:
    """Save the form and run its action in one transaction, at most once per idempotency key.

    Nothing is saved if this raises: InvalidTransition, Conflict, Forbidden, or ValidationFailed for a text that is too
    long to be stored.
    """
    results: list[SaveResult] = []

    def save(session: Session, account: Account) -> str:
        revision = draft_saving.save_draft(session, target, post, account)
        results.append(run_form_action(session, revision, post, account))
        return results[0].url

    url = url_of_once(save, post.key)
    return results[0] if results else SaveResult(url or url_for("submission.new"))


def run_form_action(session: Session, revision: Revision, post: DraftPost, account: Account) -> SaveResult:
    """Run the action of the submitted button on the saved draft."""
    edit_url = url_for("submission.edit", revision_id=revision.id)
    if post.action == "preview":
        return SaveResult(url_for("submission.preview", revision_id=revision.id))
    if post.action != "submit":
        return SaveResult(edit_url)
    try:
        review.submit(session, revision, version=revision.version, by=account)
    except ValidationFailed as error:
        return SaveResult(edit_url, revision.id, errors=error.errors)
    except Conflict as error:
        if error.conflict_with == "project":  # the public record has changed; the draft is saved nevertheless
            return SaveResult(edit_url, revision.id, conflict=error)
        raise
    return SaveResult(revision_url(revision.id))


def show_rejected(
    target: DraftTarget, post: DraftPost, *, status: int, problem: str = "", errors: Sequence[FieldError] = ()
) -> Response:
    """The submitted form with the reason of the refusal; nothing is saved."""
    session, account = db.session(), access.signed_in_account()
    context = draft_saving.load_context(session, target, account)
    page = edit_page.build_page(session, target, context, account, post=post, problem=problem, errors=errors)
    return make_response(render_template("authoring/edit.html", page=page), status)


def show_errors(revision_id: int, post: DraftPost, errors: Sequence[FieldError]) -> Response:
    """Every error that prevents the submission of the saved draft."""
    session, account, target = db.session(), access.signed_in_account(), DraftTarget(revision_id=revision_id)
    context = draft_saving.load_context(session, target, account)
    page = edit_page.build_page(session, target, context, account, post=post, errors=errors, is_stored=True)
    return make_response(render_template("authoring/edit.html", page=page), 422)


def show_conflict(target: DraftTarget, post: DraftPost, error: Conflict) -> Response:
    """The conflict page; nothing is overwritten until the author has chosen."""
    session = db.session()
    context = draft_saving.load_context(session, target, access.signed_in_account())
    conflict = conflict_page.build_page(session, context, post, error)
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
    post = DraftPost.from_form(request.form)
    try:
        with transaction(db.session()) as session:
            revision = draft_saving.save_draft(session, target, post, access.signed_in_account())
    except tuple(STATUS_BY_ERROR) as error:
        return make_response(jsonify(error=conflict_page.autosave_message(error)), STATUS_BY_ERROR[type(error)])
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
    project = preview.preview_project(db.session(), revision, current.current_snapshot().terms)
    return render_template(
        "authoring/preview.html",
        revision=revision,
        back=url_for("submission.edit", revision_id=revision_id) if may_edit else revision_url(revision_id),
        shortened=preview.shortened_summary(revision),
        project=project,
        related=projects.related_projects(project),
        citation=citation.citation(project),
        linked_data="",
    )


def revision_url(revision_id: int) -> str:
    """The URL of a revision."""
    return url_for("review.revision", revision_id=revision_id)
