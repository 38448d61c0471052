"""an outbox: mail is stored with the step it tells of, and sent afterwards; each person chooses how often."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

STATES = "'waiting', 'sending', 'sent', 'failed', 'dropped'"
KINDS = "'waits', 'returned', 'approved', 'published', 'overtaken', 'taken over', 'due', 'digest', 'security', 'link'"
CHOICES = "'at once', 'daily', 'none'"


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("is_daily", sa.Boolean(), server_default=sa.false(), nullable=False),
        moment("created_at"),
        moment("due_at"),
        moment("expires_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=False),
        moment("claimed_until", nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        moment("settled_at", nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_outbox_message_known_state"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_outbox_message_known_kind"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_outbox_message_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_message"),
        sa.UniqueConstraint("key", name="uq_outbox_message_key"),
    )
    op.create_index("ix_outbox_message_state_due_at", "outbox_message", ["state", "due_at"])
    op.create_index("ix_outbox_message_account_id", "outbox_message", ["account_id"])
    op.create_table(
        "outbox_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        moment("since"),
        sa.CheckConstraint("id = 1", name="ck_outbox_hold_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_hold"),
    )
    op.execute(
        "ALTER TABLE account ADD COLUMN mail_choice VARCHAR(10) NOT NULL DEFAULT 'at once' "
        f"CONSTRAINT ck_account_known_mail_choice CHECK (mail_choice IN ({CHOICES}))"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE account DROP CONSTRAINT ck_account_known_mail_choice")
    op.execute("ALTER TABLE account DROP COLUMN mail_choice")
    op.drop_table("outbox_hold")
    op.drop_table("outbox_message")
