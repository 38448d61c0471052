"""Checks of the database, its tables, indexes and terms: each goes wrong once."""

import pytest
from sqlalchemy import text as sql

from portal.database.orm import db
from portal.models import Project, Term
from portal.services.audit import recording
from portal.services.operations.checks.data import database, indexes, schema, terms
from tests.factories import COMPLETE


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
    assert (state, "not those of this version" in text) == ("problem", True)


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
