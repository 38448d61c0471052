"""The tools of the server as functions, asked as its visitor asks."""

import pytest

from portal.mcp import tools
from tests.factories import import_records
from tests.promises.ten_records import IMPORTED


@pytest.fixture
def records(session):
    """The records of the golden pages."""
    import_records(session, IMPORTED)


@pytest.fixture
def visiting(app, session):
    """In the place of the server: on the public reader, with links of PORTAL_URL."""
    with tools.as_visitor(app):
        yield
