"""texts in other languages: translations of titles and summaries, each with the source that it was made from.

The public reads a view that says of a translation only whether its source has changed since: the former source may
have been changed because it should not have been public.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
# Code that does not know the table leaves it alone, and shows the source.
oldest_code = "0037"

TABLE = "project_translation"
VIEW = (
    "SELECT t.project_id, t.field, t.language, t.text, t.is_machine, "
    "coalesce(t.source_text <> CASE t.field WHEN 'title' THEN p.title ELSE p.summary END, 1 = 1) AS is_outdated "
    "FROM project_translation AS t JOIN project AS p ON p.id = t.project_id WHERE p.published_at IS NOT NULL"
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("source_text", sa.String(), nullable=True),
        sa.CheckConstraint("field IN ('title', 'summary')", name=op.f("ck_project_translation_known_field")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_project_translation_stated")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_translation_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "field", "language", name=op.f("pk_project_translation")),
    )
    op.execute(f"CREATE VIEW record_translation AS {VIEW}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER audit_due_{TABLE} AFTER INSERT OR UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION audit_due_note('project', 'project_id')"
        )
        op.execute("CREATE VIEW published.record_translation AS SELECT * FROM record_translation")
        return
    for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER audit_due_{TABLE}_{act.lower()} AFTER {act} ON {TABLE} BEGIN "  # noqa: S608 # no input
            f"INSERT INTO audit_due(subject_kind, subject_id) SELECT 'project', CAST({row}.project_id AS TEXT) "
            "WHERE NOT EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = '*') "
            "AND NOT EXISTS (SELECT 1 FROM audit_due WHERE subject_kind = 'project' "
            f"AND subject_id = CAST({row}.project_id AS TEXT)); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW published.record_translation")
    op.execute("DROP VIEW record_translation")
    op.drop_table(TABLE)
