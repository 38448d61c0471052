"""what a reviewer decided on each field of a revision."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("revision", sa.Column("marks", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("revision", "marks")
