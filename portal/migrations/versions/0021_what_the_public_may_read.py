"""what the public may read: two narrow views on both databases, and on PostgreSQL a schema of published rows alone.

Whoever adds a column to a table that the schema shows makes its view again (SELECT * is settled when a view is
made); whoever rebuilds `project` or `audit_event` drops the views before and makes them again after. The views of
the schema are those of portal.database.public_reader.
"""

from alembic import op

revision = "0021"
down_revision = "0020"

VIEWS = {
    "withdrawn_address": (
        "SELECT key_folded, key, withdrawn_at, withdrawn_reason FROM project "
        "WHERE published_at IS NULL AND withdrawn_at IS NOT NULL UNION ALL "
        "SELECT f.key_folded, p.key, p.withdrawn_at, p.withdrawn_reason FROM former_key AS f "
        "JOIN project AS p ON p.id = f.project_id WHERE p.published_at IS NULL AND p.withdrawn_at IS NOT NULL"
    ),
    "project_event": (
        "SELECT e.id, p.id AS project_id, e.at, e.verb, "
        "CASE WHEN e.verb <> 'withdraw' THEN e.before END AS before, "
        "CASE WHEN e.verb <> 'withdraw' THEN e.after END AS after "
        "FROM project AS p JOIN audit_event AS e "
        "ON e.subject_kind = 'project' AND e.subject_id = CAST(p.id AS VARCHAR) "
        "WHERE p.published_at IS NOT NULL AND e.verb IN ('publish', 'change', 'publish again', 'withdraw')"
    ),
}
LINKED = (
    "SELECT * FROM {0} AS link WHERE EXISTS "
    "(SELECT 1 FROM project AS p WHERE p.id = link.project_id AND p.published_at IS NOT NULL)"
)
PUBLISHED = {
    "project": "SELECT * FROM project WHERE published_at IS NOT NULL",
    **{name: LINKED.format(name) for name in ("project_country", "project_tag", "former_key")},
    **{
        name: f"SELECT * FROM {name}"  # noqa: S608 # no input
        for name in ("term", "catalogue", "catalogue_change", "project_text", "alembic_version", *VIEWS)
    },
}
TITLES = "ix_project_title_sort_id"


def upgrade() -> None:
    op.drop_index(TITLES, table_name="project")
    op.create_index(TITLES, "project", ["title_sort", "id", "published_at"])
    for name, statement in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {statement}")
    if op.get_bind().dialect.name == "postgresql":
        # There already where the role of the reader was made before.
        op.execute("CREATE SCHEMA IF NOT EXISTS published")
        for name, statement in PUBLISHED.items():
            op.execute(f"CREATE VIEW published.{name} AS {statement}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in reversed(PUBLISHED):
            op.execute(f"DROP VIEW published.{name}")
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
    op.drop_index(TITLES, table_name="project")
    op.create_index(TITLES, "project", ["title_sort", "id"])
