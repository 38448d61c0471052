"""People of staff for the tests of their pages."""

import pytest

from tests.factories import Office, import_records
from tests.http_clients import Browser
from tests.promises.plain_statistics import SEEDS, records


@pytest.fixture(scope="module")
def two_portals(new_app, new_database):
    """Two applications on empty databases, which every test leaves empty."""
    return new_app(new_database()), new_app(new_database())


@pytest.fixture
def office(session):
    return Office(session)


@pytest.fixture
def author(app, session, office):
    """The office's author, signed in."""
    return Browser(app, session).sign_in(office.author)


@pytest.fixture(params=SEEDS)
def rows(request, session):
    """Records made by chance, in the portal."""
    made = records(request.param, SEEDS[request.param])
    import_records(session, made)
    return made
