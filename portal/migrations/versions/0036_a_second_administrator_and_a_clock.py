"""a second administrator and a clock: requests that another administrator confirms, and time that is not set back."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "administrator_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('invite', 'promote', 'enable')", name=op.f("ck_administrator_request_known_kind")),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('confirmed', 'declined', 'withdrawn')",
            name=op.f("ck_administrator_request_known_decision"),
        ),
        sa.CheckConstraint(
            "(kind = 'invite') = (account_id IS NULL)", name=op.f("ck_administrator_request_account_or_email")
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision <> 'confirmed' "
            "OR (decided_by_id IS NOT NULL AND decided_by_id <> requested_by_id)",
            name=op.f("ck_administrator_request_second_person"),
        ),
        *(
            sa.ForeignKeyConstraint([column], ["account.id"], name=op.f(f"fk_administrator_request_{column}"))
            for column in ("account_id", "requested_by_id", "decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administrator_request")),
    )
    op.create_table(
        "clock_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("latest_at", MOMENT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_mark_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_mark")),
    )
    op.create_table(
        "used_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_used_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "step", name=op.f("pk_used_code")),
    )


def downgrade() -> None:
    for table in ("used_code", "clock_mark", "administrator_request"):
        op.drop_table(table)
