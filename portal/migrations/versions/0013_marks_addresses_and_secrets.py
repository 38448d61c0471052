"""what a reviewer decided on each field; changes of an e-mail address; room for sealed secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True)
SEALED = (("account", "totp_secret"), ("account_session", "pending_secret"))


def upgrade() -> None:
    op.add_column("revision", sa.Column("marks", sa.JSON(), server_default="{}", nullable=False))
    op.create_table(
        "email_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_email_change_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_change_token_hash")),
    )
    op.create_index("ix_email_change_account_id", "email_change", ["account_id"])
    # SQLite keeps any length in any column.
    if op.get_bind().dialect.name == "postgresql":
        for table, column in SEALED:
            op.alter_column(table, column, type_=sa.String(length=255))


def downgrade() -> None:
    op.drop_table("email_change")
    op.drop_column("revision", "marks")
