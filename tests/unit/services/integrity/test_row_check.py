"""Checksums of rows: whatever changes a record through the portal fits, whatever changes its row otherwise is found."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal.database.transactions import transaction
from portal.errors import NotFound
from portal.models import AuditEvent, Project, RowCheck, RowChecksum
from portal.services.audit import recording
from portal.services.editorial import publication
from portal.services.imports.runs.undo import undo_run
from portal.services.integrity import row_check, row_checksums
from portal.services.operations import terms
from portal.services.operations.sample import remove_sample
from portal.vocabulary.workflow import State
from tests.factories import COMPLETE
from tests.loops import not_empty


def behind(session, statement, **values):
    """Change a row as a tool that is not the portal does: only the trail is told."""
    session.execute(text(statement), values)
    recording.record_bulk(session, "test", "project", "all", after={})
    session.commit()


def checked(session):
    """The findings of a check whose result is kept."""
    found = row_check.check(session)
    row_check.save_result(session, found)
    session.commit()
    return found


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED).project


def test_a_record_is_right_after_each_step_of_the_portal(office, project):
    session = office.session
    assert checked(session).compared == 1
    office.publish_change(project, title="Another title", countries=("GHA", "KEN"))
    found = checked(session)
    assert (found.compared, found.unstored, found.damaged) == (1, [], [])
    publication.withdraw(session, project, reason="Entered by mistake.", by=office.reviewer)
    session.commit()
    found = checked(session)
    assert (found.compared, found.unstored, found.damaged) == (1, [], [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE project SET title = 'Another' WHERE id = :id",
        "UPDATE project SET summary = summary || ' ' WHERE id = :id",
        "UPDATE project SET budget = budget + 1 WHERE id = :id",
        "UPDATE project SET published_at = NULL WHERE id = :id",
        "UPDATE project_country SET share = 10000 WHERE project_id = :id",
        "DELETE FROM project_tag WHERE project_id = :id",
    ],
)
def test_a_row_that_was_changed_behind_the_portal_is_found(office, project, statement):
    session = office.session
    behind(session, statement, id=project.id)
    (damaged,) = checked(session).damaged
    assert str(damaged) == f"project {project.id}, /projects/{project.slug}: its row is not what the portal stored"
    assert row_check.last_check(session).damaged == (f"/projects/{project.slug}",)


def test_a_row_that_went_back_or_is_gone_is_found(office, project):
    session = office.session
    other = office.revision(State.PUBLISHED, COMPLETE.replace(title="A second one")).project
    office.publish_change(project)
    behind(session, "UPDATE project SET version = version - 1 WHERE id = :id", id=project.id)
    # Without the foreign key, as a damaged page or another tool would leave it.
    session.execute(select(RowChecksum).where(RowChecksum.project_id == other.id)).scalar_one().version += 1
    session.commit()
    reasons = {row.id: row.reason for row in checked(session).damaged}
    assert reasons == dict.fromkeys((project.id, other.id), "its row is older than what the portal stored")


def test_a_version_that_rose_without_an_event_hides_no_damage(office, project, monkeypatch):
    session = office.session
    # The terms of this database were made within the hour, in bulk.
    monkeypatch.setattr(row_check, "_LONGEST_IMPORT", timedelta(0))
    checked(session)
    # A flipped bit fires no trigger and is in no trail.
    flipped = "UPDATE project SET version = version + 64, title = 'Another' WHERE id = :id"
    session.execute(text(flipped), {"id": project.id})
    session.execute(text("DELETE FROM audit_due"))
    session.commit()
    for _ in range(2):
        (damaged,) = checked(session).damaged
        assert damaged.reason.startswith("its row is newer than what the portal stored")
    with transaction(session) as writing:
        row_check.accept(writing, str(project.id))
    assert checked(session).damaged == []


def test_an_import_is_compared_at_once_and_again_after_it_is_undone(session, sample):
    found = checked(session)
    assert (found.compared, found.unstored, found.damaged) == (100, [], [])
    undo_run(session(), sample.run_id)
    session.commit()
    assert checked(session).damaged == []


def test_many_records_get_their_checksums_from_the_check(session, sample):
    session.query(RowChecksum).delete()
    session.commit()
    found = checked(session)
    assert (found.compared, len(found.unstored)) == (0, 100)
    assert (checked(session).compared, session.query(RowChecksum).count()) == (100, 100)


def test_terms_that_are_merged_and_records_that_are_removed_are_no_damage(session, sample):
    merged = terms.get_term(session(), "status", "active"), terms.get_term(session(), "status", "completed")
    assert terms.merge(session(), *merged) > 0
    session.commit()
    assert checked(session).damaged == []
    sample_removal = sample_removed(session)
    assert sample_removal.removed == 100
    assert checked(session).compared == session.query(RowChecksum).count() == 0


def sample_removed(session):
    removed = remove_sample(session())
    session.commit()
    return removed


def test_a_record_that_changed_since_gets_a_new_checksum(office, project):
    session = office.session
    behind(session, "UPDATE project SET version = version + 1, title = 'By an import' WHERE id = :id", id=project.id)
    assert checked(session).unstored == [project.id]
    assert checked(session).compared == 1


def test_checksums_of_other_columns_are_not_compared(office, project):
    session = office.session
    session.execute(select(RowChecksum)).scalar_one().checksum = "abcdef:0"
    session.commit()
    found = checked(session)
    assert (found.unstored, found.damaged) == ([project.id], [])
    assert session.execute(select(RowChecksum.checksum)).scalar_one().startswith(row_checksums.SCHEME)


@pytest.mark.parametrize("name", ["{project.id}", "{project.slug}"])
def test_a_row_is_accepted_by_whoever_has_looked(office, project, name):
    session = office.session
    behind(session, "UPDATE project SET title = 'By hand' WHERE id = :id", id=project.id)
    assert len(checked(session).damaged) == 1
    with transaction(session) as writing:
        row_check.accept(writing, name.format(project=project))
    assert session.get(RowCheck, 1).damaged == []
    assert checked(session).damaged == []
    events = session.execute(select(AuditEvent).where(AuditEvent.verb == "accept row")).scalars()
    assert [event.subject_id for event in not_empty(events)] == [str(project.id)]


def test_a_record_that_is_not_there_is_not_accepted(session):
    with pytest.raises(NotFound, match="There is no record LM"):
        row_check.accept(session(), "LM.9999")


def test_before_the_first_check_there_is_no_result(session):
    assert row_check.last_check(session()) is None


def test_ranges_hold_all_records_however_far_apart(session, sample, monkeypatch):
    monkeypatch.setattr(row_check, "_CHUNK_SIZE", 7)
    highest = session.query(Project.id).order_by(Project.id.desc()).first().id
    behind(session, "UPDATE project SET title = 'Changed' WHERE id = :id", id=highest)
    found = checked(session)
    assert (found.compared, [row.id for row in found.damaged]) == (100, [highest])


def test_a_term_that_changed_without_an_event_is_found_and_accepted(session):
    assert checked(session).damaged == []
    # The trigger asks for an event, which a flipped bit does not.
    session.execute(text("UPDATE term SET phrase = 'flipped' WHERE code = 'active'"))
    session.execute(text("DELETE FROM audit_due"))
    session.commit()
    assert [str(row).partition(":")[0] for row in checked(session).damaged] == ["terms"]
    assert row_check.last_check(session()).damaged == ("terms",)
    assert [row.label for row in checked(session).damaged] == ["terms"]
    with transaction(session()) as writing:
        row_check.accept(writing, "terms")
    assert checked(session).damaged == []


def test_a_term_that_the_portal_changed_is_no_damage(session, sample):
    assert checked(session).damaged == []
    terms.rename(session(), terms.get_term(session(), "status", "active"), "Running")
    session.commit()
    assert checked(session).damaged == []
