"""What tests of staff share: an office of people, and a database of its own where commits are real."""

import pytest

from portal.database.orm import db
from tests.factories import Office


@pytest.fixture
def office(session):
    return Office(session())


@pytest.fixture(scope="module")
def real_app(new_app, new_database):
    """An application on a database of its own, shared by the tests of one file: no transaction around them."""
    return new_app(new_database())


@pytest.fixture
def real(real_app):
    """A session on it, whose commits are checked and stay."""
    with real_app.app_context():
        yield db.session()
        db.session.remove()
