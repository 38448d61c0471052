"""the language of an account: that of its pages and mails; "" until its owner chooses one."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
# Code before it leaves the column alone.
oldest_code = "0037"


def upgrade() -> None:
    op.add_column("account", sa.Column("language", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("account", "language")
