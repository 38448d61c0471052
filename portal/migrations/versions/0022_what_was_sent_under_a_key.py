"""what was sent under a key: another text is another sending; keys of pages are a kind of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TABLE, NAME = "submission_key", "pk_submission_key"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("kind", sa.String(length=4), server_default="form", nullable=False))
    op.add_column(TABLE, sa.Column("digest", sa.String(length=64), server_default="", nullable=False))
    # A form leads to an address, a page to the draft it made ("13.1").
    op.execute("UPDATE submission_key SET kind = 'page' WHERE location NOT LIKE '/%'")
    _identify("account_id", "kind", "key")


def downgrade() -> None:
    op.execute("DELETE FROM submission_key WHERE kind = 'page'")
    _identify("account_id", "key")
    with op.batch_alter_table(TABLE) as table:
        table.drop_column("digest")
        table.drop_column("kind")


def _identify(*columns: str) -> None:
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(NAME, type_="primary")
        table.create_primary_key(NAME, list(columns))
