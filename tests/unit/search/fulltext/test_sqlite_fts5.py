"""What the text index leaves in an SQLite file."""

import pytest
from sqlalchemy import text as sql

from portal.database.orm import db
from portal.search.fulltext import text_index
from portal.search.fulltext.documents import TextDocument


@pytest.fixture
def session(session):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the text index of SQLite")
    return session


def test_after_many_documents_the_file_gathers_as_little_as_before(session):
    documents = [
        TextDocument(number, title=f"w{number}", number="", term_names="", body="") for number in range(1, 502)
    ]
    text_index.write(session(), documents)
    size = session.execute(sql("SELECT v FROM project_text_config WHERE k = 'hashsize'")).scalar()
    assert size == 1 << 20
    assert text_index.match(session(), "w501").all.tolist() == [501]
