"""Public records, and a program that asks for them."""

import pytest

from portal.web.http.problems import MEDIA_TYPE
from tests.factories import import_records
from tests.promises.ten_records import IMPORTED


@pytest.fixture
def records(session):
    """The records of the golden pages."""
    import_records(session, IMPORTED)


@pytest.fixture
def ask(client, records):
    """ask(address, status=200) is the answer as JSON; an error must be a problem document."""

    def get(address, *, status=200, **request):
        answer = client.get(f"/api/v1/{address}", **request)
        assert answer.status_code == status, answer.text[:2000]
        assert answer.content_type == ("application/json" if status == 200 else MEDIA_TYPE)
        assert status == 200 or answer.json["status"] == status
        return answer.json

    return get
