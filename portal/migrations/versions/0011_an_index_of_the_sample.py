"""an index of the sample records, which every new state of the directory counts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index(
        "ix_project_sample",
        "project",
        ["id"],
        unique=False,
        sqlite_where=sa.text("is_sample = 1"),
        postgresql_where=sa.text("is_sample"),
    )


def downgrade() -> None:
    op.drop_index("ix_project_sample", table_name="project")
