"""Saves a submitted form into its draft: finds or creates the draft, detects conflicts, applies choices.

Everything here runs in the transaction of the caller and commits nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.errors import Conflict, InvalidTransition
from portal.i18n.catalogues import gettext
from portal.models import Account, Project, ProjectDraft, Revision
from portal.search.index import current
from portal.services.editorial import diff, idempotency, merging, review, revisions
from portal.services.editorial.idempotency import KeyKind
from portal.services.editorial.merging import Merge
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import OPEN_STATES
from portal.web.authoring.project_form import ProjectForm

CHOICE_PREFIX, ANSWER_PREFIX = "choice-", "answer-"
EDIT_FIELDS = (
    *ProjectDraft.field_names(),
    *(f"{prefix}{name}" for name in ProjectDraft.field_names() for prefix in (CHOICE_PREFIX, ANSWER_PREFIX)),
    "key",
    "version",
    "page_key",
    "base_version",
    "base",
    "asked",
    "conflict_with",
    "action",
    "note",
)
_INTEGER = re.compile(r"[0-9]{1,9}")
_CREATED_DRAFT = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")


@dataclass(frozen=True)
class DraftTarget:
    """The draft that a page edits: a revision, else a change to the project `slug`, else a new project."""

    revision_id: int | None = None
    slug: str | None = None


@dataclass(frozen=True)
class DraftPost:
    """A submitted form.

    `key` makes the POST idempotent, `page_key` the creation of a draft from one page. `version` is the version of the
    revision that the form was rendered from, `base_version` that of the public record; 0 if there was none.
    `base_digests` are those of that record. `conflict_with` is set when the form is a choice between two versions,
    `asked` are then the fields to choose for; None in a form that does not say. `answers` are those to a reviewer's
    reasons.
    """

    fields: MultiDict[str, str]
    key: str
    page_key: str
    version: int
    base_version: int
    action: str
    conflict_with: str
    choices: dict[str, str] = field(default_factory=dict)
    base_digests: dict[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] | None = None
    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls, fields: MultiDict[str, str]) -> DraftPost:
        names = ProjectDraft.field_names()
        page_key = fields.get("page_key", "")
        return cls(
            fields=fields,
            key=fields.get("key", ""),
            page_key=page_key if idempotency.is_valid_key(page_key) else idempotency.new_key(),
            version=_parse_integer(fields.get("version", "")),
            base_version=_parse_integer(fields.get("base_version", "")),
            action=fields.get("action", "save"),
            conflict_with=fields.get("conflict_with", ""),
            choices={name: fields.get(CHOICE_PREFIX + name, "") for name in names},
            answers={name: fields[ANSWER_PREFIX + name] for name in names if ANSWER_PREFIX + name in fields},
            base_digests=merging.unpack(fields.get("base", "")),
            asked=tuple(name for name in names if name in fields.getlist("asked")) if "asked" in fields else None,
        )


@dataclass(frozen=True)
class DraftContext:
    """The stored state of a page; `revision` is None before the first save, `project` for a new project."""

    revision: Revision | None
    project: Project | None
    draft: ProjectDraft
    note: str = ""

    @property
    def project_id(self) -> int | None:
        return self.project.id if self.project else None


def load_context(session: Session, target: DraftTarget, account: Account) -> DraftContext:
    """Load the draft to edit. Raises NotFound, also for drafts that the account may not see."""
    if target.revision_id is not None:
        revision = revisions.get_revision(session, target.revision_id, account)
        return DraftContext(revision, revision.project, revision.draft, revision.note)
    if target.slug is None:
        return DraftContext(None, None, ProjectDraft())
    project = published.get_project_by_slug(session, target.slug)
    if mine := own_open_change(session, project, account):
        return DraftContext(mine, project, mine.draft, mine.note)
    return DraftContext(None, project, published.draft_from_project(session, project))


def own_open_change(session: Session, project: Project, account: Account) -> Revision | None:
    """The account's open change to a project; there is at most one."""
    candidates = revisions.project_revisions(session, project, account)
    return next((r for r in candidates if r.author_id == account.id and r.state in OPEN_STATES), None)


