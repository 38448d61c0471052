"""The demonstration: accounts, and a queue with something for each of them."""

import pytest

from portal.models import Revision
from portal.services.operations import demo

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def filled(session):
    """How many revisions the demonstration says it made."""
    demo.create_accounts(session())
    count = demo.fill_queue(session())
    session.commit()
    return count


def test_it_says_how_many_revisions_it_made(session, filled):
    assert filled == session.query(Revision).count() == 3 + demo.DEMO_CHANGES


def test_something_waits_for_everybody(session, filled):
    states = [state for (state,) in session.query(Revision.state).order_by(Revision.id)]
    assert states == ["draft", "submitted", "submitted", "submitted", "returned", "approved", "scheduled"]


def test_a_second_time_makes_nothing(session, filled):
    assert demo.fill_queue(session()) == 0
    assert session.query(Revision).count() == filled


def test_without_its_accounts_it_makes_nothing(session):
    assert demo.fill_queue(session()) == 0
