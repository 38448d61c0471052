"""What the page of the form shows besides its fields: who asks for what, what the rules say, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session
from wtforms import Field

from portal.errors import FieldError, NotFound
from portal.models import Account, Project, ProjectDraft, Revision
from portal.services.editorial import field_marks, idempotency, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import State
from portal.web.authoring import checks, draft_saving
from portal.web.authoring.checks import Checks, RuleText
from portal.web.authoring.draft_saving import DraftContext, DraftPost, DraftTarget
from portal.web.authoring.project_form import MAX_LENGTHS, SECTIONS, ProjectForm


@dataclass(frozen=True)
class EditPage:
    """One page of the form. `version` and `based_on` are what it started from, `key` makes its sending count once,
    `page` the draft that it may make, `accepted` what a reviewer accepts as it is stored; `problem` says
    why nothing was stored, `is_refused` whether this answers a step that was not taken,
    `arrived` the key of the form that was stored although its step was not taken."""

    form: ProjectForm
    sections: Mapping[str, tuple[str, ...]]
    revision: Revision | None
    project: Project | None
    actions: tuple[Action, ...]
    version: int
    base_version: int
    key: str
    page_key: str
    form_url: str
    autosave_url: str
    checks: Checks
    rule_texts: Mapping[str, Sequence[RuleText]]
    reasons: Mapping[str, str]
    accepted: Sequence[str]
    reviewer_note: str
    max_lengths: Mapping[str, str]
    problem: str
    is_refused: bool
    saved_key: str

    @property
    def to_fix(self) -> Sequence[Field]:
        """The fields that are marked although nothing was refused, in the order of the page."""
        return () if self.is_refused else [self.form[name] for name in self.names if self.form[name].errors]

    @property
    def names(self) -> Sequence[str]:
        """All fields in the order of the page."""
        return [name for names in self.sections.values() for name in names]

    @property
    def title(self) -> str:
        """The title of the stored draft or the public record, "" before there is one."""
        if self.revision:
            return self.revision.draft.title
        return self.project.title if self.project else ""


def build_page(
    session: Session,
    target: DraftTarget,
    context: DraftContext,
    account: Account,
    *,
    post: DraftPost | None = None,
    errors: Iterable[FieldError] = (),
    problem: str = "",
    is_stored: bool = False,
) -> EditPage:
    """The page for what was found, or for what was sent; `is_stored` when that was saved just now."""
    form = draft_saving.build_form(context.draft, context.note, post)
    errors, checked = tuple(errors), checks.run_checks(session, form.draft(), project_id=context.project_id)
    is_refused = bool(errors or problem)
    # What is stored says what is wrong with it, too; what is merely missing may come later.
    form.show_errors(errors if is_refused or context.revision is None else checked.errors)
    revision, project = context.revision, context.project
    version = revision.version if revision else 0
    based_on = project.version if project else 0
    return EditPage(
        form=form,
        sections=SECTIONS,
        revision=revision,
        project=project,
        actions=workflow.allowed_actions(revision, account) if revision else (Action.SAVE, Action.SUBMIT),
        version=version if post is None or is_stored else post.version,
        base_version=based_on if post is None or is_stored else post.base_version,
        key=idempotency.new_key(),
        page_key=idempotency.new_key(),
        form_url=form_url(target),
        autosave_url=form_url(target, "autosave"),
        checks=checked,
        rule_texts={name: checks.rule_texts(name) for name in form.data},
        reasons=revision.reasons if revision else {},
        accepted=field_marks.accepted_fields(revision) if revision else (),
        reviewer_note=_reviewer_note(revision),
        max_lengths={name: f"{most:,}" for name, most in MAX_LENGTHS.items()},
        problem=problem,
        is_refused=is_refused,
        saved_key=post.key if post and is_stored else "",
    )


def form_url(target: DraftTarget, act: str = "edit") -> str:
    """Where the form of a place is sent, to be saved or to be kept while typing."""
    names = {"edit": ("store_new", "store_change", "store")}
    names["autosave"] = ("autosave_new", "autosave_change", "autosave")
    fresh, change, stored = names[act]
    if target.revision_id is not None:
        return url_for(f"submission.{stored}", revision_id=target.revision_id)
    return url_for(f"submission.{change}", key=target.slug) if target.slug else url_for(f"submission.{fresh}")


def check_form(session: Session, post: DraftPost, slug: str) -> tuple[ProjectForm, Checks]:
    """A form while it is typed, and its checks; `about` is the key of the project that it changes, or ""."""
    try:
        project_id = published.get_project_by_slug(session, slug).id if slug else None
    except NotFound:
        project_id = None
    form = draft_saving.build_form(ProjectDraft(), "", post)
    return form, checks.run_checks(session, form.draft(), project_id=project_id)


def _reviewer_note(revision: Revision | None) -> str:
    """What the reviewer who returned it says of the whole."""
    is_returned = revision is not None and revision.state == State.RETURNED and revision.decisions
    note: str = revision.decisions[-1]["note"] if revision is not None and is_returned else ""
    return note
