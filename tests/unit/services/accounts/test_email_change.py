"""An address that somebody else takes between the check and the change."""

import pytest

from portal.errors import ValidationFailed
from portal.models import Account
from portal.services.accounts import administration, email_change
from tests.factories import make_account


def test_an_address_that_is_taken_at_the_same_moment_is_refused_like_one_that_was_taken_before(session):
    account = make_account(session(), "Ann")
    with session.no_autoflush:
        # The check does not see it yet, as it does not see what another transaction has not committed.
        session.add(Account(email="new@example.org", name="Olu", role="author"))
        with pytest.raises(ValidationFailed) as caught:
            email_change.set_email(session(), account, "new@example.org", by=None, auth_session=None)
    assert list(caught.value.errors) == [administration.EMAIL_IN_USE_ERROR]
