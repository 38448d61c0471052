"""Two requests that change one revision at the same moment."""

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from portal.errors import Conflict
from portal.services.editorial import review
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE


@pytest.fixture
def revision(office):
    """A submission as a request holds it that read it before another one changed it."""
    revision = office.revision(State.SUBMITTED)
    set_committed_value(revision, "version", revision.version - 1)
    return revision


def test_the_slower_one_learns_what_is_stored(office, revision):
    stored = revision.version + 1
    with pytest.raises(Conflict) as caught:
        review.claim(office.session, revision, by=office.reviewer)
    conflict = caught.value
    assert (conflict.conflict_with, conflict.version) == ("revision", stored)
    assert conflict.mine == conflict.theirs == COMPLETE


def test_what_the_slower_one_did_is_not_stored(office, revision):
    with pytest.raises(Conflict):
        review.claim(office.session, revision, by=office.reviewer)
    assert (revision.state, revision.claimed_by_id) == (State.SUBMITTED, None)
