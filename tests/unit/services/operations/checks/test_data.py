"""Checks of the database, its tables, indexes, terms, rows, audit log and outbox: each goes wrong once."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from portal.database.orm import db, now
from portal.models import OutboxMessage, Project, RowCheck, SchemaInfo, Term
from portal.services.audit import recording
from portal.services.audit.log_folder import LogFolder, LogKeys
from portal.services.audit.publishing import sign
from portal.services.integrity import row_check
from portal.services.mail import outbox as outboxes
from portal.services.operations.checks.data import audit_log, database, indexes, outbox, rows, schema, terms
from tests.factories import COMPLETE
from tests.loops import not_empty


def test_a_database_that_answers_is_good(said):
    first, *rest = said(database.check)
    assert first[1].startswith(("SQLite answers in", "PostgreSQL answers in"))
    assert {state for state, _ in (first, *rest)} == {"ok"}


def test_tables_of_this_version_are_good(said):
    ((state, text),) = said(schema.check)
    assert (state, text.startswith("The tables are at revision")) == ("ok", True)


def test_tables_of_another_version_are_a_problem(session, said):
    session.execute(sql("UPDATE alembic_version SET version_num = '0001'"))
    ((state, text),) = said(schema.check)
    assert (state, "those of an older version" in text) == ("problem", True)


def test_an_index_that_somebody_dropped_is_named(session, said):
    session.execute(sql("DROP INDEX ix_audit_event_at"))
    ((state, text),) = said(schema.check)
    assert (state, "add_index ix_audit_event_at" in text) == ("problem", True)


@pytest.mark.usefixtures("sample")
def test_a_record_without_its_text_is_a_problem(session, said):
    assert said(indexes.check) == [("ok", "Facet index, text index and tables agree: 100 projects.")]
    project_id = session.query(Project.id).filter_by(reference="LM.0024").scalar()
    name = "rowid" if db.engine.dialect.name == "sqlite" else "project_id"
    session.execute(sql(f"DELETE FROM project_text WHERE {name} = {project_id}"))  # noqa: S608 # our own number
    ((state, text),) = said(indexes.check)
    assert (state, f"documents are missing or superfluous (projects {project_id})" in text) == ("problem", True)
    assert text.endswith("Run portal index rebuild, then portal index check.")


@pytest.mark.usefixtures("sample")
def test_a_term_that_nothing_has_is_said(session, said):
    assert said(terms.check) == [("ok", "Every value of records and drafts is in its list.")]
    session.add(Term(facet="status", code="actve", name="Actve"))
    recording.record_bulk(session(), "plant", "term", "all", after={})
    state, text = said(terms.check)[0]
    assert (state, "Added terms that no record, draft or other term has: 1 (status actve)." in text) == (
        "warning",
        True,
    )


def test_a_value_of_a_draft_that_is_in_no_list_is_said(office, said):
    draft = office.draft(COMPLETE.replace(region="atlantis", sdg=("8.8", "99.9")))
    state, text = said(terms.check)[0]
    assert (state, f"({draft.label}: region atlantis, {draft.label}: sdg 99.9)" in text) == ("warning", True)


def test_tables_of_a_newer_version_that_this_one_fits_are_good(session, said):
    session.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    ((state, text),) = said(schema.check)
    assert (state, "this one fits them" in text) == ("ok", True)
    session.query(SchemaInfo).update({"oldest_code": "9999"})
    ((state, text),) = said(schema.check)
    assert (state, "install the newer version" in text) == ("problem", True)


@pytest.mark.usefixtures("sample")
def test_records_that_were_damaged_or_not_compared_are_said(session, said):
    assert said(rows.check)[0][0] == "warning"
    row_check.save_result(session(), row_check.check(session()))
    session.flush()
    assert [state for state, _ in said(rows.check)] == ["ok"]
    result = session.get(RowCheck, 1)
    result.checked_at = now() - timedelta(days=4)
    session.flush()
    assert said(rows.check)[0] == (
        "warning",
        "The records were compared with their checksums 4 days ago. Run portal check-rows, and enable "
        "portal-check-rows.timer (docs/deploying.md, 6).",
    )
    result.damaged = [{"id": 7, "label": "LM.0007", "reason": "x"}]
    session.flush()
    state, text = said(rows.check)[0]
    assert (state, "Records that are not what the portal stored: 1 (LM.0007)." in text) == ("problem", True)


def test_a_trigger_that_somebody_dropped_is_a_problem(session, said, tmp_path):
    on = "" if db.engine.dialect.name == "sqlite" else " ON audit_leaf"
    session.execute(sql(f"DROP TRIGGER audit_leaf_remains{on}"))
    state, text = said(audit_log.check, audit_folder=str(tmp_path))[0]
    assert (state, "The trigger audit_leaf_remains of the table audit_leaf is missing" in text) == ("problem", True)


def test_a_checkpoint_that_is_late_is_a_problem(said, surroundings, tmp_path):
    places = {"audit_folder": str(tmp_path / "audit"), "audit_key_file": str(tmp_path / "audit.key")}
    assert said(audit_log.check, **places) == [("ok", "The audit log is not published.")]
    settings = surroundings(**places).settings
    key = LogKeys(settings).make()
    for hours, state in not_empty([(1, "ok"), (4, "problem")]):
        LogFolder.from_settings(settings).publish([], sign(key, [], now() - timedelta(hours=hours)), published=0)
        (verified, (found, text)) = said(audit_log.check, **places)
        assert verified == (
            "warning",
            "The audit log has never been compared with its events. Enable portal-audit-verify.timer "
            "(docs/deploying.md, 11).",
        )
        assert (found, "portal audit publish" in text) == (state, state == "problem")
    LogKeys(settings).path.chmod(0o644)
    state, text = said(audit_log.check, **places)[0]
    assert (state, "can be read by others" in text) == ("problem", True)


@pytest.fixture
def waiting(session, office):
    """waiting(minutes, **values) is a mail that has waited for so long."""

    def make(minutes, **values):
        message = OutboxMessage(
            key=f"{minutes}", kind="security", account_id=office.author.id, address="ann@example.org",
            message_id=f"<{minutes}@example.org>", content="{}", created_at=now() - timedelta(minutes=minutes),
            due_at=now(), expires_at=now() + timedelta(days=1), **values,
        )  # fmt: skip
        session.add(message)
        session.commit()
        return message

    return make


@pytest.mark.parametrize(("minutes", "state"), [(3, "ok"), (20, "warning"), (600, "problem")])
def test_mail_that_waits_too_long_is_said(minutes, state, said, waiting):
    waiting(minutes)
    ((found, text),) = said(outbox.check)
    assert (found, text.startswith("Mails that wait: 1, the oldest for ")) == (state, True)
    assert ("portal send-mail" in text) == (state != "ok")


def test_mail_that_failed_or_is_held_is_said(said, session, waiting):
    waiting(600, state="failed")
    ((state, text),) = said(outbox.check)
    assert (state, "Mails that could not be sent: 1." in text, "/staff/mail/" in text) == ("warning", True, True)
    outboxes.hold_all(session())
    waiting(700)
    state, text = said(outbox.check)[1]
    assert (state, "portal send-mail --release" in text) == ("warning", True)
