"""People of staff for the tests of their pages."""

import pytest

from tests.factories import Office
from tests.http_clients import Browser


@pytest.fixture
def office(session):
    return Office(session)


@pytest.fixture
def author(app, session, office):
    """The office's author, signed in."""
    return Browser(app, session).sign_in(office.author)
