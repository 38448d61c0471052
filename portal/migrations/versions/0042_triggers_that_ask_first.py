"""on SQLite the triggers of records, their countries, tags and translations ask first whether there is work."""

from alembic import op

revision = "0042"
down_revision = "0041"
# The triggers note the same as before; `portal doctor` of older code says that they differ from what it knows.
oldest_code = "0037"

TABLES = {
    "project": "id",
    "project_country": "project_id",
    "project_tag": "project_id",
    "project_translation": "project_id",
}
_IS_MISSING = (
    "NOT EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = '*') AND NOT EXISTS "
    "(SELECT 1 FROM audit_due WHERE subject_kind = 'project' AND subject_id = {subject})"
)
_INSERT = "INSERT INTO audit_due(subject_kind, subject_id)"


def upgrade() -> None:
    # Inside the statement, the condition made SQLite collect its rows in a table first, once for each record.
    _make_anew(f"WHEN {_IS_MISSING} BEGIN {_INSERT} VALUES ('project', {{subject}}); END")


def downgrade() -> None:
    _make_anew(f"BEGIN {_INSERT} SELECT 'project', {{subject}} WHERE {_IS_MISSING}; END")


def _make_anew(body: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, column in TABLES.items():
        for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            name, subject = f"audit_due_{table}_{act.lower()}", f"CAST({row}.{column} AS TEXT)"
            op.execute(f"DROP TRIGGER {name}")
            op.execute(f"CREATE TRIGGER {name} AFTER {act} ON {table} {body.format(subject=subject)}")
