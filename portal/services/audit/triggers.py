"""The triggers that keep the audit log: which ones there must be, and whether they still say what they said.

triggers.csv has a digest of each, for both databases. A migration that changes one writes it anew (see
tests/unit/services/audit/test_triggers.py).
"""

from __future__ import annotations

import csv
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

EXPECTED_FILE = Path(__file__).with_name("triggers.csv")
_QUERIES = {
    # The text indexes have triggers of their own; every other one guards the audit log.
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    # What pg_get_triggerdef prints differs between versions; conditions are compared by their presence alone.
    "postgresql": (
        "SELECT t.tgname, c.relname, concat_ws('|', t.tgtype, encode(t.tgargs, 'escape'), t.tgqual IS NULL, "
        "p.prosrc, t.tgenabled) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
        "JOIN pg_proc AS p ON p.oid = t.tgfoid "
        "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    ),
}


def present(session: Session) -> dict[tuple[str, str], str]:
    """The triggers in the database: a digest of each by its table and name."""
    rows = session.execute(text(_QUERIES[session.get_bind().dialect.name]))
    return {(table, name): sha256(definition.encode()).hexdigest()[:16] for name, table, definition in rows}


def expected(dialect: str) -> dict[tuple[str, str], str]:
    """The triggers that the audit log needs on "sqlite" or "postgresql"."""
    with EXPECTED_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["table"], row["trigger"]): row["digest"] for row in rows if row["database"] == dialect}


def problems(session: Session) -> list[str]:
    """One line for each trigger that is missing, was changed, or is switched off."""
    found = present(session)
    lines = []
    for (table, name), digest in sorted(expected(session.get_bind().dialect.name).items()):
        if (table, name) not in found:
            lines.append(f"The trigger {name} of the table {table} is missing: changes pass unnoticed.")
        elif found[table, name] != digest:
            lines.append(f"The trigger {name} of the table {table} was changed or switched off.")
    return lines
