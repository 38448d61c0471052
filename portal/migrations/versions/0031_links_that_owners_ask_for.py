"""links that owners ask for: a stranger's request must not end a link that an administrator handed over."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("ALTER TABLE one_time_link ADD COLUMN is_requested BOOLEAN NOT NULL DEFAULT FALSE")


def downgrade() -> None:
    op.execute("ALTER TABLE one_time_link DROP COLUMN is_requested")
