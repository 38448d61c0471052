"""What the page of the form shows besides its fields: who asks for what, what the rules say, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session
from wtforms import Field

from portal.errors import Fault, Missing
from portal.models import Account, Project, ProjectDraft, Revision
from portal.services.editorial import field_marks, idempotency, workflow
from portal.services.editorial.workflow import Action
from portal.services.records import published
from portal.vocabulary.workflow import State
from portal.web.authoring import checks, draft_saving
from portal.web.authoring.checks import Checks, Guide
from portal.web.authoring.draft_saving import Opening, Place, Sent
from portal.web.authoring.project_form import LIMITS, SECTIONS, ProjectForm


@dataclass(frozen=True)
class Sheet:
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
    based_on: int
    key: str
    page: str
    address: str
    autosave: str
    checks: Checks
    guides: Mapping[str, Sequence[Guide]]
    reasons: Mapping[str, str]
    accepted: Sequence[str]
    word: str
    limits: Mapping[str, str]
    problem: str
    is_refused: bool
    arrived: str

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


def sheet(
    session: Session,
    place: Place,
    found: Opening,
    account: Account,
    *,
    sent: Sent | None = None,
    faults: Iterable[Fault] = (),
    problem: str = "",
    is_stored: bool = False,
) -> Sheet:
    """The page for what was found, or for what was sent; `is_stored` when that was saved just now."""
    form = draft_saving.form_of(found.draft, found.note, sent)
    faults, checked = tuple(faults), checks.checks(session, form.draft(), project_id=found.project_id)
    is_refused = bool(faults or problem)
    # What is stored says what is wrong with it, too; what is merely missing may come later.
    form.show(faults if is_refused or found.revision is None else checked.faults)
    revision, project = found.revision, found.project
    version = revision.version if revision else 0
    based_on = project.version if project else 0
    return Sheet(
        form=form,
        sections=SECTIONS,
        revision=revision,
        project=project,
        actions=workflow.allowed(revision, account) if revision else (Action.SAVE, Action.SUBMIT),
        version=version if sent is None or is_stored else sent.version,
        based_on=based_on if sent is None or is_stored else sent.based_on,
        key=idempotency.fresh_key(),
        page=idempotency.fresh_key(),
        address=address(place),
        autosave=address(place, "autosave"),
        checks=checked,
        guides={name: checks.guides(name) for name in form.data},
        reasons=revision.reasons if revision else {},
        accepted=field_marks.accepted(revision) if revision else (),
        word=_word(revision),
        limits={name: f"{most:,}" for name, most in LIMITS.items()},
        problem=problem,
        is_refused=is_refused,
        arrived=sent.key if sent and is_stored else "",
    )


def address(place: Place, act: str = "edit") -> str:
    """Where the form of a place is sent, to be saved or to be kept while typing."""
    names = {"edit": ("store_new", "store_change", "store")}
    names["autosave"] = ("autosave_new", "autosave_change", "autosave")
    fresh, change, stored = names[act]
    if place.number is not None:
        return url_for(f"submission.{stored}", number=place.number)
    return url_for(f"submission.{change}", key=place.key) if place.key else url_for(f"submission.{fresh}")


def checked(session: Session, sent: Sent, about: str) -> tuple[ProjectForm, Checks]:
    """A form while it is typed, and its checks; `about` is the key of the project that it changes, or ""."""
    try:
        project_id = published.project(session, about).id if about else None
    except Missing:
        project_id = None
    form = draft_saving.form_of(ProjectDraft(), "", sent)
    return form, checks.checks(session, form.draft(), project_id=project_id)


def _word(revision: Revision | None) -> str:
    """What the reviewer who returned it says of the whole."""
    is_returned = revision is not None and revision.state == State.RETURNED and revision.rounds
    note: str = revision.rounds[-1]["note"] if revision is not None and is_returned else ""
    return note
