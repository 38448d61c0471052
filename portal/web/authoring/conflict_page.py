"""The page on which an author chooses between two versions of a draft, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.errors import Conflict, PortalError, ValidationFailed
from portal.models import ProjectDraft
from portal.search.index import current
from portal.services.editorial import diff, merging
from portal.services.editorial.diff import TextSegment
from portal.services.records import submission_checks
from portal.web.authoring import draft_saving, edit_page
from portal.web.authoring.draft_saving import DraftContext, DraftPost, DraftTarget
from portal.web.authoring.project_form import ProjectForm
from portal.web.presentation import field_labels
from portal.web.presentation.field_labels import text_language
from portal.web.presentation.i18n import gettext


@dataclass(frozen=True)
class FieldConflict:
    """One field that differs: both values as text; `pieces` is the difference from theirs to mine.

    `languages` are those of both texts, "" for one that is not stated.
    """

    name: str
    label: str
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    pieces: tuple[TextSegment, ...]
    chosen: str
    languages: tuple[str, str]


@dataclass(frozen=True)
class ConflictPage:
    """The choices to make; `fields` is the joined draft as hidden fields.

    `taken` are the fields that only the other side changed, with their text, `mine_only` the names of those that only
    the author changed. `other_note` is the stored note to the reviewer if both sides changed it.
    """

    conflict_with: str
    title: str
    title_language: str
    form_url: str
    rows: tuple[FieldConflict, ...]
    taken: tuple[FieldConflict, ...]
    mine_only: tuple[str, ...]
    other_note: str
    fields: tuple[tuple[str, str], ...]
    version: int
    base_version: int
    lacks_choices: bool
    saved_by: str


def build_page(session: Session, context: DraftContext, post: DraftPost, conflict: Conflict) -> ConflictPage:
    """The page of a conflict; `context` is the draft as it is stored now."""
    revision = context.revision
    mine, theirs = submission_checks.clean_draft(conflict.mine), conflict.theirs
    merged = draft_saving.merge_conflict(session, revision, post, conflict)
    differing = _differing_fields(mine, theirs, post)
    rows = tuple(differing[name] for name in merged.contested)
    note, other_note = post.fields.get("note"), ""
    if revision is not None and note is not None and post.version:
        note, other_note = merging.merge_note(session, revision, note, post.version)
    target = (
        DraftTarget(revision_id=revision.id)
        if revision
        else DraftTarget(slug=context.project.slug if context.project else None)
    )
    is_of_revision = conflict.conflict_with == "revision"
    return ConflictPage(
        conflict_with=conflict.conflict_with,
        title=mine.title or theirs.title,
        title_language=mine.title_language if mine.title else theirs.title_language,
        form_url=edit_page.form_url(target),
        rows=rows,
        taken=tuple(differing[name] for name in merged.taken),
        mine_only=tuple(differing[name].label for name in merged.mine_only),
        fields=tuple(_hidden_fields(merged.draft, note, post.answers)),
        other_note=other_note,
        version=revision.version if revision else 0,
        base_version=revision.base_version if revision and is_of_revision else conflict.version,
        lacks_choices=bool(post.conflict_with) and any(row.chosen for row in rows),
        saved_by=revision.last_editor.name if revision and is_of_revision else "",
    )


def _differing_fields(mine: ProjectDraft, theirs: ProjectDraft, post: DraftPost) -> dict[str, FieldConflict]:
    """Both values of each field that differs, in the order of the fields."""
    terms = current.current_snapshot().terms
    labels = {field.name: field.label.text for field in ProjectForm(terms, mine)}
    return {
        difference.field: FieldConflict(
            name=difference.field,
            label=labels[difference.field],
            mine=field_labels.display_values(terms, difference.field, difference.after),
            theirs=field_labels.display_values(terms, difference.field, difference.before),
            pieces=difference.segments,
            chosen=post.choices[difference.field],
            languages=(text_language(mine, difference.field), text_language(theirs, difference.field)),
        )
        for difference in diff.compare(theirs, mine)
        if difference.is_changed
    }


def autosave_message(error: PortalError) -> str:
    """The message beside the form after a refused autosave."""
    if isinstance(error, Conflict):
        return gettext(
            "This draft was saved in another window or by a reviewer after you opened it. Your text is still here. "
            "Save the draft to compare both versions and choose."
        )
    if isinstance(error, ValidationFailed):
        return " ".join(str(field_error) for field_error in error.errors)
    return str(error)


def _hidden_fields(mine: ProjectDraft, note: str | None, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = [] if note is None else [("note", note)]
    fields += [(draft_saving.ANSWER_PREFIX + name, answer) for name, answer in answers.items()]
    for name in ProjectDraft.field_names():
        value = getattr(mine, name)
        # An empty value first shows that the list was on the page, even if nothing in it is selected.
        fields += [(name, value)] if isinstance(value, str) else [(name, code) for code in ("", *value)]
    return fields
