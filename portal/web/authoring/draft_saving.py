"""What a sent form does to a draft: which one it is about, what it says, whether it counts, what stands against it.

Everything here works in the transaction of the caller (services.writing) and commits nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.errors import Conflict, InvalidTransition
from portal.models import Account, Project, ProjectDraft, Revision
from portal.search.index import current
from portal.services.editorial import diff, idempotency, review, revisions
from portal.services.editorial.idempotency import KeyKind
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import OPEN_STATES
from portal.web.authoring.project_form import ProjectForm

CHOICE_PREFIX = "choice-"
EDIT_FIELDS = (
    *ProjectDraft.field_names(),
    *(f"{CHOICE_PREFIX}{name}" for name in ProjectDraft.field_names()),
    "key",
    "version",
    "page_key",
    "base_version",
    "conflict_with",
    "action",
    "note",
)
_INTEGER = re.compile(r"[0-9]{1,9}")
_CREATED_DRAFT = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")


@dataclass(frozen=True)
class DraftTarget:
    """Which draft a page is about: the revision `number`, else a change of the project `key`, else a new project."""

    revision_id: int | None = None
    slug: str | None = None


@dataclass(frozen=True)
class DraftPost:
    """A form as it was sent. `key` makes the sending count once, `page` the draft that one page may make.

    `version` is the version of the revision it started from, 0 when nothing was stored; `based_on` the version of the
    public record, 0 when there was none. `of` is "" or what a choice between two texts was about.
    """

    fields: MultiDict[str, str]
    key: str
    page_key: str
    version: int
    base_version: int
    action: str
    conflict_with: str
    choices: dict[str, str] = field(default_factory=dict)

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
        )


@dataclass(frozen=True)
class DraftContext:
    """What a page starts from; `revision` is None while nothing is stored, `project` for a new one."""

    revision: Revision | None
    project: Project | None
    draft: ProjectDraft
    note: str = ""

    @property
    def project_id(self) -> int | None:
        return self.project.id if self.project else None


def load_context(session: Session, target: DraftTarget, account: Account) -> DraftContext:
    """What is there to be edited. Raises Missing, also for what the account may not see."""
    if target.revision_id is not None:
        found = revisions.get_revision(session, target.revision_id, account)
        return DraftContext(found, found.project, found.draft, found.note)
    if target.slug is None:
        return DraftContext(None, None, ProjectDraft())
    project = published.get_project_by_slug(session, target.slug)
    if mine := own_open_change(session, project, account):
        return DraftContext(mine, project, mine.draft, mine.note)
    return DraftContext(None, project, published.draft_from_project(session, project))


def own_open_change(session: Session, project: Project, account: Account) -> Revision | None:
    """The account's open change of a project; there is one at most."""
    mine = (one for one in revisions.project_revisions(session, project, account) if one.author_id == account.id)
    return next((one for one in mine if one.state in OPEN_STATES), None)


def save_draft(session: Session, target: DraftTarget, post: DraftPost, account: Account) -> Revision:
    """Store what was sent in the draft it is about, made now if the page had none; a repeat changes nothing.

    Raises what review.save_draft raises, and Missing.
    """
    revision, version = _locate_revision(session, target, post, account)
    form = build_form(revision.draft, revision.note, post)
    draft = _resolve_conflict(session, revision, submission_checks.clean_draft(form.draft()), version, post)
    based_on = post.base_version if target.slug is not None or post.conflict_with == "project" else None
    try:
        review.save_draft(
            session, revision, draft, version=version, by=account, note=form.note.data, base_version=based_on
        )
    except Conflict as why:
        # Only an answer was lost: what stands is what was sent.
        if why.conflict_with != "revision" or why.theirs != draft:
            raise
        review.save_draft(session, revision, draft, version=why.version, by=account, note=form.note.data)
    if target.revision_id is None:
        idempotency.complete_key(session, post.page_key, account, f"{revision.id}.{revision.version}", KeyKind.PAGE)
    return revision


def build_form(draft: ProjectDraft, note: str, post: DraftPost | None = None) -> ProjectForm:
    """The form that holds a draft, or what was sent instead."""
    return ProjectForm(current.current_snapshot().terms, draft, note, post.fields if post else None)


def _locate_revision(session: Session, target: DraftTarget, post: DraftPost, account: Account) -> tuple[Revision, int]:
    """The revision to be saved, and the version of it that the form knew."""
    if target.revision_id is not None:
        return revisions.get_revision(session, target.revision_id, account), post.version
    project = published.get_project_by_slug(session, target.slug) if target.slug is not None else None
    if made := _CREATED_DRAFT.fullmatch(
        idempotency.claim_key(session, post.page_key, account, kind=KeyKind.PAGE) or ""
    ):
        return revisions.get_revision(session, int(made[1]), account), int(made[2])
    if project is None:
        fresh = review.new_draft(session, build_form(ProjectDraft(), "", post).draft(), by=account)
    elif found := own_open_change(session, project, account):
        return found, post.version
    else:
        fresh = review.open_change(session, project, by=account)
    return fresh, fresh.version


def _resolve_conflict(
    session: Session, revision: Revision, mine: ProjectDraft, version: int, post: DraftPost
) -> ProjectDraft:
    """What someone chose between their text and the one that stands; raises Conflict while a choice is missing."""
    if post.conflict_with not in ("revision", "project") or revision.version != version:
        return mine
    if post.conflict_with == "revision":
        theirs, stands = revision.draft, revision.version
    elif revision.project is None:
        raise InvalidTransition(f"{revision.label} changes no public record. Open it again.")
    else:
        theirs, stands = published.draft_from_project(session, revision.project), revision.project.version
    changed = diff.changed_fields(theirs, mine)
    is_chosen = all(post.choices[name] in ("mine", "theirs") for name in changed)
    if not is_chosen or (post.conflict_with == "project" and stands != post.base_version):
        raise Conflict(
            conflict_with="revision" if post.conflict_with == "revision" else "project",
            mine=mine,
            theirs=theirs,
            version=stands,
        )
    taken = {name: getattr(theirs, name) for name in changed if post.choices[name] == "theirs"}
    return mine.replace(**taken)


def _parse_integer(text: str) -> int:
    return int(text) if _INTEGER.fullmatch(text) else 0
