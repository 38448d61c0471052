"""the oldest code that may run on the tables: each migration from this one on names it (docs/decisions/0029)."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
oldest_code = "0037"


def upgrade() -> None:
    table = op.create_table(
        "schema_info",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("oldest_code", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schema_info"),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_info_one_row")),
    )
    op.bulk_insert(table, [{"id": 1, "oldest_code": oldest_code}])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE VIEW published.schema_info AS SELECT * FROM schema_info")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW published.schema_info")
    op.drop_table("schema_info")
