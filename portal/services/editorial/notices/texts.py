"""The words of mail about a revision. Each first sentence stands for itself: the mail of the day holds several."""

from __future__ import annotations

from collections.abc import Mapping

from portal.models import Account, Project, Revision
from portal.services.mail.email import Block, Email, Link
from portal.vocabulary.columns import LABELS

# Fields of a draft that columns of files name otherwise.
_COLUMNS = {
    "number": "project_id",
    "start": "start_date",
    "end": "end_date",
    "budget": "budget_usd",
    "countries": "benefiting_member_states",
}


def waits(revision: Revision, *, reason: str = "") -> Email:
    due = f" It is due on {revision.due_at:%Y-%m-%d}." if revision.due_at else ""
    first = f"{_named(revision)} by {revision.author.name} waits for your review.{due}"
    note = revision.note and f"The author’s note: {revision.note}"
    return _email(revision, f"{revision.label} waits for your review", first, reason, note)


def returned(revision: Revision, by: Account, *, note: str, reasons: Mapping[str, str]) -> Email:
    why = [f"{field_label(name)}: {reason}" for name, reason in reasons.items()]
    first = f"{by.name} returned {_named(revision)} to you with these reasons."
    last = "Make the changes, answer what you see otherwise, and submit it again."
    return _email(revision, f"{revision.label} came back with reasons", first, *why, note and f"Note: {note}", last)


def approved(revision: Revision, by: Account, *, note: str) -> Email:
    first = f"{by.name} approved {_named(revision)}. It becomes public once a reviewer publishes it."
    return _email(revision, f"{revision.label} is approved", first, note and f"Note: {note}")


def published(revision: Revision, project: Project, by: Account | None) -> Email:
    first = f"{_named(revision)} is published{f' by {by.name}' if by else ', as scheduled'}. Everyone can see it now."
    link = Link(f"/projects/{project.slug}", "Open the public page")
    return Email(_subject(revision, f"{revision.label} is published"), "", (first, link))


def superseded(earlier: Revision, revision: Revision) -> Email:
    first = f"{_named(earlier)} is not public any more: {revision.label} by {revision.author.name} replaced it."
    return _email(revision, f"{earlier.label} was replaced", first, link_to=earlier)


def base_changed(open_revision: Revision, revision: Revision) -> Email:
    first = (
        f"{_named(open_revision)} was overtaken: {revision.label} by {revision.author.name} changed the same record, "
        "and is public."
    )
    last = "Open your change, compare both, and keep what still holds."
    return _email(open_revision, f"{open_revision.label} was overtaken", first, last)


def not_published(revision: Revision, reason: str) -> Email:
    first = f"{_named(revision)} was overtaken. {reason} It is back with the reviewers."
    return _email(revision, f"{revision.label} was overtaken", first)


def taken_over(revision: Revision, by: Account) -> Email:
    first = f"{by.name} took over the review of {_named(revision)} from you. What you decided on its fields stays."
    return _email(revision, f"{by.name} took over {revision.label}", first)


def handed_to_you(revision: Revision, former: Account, by: Account) -> Email:
    first = f"{by.name} handed {_named(revision)} over from {former.name} to you. You edit and submit it now."
    return _email(revision, f"{revision.label} is yours now", first)


def handed_from_you(revision: Revision, by: Account) -> Email:
    first = f"{by.name} handed {_named(revision)} over from you to {revision.author.name}, who goes on with it."
    subject = _subject(revision, f"{revision.author.name} took over {revision.label}")
    # The former author may not open it any more.
    return Email(subject, "", (first, Link("/staff/", "Open your desk")))


def review_due(revision: Revision) -> Email:
    whose = "is with you" if revision.claimed_by_id else "waits for a reviewer"
    first = f"The review of {_named(revision)} is due tomorrow, and it {whose}."
    return _email(revision, f"{revision.label} is due tomorrow", first)


def publication_due(revision: Revision) -> Email:
    at = f"{revision.publish_at:%H:%M} UTC" if revision.publish_at else "its time"
    first = f"{_named(revision)} will be published tomorrow at {at}."
    return _email(revision, f"{revision.label} is published tomorrow", first)


def field_label(name: str) -> str:
    """The label of a field as in files, which have no confirmations."""
    if name == "confirmed_translations":
        return "Translations that fit the present source"
    return LABELS.get(_COLUMNS.get(name, name), name)


def _named(revision: Revision) -> str:
    title = revision.draft.title
    return f"{revision.label} “{title}”" if title else f"{revision.label}, which has no title yet,"


def _subject(revision: Revision, what: str) -> str:
    title = revision.draft.title
    return f"{what}: {title}" if title else what


def _email(revision: Revision, what: str, *paragraphs: str, link_to: Revision | None = None) -> Email:
    target = link_to or revision
    blocks: list[Block] = [paragraph for paragraph in paragraphs if paragraph]
    blocks.append(Link(f"/staff/revisions/{target.id}", f"Open {target.label}"))
    return Email(_subject(target, what), "", tuple(blocks))
