"""The edit page as data: the form, its checks, the rules, the reviewer's requests and the URLs it posts to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session
from wtforms import Field

from portal.errors import FieldError, NotFound
from portal.models import Account, Project, ProjectDraft, Revision
from portal.search.index import current
from portal.services.editorial import diff, field_marks, idempotency, merging, rounds, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import language_guesses, published
from portal.vocabulary.translations import TRANSLATIONS
from portal.vocabulary.workflow import State
from portal.web.authoring import checks, draft_saving
from portal.web.authoring.checks import DraftChecks, RuleText
from portal.web.authoring.draft_saving import DraftContext, DraftPost, DraftTarget
from portal.web.authoring.project_form import MAX_LENGTHS, SECTIONS, ProjectForm
from portal.web.authoring.translation_panels import TranslationPanel, build_panels
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.i18n import gettext


@dataclass(frozen=True)
class EditPage:
    """One edit page.

    `version` and `base_version` are the versions it was rendered from; `key` makes its POST idempotent, `page_key` the
    creation of a draft. `accepted` are the fields that a reviewer accepted. `problem` says why nothing was saved;
    `is_refused` is true after a refused action. `saved_key` is the key of a form that was saved although its action
    was refused.
    """

    form: ProjectForm
    sections: Mapping[str, tuple[str, ...]]
    revision: Revision | None
    project: Project | None
    actions: tuple[Action, ...]
    version: int
    base_version: int
    base: str
    key: str
    page_key: str
    form_url: str
    autosave_url: str
    checks: DraftChecks
    rule_texts: Mapping[str, Sequence[RuleText]]
    reasons: Mapping[str, str]
    answers: Mapping[str, str]
    returned_texts: Mapping[str, tuple[str, ...]]
    accepted: Sequence[str]
    language_guesses: Mapping[str, str]
    translations: Mapping[str, TranslationPanel]
    reviewer_note: str
    problem: str
    is_refused: bool
    saved_key: str

    @property
    def to_fix(self) -> Sequence[Field]:
        """The fields with errors on a page that answers no refused action, in page order."""
        return () if self.is_refused else [self.form[name] for name in self.names if self.form[name].errors]

    @property
    def is_reviewers_edit(self) -> bool:
        """Whether a reviewer edits what someone else submitted."""
        return self.revision is not None and self.revision.state == State.IN_REVIEW

    @property
    def max_lengths(self) -> Mapping[str, str]:
        """The limits that hints mention, in characters."""
        return {name: formatting.number(length) for name, length in MAX_LENGTHS.items()}

    @property
    def names(self) -> Sequence[str]:
        """All fields in page order."""
        return [name for names in self.sections.values() for name in names]

    @property
    def hidden_translations(self) -> frozenset[str]:
        """Translations into the language of the source: it needs none."""
        return frozenset(TRANSLATIONS.keys() - self.translations.keys())

    @property
    def title(self) -> str:
        """The title of the stored draft or of the public record; "" for a new project."""
        if self.revision:
            return self.revision.draft.title
        return self.project.title if self.project else ""

    @property
    def title_language(self) -> str:
        if self.revision:
            return self.revision.draft.title_language
        return self.project.title_language if self.project else ""


def build_page(
    session: Session,
    target: DraftTarget,
    context: DraftContext,
    account: Account,
    *,
    post: DraftPost | None = None,
    errors: Sequence[FieldError] = (),
    problem: str = "",
    is_stored: bool = False,
) -> EditPage:
    """The page of a stored draft, or of a submitted form; `is_stored` if the form has just been saved."""
    form = draft_saving.build_form(context.draft, context.note, post)
    checked = checks.run_checks(session, form.draft(), project_id=context.project_id)
    is_refused, revision = bool(errors or problem), context.revision
    form.show_errors(errors if is_refused else _draft_errors(context, checked))
    version, base_version = _form_versions(context, None if is_stored else post)
    return EditPage(
        form=form,
        sections=SECTIONS,
        revision=revision,
        project=context.project,
        actions=workflow.allowed_actions(revision, account) if revision else (Action.SAVE, Action.SUBMIT),
        version=version,
        base_version=base_version,
        base=_packed_base(context, post),
        **_addresses(target),
        checks=checked,
        rule_texts={name: checks.rule_texts(name) for name in form.data},
        reasons=revision.reasons if revision else {},
        answers=_answers(revision, post),
        returned_texts=_returned_texts(revision),
        language_guesses=language_guesses.certain_guesses(session, context.project),
        translations=build_panels(session, context.project, form.draft()),
        accepted=field_marks.accepted_fields(revision) if revision else (),
        reviewer_note=_reviewer_note(revision),
        problem=problem,
        is_refused=is_refused,
        saved_key=post.key if post and is_stored else "",
    )


def _addresses(target: DraftTarget) -> dict[str, str]:
    """Where the form is sent and saved while typing, and the keys under which it counts once."""
    return {
        "key": idempotency.new_key(),
        "page_key": idempotency.new_key(),
        "form_url": form_url(target),
        "autosave_url": form_url(target, "autosave"),
    }


def _draft_errors(context: DraftContext, checked: DraftChecks) -> Sequence[FieldError]:
    """The errors of a stored draft; none before the first save. Missing fields may be filled in later."""
    return checked.errors if context.revision else ()


def _form_versions(context: DraftContext, post: DraftPost | None) -> tuple[int, int]:
    """The versions of revision and project: those of an unsaved form, else the stored ones; 0 if there is none."""
    if post is not None:
        return post.version, post.base_version
    revision, project = context.revision, context.project
    return revision.version if revision else 0, project.version if project else 0


def _packed_base(context: DraftContext, post: DraftPost | None) -> str:
    """The public record that a change starts from, for merging; "" once the change is stored and knows it itself."""
    if context.revision is not None or context.project is None:
        return ""
    return merging.pack(post.base_digests if post else merging.digests(context.draft))


def _answers(revision: Revision | None, post: DraftPost | None) -> Mapping[str, str]:
    """The author's answers to the reviewer's reasons, as typed or as stored."""
    returned = rounds.last_return(revision) if revision else None
    stored = dict(returned.answers) if returned else {}
    return stored | (post.answers if post else {})


def _returned_texts(revision: Revision | None) -> Mapping[str, tuple[str, ...]]:
    """The text that was returned, for the fields that the author has changed since."""
    returned = rounds.last_return(revision) if revision else None
    if revision is None or returned is None or returned.text is None:
        return {}
    terms = current.current_snapshot().terms
    return {
        name: field_labels.display_values(terms, name, getattr(returned.text, name)) or (gettext("Not stated"),)
        for name in diff.changed_fields(returned.text, revision.draft)
    }


def form_url(target: DraftTarget, act: str = "edit") -> str:
    """The URL that the form of a draft posts to, for a save or an autosave."""
    names = {"edit": ("store_new", "store_change", "store")}
    names["autosave"] = ("autosave_new", "autosave_change", "autosave")
    new, change, stored = names[act]
    if target.revision_id is not None:
        return url_for(f"submission.{stored}", revision_id=target.revision_id)
    return url_for(f"submission.{change}", slug=target.slug) if target.slug else url_for(f"submission.{new}")


def check_form(session: Session, post: DraftPost, slug: str) -> tuple[ProjectForm, DraftChecks]:
    """An unsaved form and its checks; `slug` is that of the project it changes, or ""."""
    try:
        project_id = published.get_project_by_slug(session, slug).id if slug else None
    except NotFound:
        project_id = None
    form = draft_saving.build_form(ProjectDraft(), "", post)
    return form, checks.run_checks(session, form.draft(), project_id=project_id)


def _reviewer_note(revision: Revision | None) -> str:
    """The note of the reviewer who returned the revision."""
    is_returned = revision is not None and revision.state == State.RETURNED and revision.decisions
    note: str = revision.decisions[-1]["note"] if revision is not None and is_returned else ""
    return note
