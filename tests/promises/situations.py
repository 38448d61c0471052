"""Revisions in every situation that people of staff meet, and what pages say of them, made comparable."""

import re
from datetime import timedelta

from justhtml import JustHTML

from portal.database.orm import now
from portal.services.audit import recording
from portal.services.editorial import publication, review
from portal.vocabulary.workflow import State
from tests import page_text


def submitted_by_a_reviewer(office, draft):
    revision = office.draft_by(office.reviewer, draft)
    review.submit(office.session, revision, version=revision.version, by=office.reviewer)
    return revision


def edited_by_its_reviewer(office, draft):
    revision = office.revision(State.IN_REVIEW, draft)
    mended = draft.replace(summary="Mended by its reviewer.")
    return review.save_draft(office.session, revision, mended, version=revision.version, by=office.reviewer)


def taken_over(office, draft):
    return review.claim(office.session, edited_by_its_reviewer(office, draft), by=office.second)


def change(office, draft):
    return office.change(office.revision(State.PUBLISHED, draft).project, budget="1.00")


def overtaken(office, draft):
    """A change that waited for its time while another one was published."""
    session, revision = office.session, change(office, draft)
    review.claim(session, revision, by=office.reviewer)
    review.approve(session, revision, version=revision.version, by=office.reviewer)
    publication.schedule(session, revision, at=now() + timedelta(days=1), by=office.reviewer)
    office.publish_change(revision.project)
    return revision


def late(office, draft):
    revision = office.revision(State.SUBMITTED, draft)
    revision.due_at = now() - timedelta(days=1)
    recording.record(office.session, "set due", "revision", revision.id, after={"due_at": revision.due_at.isoformat()})
    return revision


SITUATIONS = {
    **{str(state): lambda office, draft, state=state: office.revision(state, draft) for state in State},
    "submitted by a reviewer": submitted_by_a_reviewer,
    "in review, edited by its reviewer": edited_by_its_reviewer,
    "in review, edited by its first reviewer, taken over": taken_over,
    "a change of a record, submitted": change,
    "scheduled, then overtaken": overtaken,
    "overdue": late,
}


def masked(text):
    """The text without what differs from run to run: numbers of revisions, keys of records, days and times."""
    text = re.sub(r" ?\{datetime=[^}]*\}", "", text)
    text = re.sub(r"/revisions/[0-9]+", "/revisions/N", text)
    text = re.sub(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}( (at )?[0-9]{2}:[0-9]{2} UTC)?", "[day]", text)
    text = re.sub(r"\b[0-9]{1,2} [A-Z][a-z]{2} 20[0-9]{2}( [0-9]{2}:[0-9]{2} UTC)?", "[day]", text)
    text = re.sub(r"\b[0-9]{2}:[0-9]{2} UTC", "[time]", text)
    text = re.sub(r"\bvalue=[0-9]{2}:[0-9]{2}\b", "value=[time]", text)
    return re.sub(r"\b(one|[0-9]+) minutes?\b", "[minutes]", re.sub(r"R-[0-9]+", "R-N", text))


def looked_at(answer):
    """A page without the checks of tests.pages, which other tests make of these pages."""
    return JustHTML(answer.text, sanitize=False)


def line(element):
    """An element in one line; parts of it that touch stand apart."""
    return " ".join(page_text.read(element).split())
