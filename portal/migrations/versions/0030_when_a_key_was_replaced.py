"""when a key was replaced: feeds name a project by its first key, so that nobody is told of it as something new."""

from alembic import op

revision = "0030"
down_revision = "0029"

VIEW = (
    "SELECT * FROM former_key AS link WHERE EXISTS "
    "(SELECT 1 FROM project AS p WHERE p.id = link.project_id AND p.published_at IS NOT NULL)"
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(
        f"ALTER TABLE former_key ADD COLUMN replaced_at {'TIMESTAMP WITH TIME ZONE' if is_postgresql else 'DATETIME'}"
    )
    if is_postgresql:
        # Replaced, not made anew: the reader keeps its right to it.
        op.execute(f"CREATE OR REPLACE VIEW published.former_key AS {VIEW}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW published.former_key")
        op.execute("ALTER TABLE former_key DROP COLUMN replaced_at")
        op.execute(f"CREATE VIEW published.former_key AS {VIEW}")
    else:
        op.execute("ALTER TABLE former_key DROP COLUMN replaced_at")
