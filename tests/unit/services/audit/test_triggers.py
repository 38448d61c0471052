"""The triggers that keep the audit log: the list of them, and what is noticed when one is missing or changed.

After a migration that changes one, on SQLite and again with PORTAL_TEST_DATABASE=postgresql:

    PORTAL_GOLDEN=write .venv/bin/python -m pytest tests/unit/services/audit/test_triggers.py
"""

import csv
import os

import pytest
from sqlalchemy import text

from portal.database.orm import db
from portal.services.audit import triggers

DIALECTS = ("postgresql", "sqlite")


def write_anew(dialect, found):
    rows = [
        (name, *key, digest)
        for name in DIALECTS
        for key, digest in sorted((found if name == dialect else triggers.expected(name)).items())
    ]
    with triggers.EXPECTED_FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("database", "table", "trigger", "digest"), *rows])


def test_the_list_is_that_of_the_migrations(session):
    dialect = db.engine.dialect.name
    found = triggers.present(session())
    if os.environ.get("PORTAL_GOLDEN") == "write":
        write_anew(dialect, found)
    assert found == triggers.expected(dialect)
    assert triggers.problems(session()) == []


def test_every_table_of_the_log_is_kept_from_changes(session):
    tables = {table for table, _ in triggers.expected(db.engine.dialect.name)}
    assert {"audit_event", "audit_leaf", "revision", "project", "account"} <= tables


DROP = "DROP TRIGGER audit_leaf_remains"
REFUSE = "BEGIN SELECT RAISE(ABORT, 'leaves of the audit log are never changed or deleted'); END"
SABOTAGE = {
    ("sqlite", "dropped"): (DROP,),
    ("sqlite", "never true"): (
        DROP,
        f"CREATE TRIGGER audit_leaf_remains BEFORE DELETE ON audit_leaf WHEN 0 {REFUSE}",
    ),
    ("sqlite", "hollow"): (
        DROP,
        "CREATE TRIGGER audit_leaf_remains BEFORE DELETE ON audit_leaf WHEN 1 BEGIN SELECT 1; END",
    ),
    ("postgresql", "dropped"): (f"{DROP} ON audit_leaf",),
    ("postgresql", "switched off"): ("ALTER TABLE audit_leaf DISABLE TRIGGER audit_leaf_remains",),
    ("postgresql", "hollow"): (
        "CREATE OR REPLACE FUNCTION staff_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
    ),
}


@pytest.mark.parametrize(("dialect", "how"), SABOTAGE)
def test_a_trigger_that_does_nothing_is_named(session, dialect, how):
    if dialect != db.engine.dialect.name:
        pytest.skip("for the other database")
    for statement in SABOTAGE[dialect, how]:
        session.execute(text(statement))
    assert any("audit_leaf_remains" in line for line in triggers.problems(session()))