def save_draft(session: Session, target: DraftTarget, post: DraftPost, account: Account) -> Revision:
    """Save the form into its draft, which is created if the page had none; a repeated POST changes nothing.

    Raises NotFound and whatever review.save_draft raises.
    """
    revision, version = _locate_revision(session, target, post, account)
    form = build_form(revision.draft, revision.note, post)
    draft = _resolve_conflict(session, revision, submission_checks.clean_draft(form.draft()), version, post)
    base_version = post.base_version if target.slug is not None or post.conflict_with == "project" else None
    base_digests = _seen_record(session, revision, post)
    save = partial(review.save_draft, session, revision, draft, by=account, note=form.note.data, answers=post.answers)
    try:
        save(version=version, base_version=base_version, base_digests=base_digests)
    except Conflict as error:
        if error.conflict_with != "revision" or not _overwrites_nothing(session, revision, draft, post):
            raise
        save(version=error.version)
    if target.revision_id is None:
        idempotency.complete_key(session, post.page_key, account, f"{revision.id}.{revision.version}", KeyKind.PAGE)
    return revision


def merge_conflict(session: Session, revision: Revision | None, post: DraftPost, conflict: Conflict) -> Merge:
    """The drafts of a conflict joined field by field."""
    mine = submission_checks.clean_draft(conflict.mine)
    base = _base_digests(session, revision, post, conflict.conflict_with)
    return merging.merge(base, mine, conflict.theirs, contested=post.asked or ())


def _base_digests(
    session: Session, revision: Revision | None, post: DraftPost, conflict_with: str
) -> Mapping[str, str]:
    """The digests of the text that both versions of a conflict started from; {} if it is unknown."""
    if revision is None:
        return {}
    if conflict_with == "project":
        return revision.base_digests
    if post.version == 0:  # the form of a change that another window began
        return post.base_digests
    text = merging.text_at_version(session, revision, post.version)
    return merging.digests(text) if text else {}


def _overwrites_nothing(session: Session, revision: Revision, draft: ProjectDraft, post: DraftPost) -> bool:
    """Whether nobody else changed a text: only a response was lost, or only the steps of the revision moved on."""
    base = _base_digests(session, revision, post, "revision")
    merged = merging.merge(base, draft, revision.draft, contested=post.asked or ())
    return not (merged.taken or merged.contested)


def _seen_record(session: Session, revision: Revision, post: DraftPost) -> Mapping[str, str]:
    """The digests of the public record that the form shows."""
    if post.conflict_with == "project" and revision.project is not None:
        return merging.digests(published.draft_from_project(session, revision.project))
    return post.base_digests


def build_form(draft: ProjectDraft, note: str, post: DraftPost | None = None) -> ProjectForm:
    """The form of a draft, filled from the submitted values if there are any."""
    return ProjectForm(current.current_snapshot().terms, draft, note, post.fields if post else None)


def _locate_revision(session: Session, target: DraftTarget, post: DraftPost, account: Account) -> tuple[Revision, int]:
    """The revision to save, and its version when the form was rendered."""
    if target.revision_id is not None:
        return revisions.get_revision(session, target.revision_id, account), post.version
    project = published.get_project_by_slug(session, target.slug) if target.slug is not None else None
    if created := _CREATED_DRAFT.fullmatch(
        idempotency.claim_key(session, post.page_key, account, kind=KeyKind.PAGE) or ""
    ):
        return revisions.get_revision(session, int(created[1]), account), int(created[2])
    if project is None:
        revision = review.new_draft(session, build_form(ProjectDraft(), "", post).draft(), by=account)
    elif open_change := own_open_change(session, project, account):
        return open_change, post.version
    else:
        revision = review.open_change(session, project, by=account)
    return revision, revision.version


def _resolve_conflict(
    session: Session, revision: Revision, mine: ProjectDraft, version: int, post: DraftPost
) -> ProjectDraft:
    """The draft after the choices between two versions; raises Conflict while a choice is missing."""
    if post.conflict_with not in ("revision", "project") or revision.version != version:
        return mine
    if post.conflict_with == "revision":
        theirs, current_version = revision.draft, revision.version
    elif revision.project is None:
        raise InvalidTransition(
            gettext("%(revision)s changes no public record. Open it again.", revision=revision.label)
        )
    else:
        theirs = published.draft_from_project(session, revision.project)
        current_version = revision.project.version
    changed = diff.changed_fields(theirs, mine) if post.asked is None else post.asked
    is_chosen = all(post.choices[name] in ("mine", "theirs") for name in changed)
    if not is_chosen or (post.conflict_with == "project" and current_version != post.base_version):
        raise Conflict(
            conflict_with="revision" if post.conflict_with == "revision" else "project",
            mine=mine,
            theirs=theirs,
            version=current_version,
        )
    chosen = {name: getattr(theirs, name) for name in changed if post.choices[name] == "theirs"}
    return mine.replace(**chosen)


def _parse_integer(text: str) -> int:
    return int(text) if _INTEGER.fullmatch(text) else 0
