"""Records whose address became a page of the portal."""

import pytest
from sqlalchemy import select, update

from portal.models import Project
from portal.services.audit import recording
from portal.services.operations.reserved_slugs import move_reserved_slugs
from portal.services.records.values import RESERVED_SLUGS, slug_from_reference
from tests.factories import import_records


@pytest.fixture
def record(session):
    """record(slug) gives the only record this slug, as an earlier version did."""

    def give(slug):
        import_records(session, [{"project_id": "A.1", "title": "One"}])
        project_id = session.execute(select(Project.id)).scalar_one()
        values = {"slug": slug, "slug_folded": slug.casefold()}
        session.execute(update(Project).where(Project.id == project_id).values(values))
        recording.record(session(), "change", "project", project_id)
        session.commit()

    return give


def moved(session):
    result = move_reserved_slugs(session())
    session.commit()
    return result


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_no_projects_id_gives_a_reserved_slug(slug):
    assert slug_from_reference(slug) == f"{slug}-1"


def test_a_record_moves_to_the_first_free_slug(session, record, visit):
    record("Table")
    assert moved(session) == [("Table", "Table-1")]
    assert visit("/projects/Table-1").heading == "One"


def test_moving_twice_changes_nothing(session, record):
    record("table")
    moved(session)
    assert moved(session) == []


def test_the_page_wins_over_a_former_slug(session, record, visit):
    record("table")
    moved(session)
    assert visit("/projects/table").heading == "Table of projects"


def test_a_former_slug_redirects_where_no_page_took_it(session, record, client):
    record("history")
    moved(session)
    for address, target in (
        ("/projects/history", "/projects/history-1"),
        ("/projects/history/history", "/projects/history-1/history"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (301, target)
