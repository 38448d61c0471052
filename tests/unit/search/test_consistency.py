"""portal index check: silent when all is well, and it finds what was made to differ."""

import pytest
from sqlalchemy import text as sql

from portal.database.orm import db
from portal.models import Catalogue, CatalogueChange, Project
from portal.search.consistency import find_inconsistencies
from portal.search.index import current
from portal.search.index.snapshot import load_snapshot

pytestmark = pytest.mark.usefixtures("sample")


def found():
    return list(find_inconsistencies(db.session(), current.current_snapshot()))


def test_index_text_index_and_tables_agree(session):
    assert found() == []
    assert list(find_inconsistencies(session(), load_snapshot(session()))) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE project SET budget = 1 WHERE number = 'LM.0024'", "budgets of"),
        ("UPDATE project SET year = 1999 WHERE number = 'LM.0024'", "year 1999 has 0 projects, the tables 1"),
        ("UPDATE project SET year = 0 WHERE year = 2021", "projects, the tables 0"),
        ("UPDATE project SET published_at = NULL WHERE number = 'LM.0024'", "100 projects, the tables have 99"),
        ("UPDATE project SET status_id = NULL WHERE number = 'LM.0024'", "status completed"),
        ("UPDATE project SET title_sort = '0' WHERE number = 'LM.0024'", "by title"),
        ("DELETE FROM project_country WHERE is_eligible", "country GEO"),
    ],
)
def test_what_nobody_journalled_is_found(session, statement, said):
    kept = current.current_snapshot()
    session.execute(sql(statement))
    assert said in "\n".join(find_inconsistencies(session(), kept))


def test_a_missing_document_is_found(session):
    current.current_snapshot()
    project = session.query(Project).filter_by(reference="LM.0024").one()
    name = "rowid" if db.engine.dialect.name == "sqlite" else "project_id"
    session.execute(sql(f"DELETE FROM project_text WHERE {name} = {project.id}"))  # noqa: S608 # our own number
    assert found() == [
        f"text index: 1 documents are missing or superfluous (projects {project.id}): portal index rebuild"
    ]


def test_a_journal_that_ends_early_is_found(session):
    Catalogue.touch(session(), [])
    newest = Catalogue.touch(session(), [])
    current.current_snapshot()
    session.delete(session.get(CatalogueChange, newest))
    session.flush()
    assert found() == [f"journal: it ends at {newest - 1}, the catalogue is at {newest}: portal index rebuild"]


def test_a_catalogue_that_another_process_changed_is_read_again(session):
    newest = Catalogue.touch(session(), [])
    current.current_snapshot()
    # Held, or the session would forget it and read it again anyway.
    catalogue = session.get(Catalogue, 1)
    assert catalogue.version == newest
    session.execute(sql("UPDATE catalogue SET version = version + 1"))
    assert list(find_inconsistencies(session(), load_snapshot(session()))) == [
        f"journal: it ends at {newest}, the catalogue is at {newest + 1}: portal index rebuild"
    ]
