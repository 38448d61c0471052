"""Whose turn it is."""

import pytest

from portal.services.editorial import workflow
from portal.vocabulary.workflow import State


@pytest.mark.parametrize(
    ("state", "is_disabled", "lacks"),
    [
        (State.DRAFT, True, True),
        (State.RETURNED, True, True),
        (State.DRAFT, False, False),
        (State.SUBMITTED, True, False),
        (State.SUBMITTED, False, False),
    ],
)
def test_what_its_author_has_to_go_on_with_lacks_an_author_who_is_disabled(office, state, is_disabled, lacks):
    revision = office.revision(state)
    office.author.is_disabled = is_disabled
    assert workflow.lacks_author(revision) is lacks
    office.session.rollback()
