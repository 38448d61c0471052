"""who edited which field, what a change started from, and the author who handed a revision over."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

EDITABLE = "'draft', 'returned', 'in review'"
WORDS = "a submitted revision is not edited"
NEW_AUTHOR = "OLD.author_id <> NEW.author_id"
# An author changes only together with the name of the one before.
UNNAMED = f"({NEW_AUTHOR} AND (NEW.previous_author_id IS NULL OR NEW.previous_author_id <> OLD.author_id))"


def upgrade() -> None:
    for name in ("field_editors", "base_digests"):
        op.add_column("revision", sa.Column(name, sa.JSON(), server_default="{}", nullable=False))
    op.add_column("revision", sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    # Inline, as SQLite adds no constraint to a table, and rebuilding the table would drop its triggers.
    op.execute(
        "ALTER TABLE revision ADD COLUMN previous_author_id INTEGER "
        "CONSTRAINT fk_revision_previous_author_id REFERENCES account (id)"
    )
    op.create_index("ix_revision_previous_author_id", "revision", ["previous_author_id"])
    _replace_trigger(UNNAMED)


def downgrade() -> None:
    _replace_trigger(NEW_AUTHOR)
    op.drop_index("ix_revision_previous_author_id", "revision")
    for name in ("previous_author_id", "handed_over_at", "base_digests", "field_editors"):
        op.drop_column("revision", name)


def _replace_trigger(author_condition: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER revision_is_closed ON revision")
        op.execute(
            "CREATE TRIGGER revision_is_closed BEFORE UPDATE ON revision FOR EACH ROW WHEN "
            f"({author_condition} OR (OLD.state NOT IN ({EDITABLE}) "
            "AND (OLD.payload::text <> NEW.payload::text OR OLD.last_editor_id <> NEW.last_editor_id))) "
            f"EXECUTE FUNCTION staff_refuse('{WORDS}')"
        )
    else:
        op.execute("DROP TRIGGER revision_is_closed")
        op.execute(
            f"CREATE TRIGGER revision_is_closed BEFORE UPDATE ON revision WHEN {author_condition} "
            f"OR (OLD.state NOT IN ({EDITABLE}) "
            "AND (OLD.payload IS NOT NEW.payload OR OLD.last_editor_id <> NEW.last_editor_id)) "
            f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
