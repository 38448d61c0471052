"""The words of mail about a revision. Each first sentence stands for itself: the mail of the day holds several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from portal.i18n import stored_sentences
from portal.i18n.catalogues import gettext
from portal.i18n.current import current_language
from portal.models import Account, Project, Revision
from portal.services.mail.email import Block, Email, Link
from portal.vocabulary.columns import LABELS, label_of

# Fields of a draft that columns of files name otherwise.
_COLUMNS = {
    "number": "project_id",
    "start": "start_date",
    "end": "end_date",
    "budget": "budget_usd",
    "countries": "benefiting_member_states",
}


def waits(revision: Revision, *, reason: str = "") -> Email:
    first = gettext("%(what)s by %(author)s waits for your review.", what=_named(revision), author=revision.author.name)
    if revision.due_at:
        first += " " + gettext("It is due on %(day)s.", day=f"{revision.due_at:%Y-%m-%d}")
    note = revision.note and gettext("The author’s note: %(note)s", note=revision.note)
    subject = gettext("%(number)s waits for your review", number=revision.label)
    return _email(revision, subject, first, stored_sentences.say(reason), note)


def returned(revision: Revision, by: Account, *, note: str, reasons: Mapping[str, str]) -> Email:
    why = [f"{field_label(name)}: {reason}" for name, reason in reasons.items()]
    first = gettext("%(name)s returned %(what)s to you with these reasons.", name=by.name, what=_named(revision))
    last = gettext("Make the changes, answer what you see otherwise, and submit it again.")
    subject = gettext("%(number)s came back with reasons", number=revision.label)
    return _email(revision, subject, first, *why, _note(note), last)


def approved(revision: Revision, by: Account, *, note: str) -> Email:
    first = gettext(
        "%(name)s approved %(what)s. It becomes public once a reviewer publishes it.",
        name=by.name,
        what=_named(revision),
    )
    return _email(revision, gettext("%(number)s is approved", number=revision.label), first, _note(note))


def published(revision: Revision, project: Project, by: Account | None) -> Email:
    what = _named(revision)
    first = (
        gettext("%(what)s is published by %(name)s. Everyone can see it now.", what=what, name=by.name)
        if by
        else gettext("%(what)s is published, as scheduled. Everyone can see it now.", what=what)
    )
    link = Link(f"{current_language().prefix}/projects/{project.slug}", gettext("Open the public page"))
    subject = gettext("%(number)s is published", number=revision.label)
    return Email(_subject(revision, subject), "", (first, link))


def superseded(earlier: Revision, revision: Revision) -> Email:
    first = gettext(
        "%(what)s is not public any more: %(number)s by %(author)s replaced it.",
        what=_named(earlier),
        number=revision.label,
        author=revision.author.name,
    )
    return _email(revision, gettext("%(number)s was replaced", number=earlier.label), first, link_to=earlier)


def base_changed(open_revision: Revision, revision: Revision, *, is_own: bool) -> Email:
    """To the author of the open revision (`is_own`), or to the reviewer who has it."""
    first = gettext(
        "%(what)s was overtaken: %(number)s by %(author)s changed the same record, and is public.",
        what=_named(open_revision),
        number=revision.label,
        author=revision.author.name,
    )
    last = gettext("Open your change, compare both, and keep what still holds.") if is_own else ""
    return _email(open_revision, gettext("%(number)s was overtaken", number=open_revision.label), first, last)


def record_withdrawn(open_revision: Revision) -> Email:
    first = gettext("%(what)s was overtaken: its record was withdrawn.", what=_named(open_revision))
    return _email(open_revision, gettext("%(number)s was overtaken", number=open_revision.label), first)


def changed_by_import(file_name: str, changes: Sequence[Revision]) -> Email:
    first = gettext(
        "Records that you have open work on were changed by an import of %(file)s, these among them:", file=file_name
    )
    return _about_several(first, changes)


def changed_by_undoing(file_name: str, changes: Sequence[Revision]) -> Email:
    first = gettext(
        "Records that you have open work on were changed because the import of %(file)s was undone, these among them:",
        file=file_name,
    )
    return _about_several(first, changes)


def changed_by_tags(changes: Sequence[Revision]) -> Email:
    first = gettext("Tags of records that you have open work on were changed, these records among them:")
    return _about_several(first, changes)


def not_published(revision: Revision, reason: str) -> Email:
    overtaken = gettext("%(what)s was overtaken.", what=_named(revision))
    first = f"{overtaken} {stored_sentences.say(reason)} {gettext('It is back with the reviewers.')}"
    return _email(revision, gettext("%(number)s was overtaken", number=revision.label), first)


def taken_over(revision: Revision, by: Account) -> Email:
    first = gettext(
        "%(name)s took over the review of %(what)s from you. What you decided on its fields stays.",
        name=by.name,
        what=_named(revision),
    )
    return _email(revision, gettext("%(name)s took over %(number)s", name=by.name, number=revision.label), first)


def handed_to_you(revision: Revision, former: Account, by: Account) -> Email:
    first = gettext(
        "%(name)s handed %(what)s over from %(former)s to you. You edit and submit it now.",
        name=by.name,
        what=_named(revision),
        former=former.name,
    )
    return _email(revision, gettext("%(number)s is yours now", number=revision.label), first)


def handed_from_you(revision: Revision, by: Account) -> Email:
    first = gettext(
        "%(name)s handed %(what)s over from you to %(author)s, who goes on with it.",
        name=by.name,
        what=_named(revision),
        author=revision.author.name,
    )
    subject = gettext("%(name)s took over %(number)s", name=revision.author.name, number=revision.label)
    # The former author may not open it any more.
    return Email(_subject(revision, subject), "", (first, Link("/staff/", gettext("Open your desk"))))


def review_due(revision: Revision, at: datetime) -> Email:
    """That its review is due at `at`: by its date, since the mail of the day may be read on the day itself."""
    what, day = _named(revision), f"{at:%Y-%m-%d}"
    first = (
        gettext("The review of %(what)s is due on %(day)s, and it is with you.", what=what, day=day)
        if revision.claimed_by_id
        else gettext("The review of %(what)s is due on %(day)s, and it waits for a reviewer.", what=what, day=day)
    )
    return _email(revision, gettext("%(number)s is due on %(day)s", number=revision.label, day=day), first)


def publication_due(revision: Revision, at: datetime) -> Email:
    what, day = _named(revision), f"{at:%Y-%m-%d}"
    first = gettext("%(what)s will be published on %(day)s at %(time)s UTC.", what=what, day=day, time=f"{at:%H:%M}")
    subject = gettext("%(number)s will be published on %(day)s", number=revision.label, day=day)
    return _email(revision, subject, first)


def field_label(name: str) -> str:
    """The label of a field as in files, which have no confirmations, in the language of the mail."""
    if name == "confirmed_translations":
        return gettext("Translations that fit the present source")
    column = _COLUMNS.get(name, name)
    return label_of(column) if column in LABELS else name


def _note(note: str) -> str:
    return gettext("Note: %(note)s", note=note) if note else ""


def _named(revision: Revision) -> str:
    title = revision.draft.title
    if not title:
        return gettext("%(number)s, which has no title yet,", number=revision.label)
    return gettext("%(number)s “%(title)s”", number=revision.label, title=title)


def _subject(revision: Revision, what: str) -> str:
    title = revision.draft.title
    return f"{what}: {title}" if title else what


def _email(revision: Revision, what: str, *paragraphs: str, link_to: Revision | None = None) -> Email:
    target = link_to or revision
    blocks: list[Block] = [paragraph for paragraph in paragraphs if paragraph]
    blocks.append(Link(f"/staff/revisions/{target.id}", gettext("Open %(number)s", number=target.label)))
    return Email(_subject(target, what), "", tuple(blocks))


def _about_several(first: str, changes: Sequence[Revision]) -> Email:
    named: list[Block] = []
    for change in changes:
        title = change.draft.title
        named.append(f"{change.label}: {title}" if title else change.label)
        named.append(Link(f"/staff/revisions/{change.id}", gettext("Open %(number)s", number=change.label)))
    desk = Link("/staff/", gettext("Open your desk"))
    return Email(gettext("Your open work was overtaken"), "", (first, *named, desk))
