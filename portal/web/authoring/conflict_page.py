"""Two texts of one record, side by side, so that someone can choose between them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.errors import Conflict, PortalError
from portal.models import ProjectDraft
from portal.search.index import current
from portal.services.editorial import diff
from portal.services.editorial.diff import Piece
from portal.services.records import submission_checks
from portal.web.authoring import edit_page
from portal.web.authoring.draft_saving import Opening, Place, Sent
from portal.web.authoring.project_form import ProjectForm
from portal.web.presentation import field_labels
from portal.web.presentation.i18n import gettext


@dataclass(frozen=True)
class Row:
    """One field that differs: both values in words; `pieces` leads from theirs to mine inside a text."""

    name: str
    label: str
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    pieces: tuple[Piece, ...]
    chosen: str


@dataclass(frozen=True)
class Clash:
    """A page of choices: `fields` is all that was sent, as hidden fields; `of` says whose text stands against it."""

    of: str
    title: str
    address: str
    rows: tuple[Row, ...]
    fields: tuple[tuple[str, str], ...]
    version: int
    based_on: int
    lacks_choices: bool
    saved_by: str


def clash(found: Opening, sent: Sent, why: Conflict) -> Clash:
    """What the page of a conflict shows; `found` is the record as it stands now."""
    mine, theirs = submission_checks.cleaned(why.mine), why.theirs
    changed = [one for one in diff.compare(theirs, mine) if one.is_changed]
    terms = current.current().terms
    labels = {field.name: field.label.text for field in ProjectForm(terms, mine)}
    rows = tuple(
        Row(
            name=one.field,
            label=labels[one.field],
            mine=field_labels.said(terms, one.field, one.after),
            theirs=field_labels.said(terms, one.field, one.before),
            pieces=one.pieces,
            chosen=sent.choices[one.field],
        )
        for one in changed
    )
    revision = found.revision
    place = Place(number=revision.id) if revision else Place(key=found.project.key if found.project else None)
    is_of_revision = why.of == "revision"
    return Clash(
        of=why.of,
        title=mine.title or theirs.title,
        address=edit_page.address(place),
        rows=rows,
        fields=tuple(_hidden(mine, sent)),
        version=revision.version if revision else 0,
        based_on=revision.based_on if revision and is_of_revision else why.version,
        lacks_choices=bool(sent.of) and any(row.chosen for row in rows),
        saved_by=revision.last_editor.name if revision and is_of_revision else "",
    )


def in_words(why: PortalError) -> str:
    """What someone reads beside the form when a save in the background is refused."""
    if isinstance(why, Conflict):
        return gettext(
            "This draft was saved elsewhere since you opened it, in another window or by a reviewer. Your text is kept "
            "here. Save the draft to see both texts and choose."
        )
    return str(why)


def _hidden(mine: ProjectDraft, sent: Sent) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = [("note", sent.fields.get("note", ""))] if "note" in sent.fields else []
    for name in ProjectDraft.field_names():
        value = getattr(mine, name)
        # An empty one first says that the list was on the page, even when nothing of it is chosen.
        found += [(name, value)] if isinstance(value, str) else [(name, one) for one in ("", *value)]
    return found
