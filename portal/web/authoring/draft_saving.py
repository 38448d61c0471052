"""What a sent form does to a draft: which one it is about, what it says, whether it counts, what stands against it.

Everything here works in the transaction of the caller (services.writing) and commits nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.errors import Conflict, WrongStep
from portal.models import Account, Project, ProjectDraft, Revision
from portal.search.index import current
from portal.services.editorial import diff, idempotency, review, revisions
from portal.services.editorial.idempotency import Kind
from portal.services.records import published, submission_checks
from portal.vocabulary.workflow import OPEN_STATES
from portal.web.authoring.project_form import ProjectForm

CHOICE = "choice-"
_NUMBER = re.compile(r"[0-9]{1,9}")
_MADE = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")


@dataclass(frozen=True)
class Place:
    """Which draft a page is about: the revision `number`, else a change of the project `key`, else a new project."""

    number: int | None = None
    key: str | None = None


@dataclass(frozen=True)
class Sent:
    """A form as it was sent. `key` makes the sending count once, `page` the draft that one page may make.

    `version` is the version of the revision it started from, 0 when nothing was stored; `based_on` the version of the
    public record, 0 when there was none. `of` is "" or what a choice between two texts was about.
    """

    fields: MultiDict[str, str]
    key: str
    page: str
    version: int
    based_on: int
    action: str
    of: str
    choices: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: MultiDict[str, str]) -> Sent:
        names = ProjectDraft.field_names()
        page = fields.get("page", "")
        return cls(
            fields=fields,
            key=fields.get("key", ""),
            page=page if idempotency.is_key(page) else idempotency.fresh_key(),
            version=_number(fields.get("version", "")),
            based_on=_number(fields.get("based_on", "")),
            action=fields.get("action", "save"),
            of=fields.get("of", ""),
            choices={name: fields.get(CHOICE + name, "") for name in names},
        )


@dataclass(frozen=True)
class Opening:
    """What a page starts from; `revision` is None while nothing is stored, `project` for a new one."""

    revision: Revision | None
    project: Project | None
    draft: ProjectDraft
    note: str = ""

    @property
    def project_id(self) -> int | None:
        return self.project.id if self.project else None


def opening(session: Session, place: Place, account: Account) -> Opening:
    """What is there to be edited. Raises Missing, also for what the account may not see."""
    if place.number is not None:
        found = revisions.get(session, place.number, account)
        return Opening(found, found.project, found.draft, found.note)
    if place.key is None:
        return Opening(None, None, ProjectDraft())
    project = published.project(session, place.key)
    if mine := own(session, project, account):
        return Opening(mine, project, mine.draft, mine.note)
    return Opening(None, project, published.draft_of(session, project))


def own(session: Session, project: Project, account: Account) -> Revision | None:
    """The account's open change of a project; there is one at most."""
    mine = (one for one in revisions.of_project(session, project, account) if one.author_id == account.id)
    return next((one for one in mine if one.state in OPEN_STATES), None)


def save(session: Session, place: Place, sent: Sent, account: Account) -> Revision:
    """Store what was sent in the draft it is about, made now if the page had none; a repeat changes nothing.

    Raises what review.save_draft raises, and Missing.
    """
    revision, version = _located(session, place, sent, account)
    form = form_of(revision.draft, revision.note, sent)
    draft = _settled(session, revision, submission_checks.cleaned(form.draft()), version, sent)
    based_on = sent.based_on if place.key is not None or sent.of == "project" else None
    try:
        review.save_draft(session, revision, draft, version=version, by=account, note=form.note.data, based_on=based_on)
    except Conflict as why:
        # Only an answer was lost: what stands is what was sent.
        if why.of != "revision" or why.theirs != draft:
            raise
        review.save_draft(session, revision, draft, version=why.version, by=account, note=form.note.data)
    if place.number is None:
        idempotency.finish(session, sent.page, account, f"{revision.id}.{revision.version}", Kind.PAGE)
    return revision


def form_of(draft: ProjectDraft, note: str, sent: Sent | None = None) -> ProjectForm:
    """The form that holds a draft, or what was sent instead."""
    return ProjectForm(current.current().terms, draft, note, sent.fields if sent else None)


def _located(session: Session, place: Place, sent: Sent, account: Account) -> tuple[Revision, int]:
    """The revision to be saved, and the version of it that the form knew."""
    if place.number is not None:
        return revisions.get(session, place.number, account), sent.version
    project = published.project(session, place.key) if place.key is not None else None
    if made := _MADE.fullmatch(idempotency.once(session, sent.page, account, kind=Kind.PAGE) or ""):
        return revisions.get(session, int(made[1]), account), int(made[2])
    if project is None:
        fresh = review.new_draft(session, form_of(ProjectDraft(), "", sent).draft(), by=account)
    elif found := own(session, project, account):
        return found, sent.version
    else:
        fresh = review.open_change(session, project, by=account)
    return fresh, fresh.version


def _settled(session: Session, revision: Revision, mine: ProjectDraft, version: int, sent: Sent) -> ProjectDraft:
    """What someone chose between their text and the one that stands; raises Conflict while a choice is missing."""
    if sent.of not in ("revision", "project") or revision.version != version:
        return mine
    if sent.of == "revision":
        theirs, stands = revision.draft, revision.version
    elif revision.project is None:
        raise WrongStep(f"{revision.label} changes no public record. Open it again.")
    else:
        theirs, stands = published.draft_of(session, revision.project), revision.project.version
    changed = diff.changed_fields(theirs, mine)
    is_chosen = all(sent.choices[name] in ("mine", "theirs") for name in changed)
    if not is_chosen or (sent.of == "project" and stands != sent.based_on):
        raise Conflict(of="revision" if sent.of == "revision" else "project", mine=mine, theirs=theirs, version=stands)
    taken = {name: getattr(theirs, name) for name in changed if sent.choices[name] == "theirs"}
    return mine.but(**taken)


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0
