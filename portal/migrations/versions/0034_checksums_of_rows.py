"""checksums of rows: what the portal stored of each project, so that damage is found that the database does not see."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "row_checksum",
        sa.Column("project_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_row_checksum_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", name="pk_row_checksum"),
    )
    op.create_table(
        "row_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("damaged", sa.JSON(), nullable=False),
        sa.Column("terms", sa.String(length=48), nullable=False),
        sa.Column("last_event_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_row_check_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_row_check"),
    )


def downgrade() -> None:
    op.drop_table("row_check")
    op.drop_table("row_checksum")
