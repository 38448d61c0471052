"""Records that try a format, and a way to get their file.

What a format writes does not depend on the database: how records are read is tested on both, and so is each file.
"""

import pytest

from tests import postgres
from tests.factories import import_records

collect_ignore_glob = ["test_*.py"] if postgres.IS_TESTED else []

ODD = [
    {"project_id": "LM.0001", "title": "Days & <months>", "start_date": "2008-05-31", "end_date": "2009-12",
     "status": "Completed", "project_type": "Labour Migration", "budget_usd": "64240.5", "coverage": "Regional",
     "year": "2008", "region": "Europe", "benefiting_member_states": "Kenya;Fiji;Kosovo (UNSCR 1244)",
     "summary": "Two *paragraphs*; one, two.\n\n- a\n- b", "source_url": "https://example.org/é?a=b c",
     "title_language": "en", "language": "fr", "sdg": "8.8", "gcm": "6", "funding_line": "Line 2"},
    {"project_id": "LM.0002", "title": "An end — with a day", "end_date": "2010-02-28", "year": "2009",
     "benefiting_member_states": "Uganda", "summary": "Short."},
    {"project_id": "LM.0003", "title": "Nothing but a title"},
    {"project_id": "LM.0004", "title": "Zero dollars", "budget_usd": "0", "year": "2011", "summary": "None."},
]  # fmt: skip


@pytest.fixture
def odd_records(session):
    import_records(session, ODD)


@pytest.fixture
def file_at(client):
    """file_at(address) is the file there."""

    def get(address):
        with client.get(address) as answer:
            assert answer.status_code == 200
            return answer.data

    return get
