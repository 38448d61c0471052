"""When a revision is overdue, and how many drafts one author may have."""

from datetime import timedelta

import pytest

from portal.database.orm import now
from portal.errors import InvalidTransition
from portal.services.editorial import review, revisions
from portal.services.editorial.revisions import is_overdue, load_desk
from portal.vocabulary.workflow import State

EARLIER, LATER = timedelta(hours=-1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "due", "publish", "overdue"),
    [
        (State.SUBMITTED, EARLIER, None, True),
        (State.IN_REVIEW, EARLIER, None, True),
        (State.IN_REVIEW, LATER, None, False),
        (State.IN_REVIEW, None, None, False),
        (State.RETURNED, EARLIER, None, False),
        (State.SCHEDULED, None, EARLIER, True),
        (State.SCHEDULED, EARLIER, LATER, False),
        (State.SCHEDULED, None, None, False),
        (State.APPROVED, EARLIER, EARLIER, False),
    ],
)
def test_overdue(office, state, due, publish, overdue):
    revision = office.draft()
    revision.state = state
    revision.due_at = due and now() + due
    revision.publish_at = publish and now() + publish
    assert is_overdue(revision) is overdue


def test_what_was_decided_last_is_listed_first(office):
    older, newer = (office.revision(State.PUBLISHED) for _ in range(2))
    older.decided_at, newer.decided_at = now(), now() + EARLIER
    assert load_desk(office.session, office.reviewer).decided == (older, newer)


def test_an_author_has_so_many_drafts_and_no_more(office, monkeypatch):
    project = office.revision(State.PUBLISHED).project
    monkeypatch.setattr(revisions, "MAX_DRAFTS", 2)
    first, _ = office.draft(), office.draft()
    with pytest.raises(InvalidTransition, match="You have 2 drafts"):
        office.draft()
    with pytest.raises(InvalidTransition, match="which is the limit"):
        review.open_change(office.session, project, by=office.author)
    assert office.draft_by(office.other)
    review.discard(office.session, first, by=office.author)
    assert office.draft()
