"""a journal of the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "catalogue_change",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("project_ids", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_catalogue_change")),
    )
    with op.batch_alter_table("catalogue") as table:
        table.add_column(sa.Column("version", sa.BigInteger(), server_default="0", nullable=False))
    with op.batch_alter_table("catalogue") as table:
        table.alter_column("version", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("catalogue") as table:
        table.drop_column("version")
    op.drop_table("catalogue_change")
