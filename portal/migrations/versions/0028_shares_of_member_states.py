"""shares of member states: what each gets of the budget, in hundredths of a per cent; none means equal shares."""

from alembic import op

revision = "0028"
down_revision = "0027"

VIEW = (
    "SELECT * FROM project_country AS link WHERE EXISTS "
    "(SELECT 1 FROM project AS p WHERE p.id = link.project_id AND p.published_at IS NOT NULL)"
)


def upgrade() -> None:
    # Inline, as SQLite adds no constraint to a table, and rebuilding the table would drop its triggers.
    op.execute(
        "ALTER TABLE project_country ADD COLUMN share INTEGER "
        "CONSTRAINT ck_project_country_share_of_a_whole CHECK (share BETWEEN 0 AND 10000)"
    )
    if op.get_bind().dialect.name == "postgresql":
        # Replaced, not made anew: the reader keeps its right to it.
        op.execute(f"CREATE OR REPLACE VIEW published.project_country AS {VIEW}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW published.project_country")
        op.execute("ALTER TABLE project_country DROP COLUMN share")
        op.execute(f"CREATE VIEW published.project_country AS {VIEW}")
    else:
        op.execute("ALTER TABLE project_country DROP COLUMN share")
