"""no index of all titles: of those without a Projects ID alone, which an import looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
# Code before it finds the same order, but more slowly: for each changed record it sorts all titles after its own.
oldest_code = "0037"

_ALL, _UNNUMBERED = "ix_project_title_order", "ix_project_unnumbered_title"


def upgrade() -> None:
    is_unnumbered = sa.text("coalesce(number, '') = ''")
    op.create_index(_UNNUMBERED, "project", ["title_sort"], sqlite_where=is_unnumbered, postgresql_where=is_unnumbered)
    op.drop_index(_ALL, "project")


def downgrade() -> None:
    op.create_index(_ALL, "project", ["title_sort", "number", "key", "id", "published_at"])
    op.drop_index(_UNNUMBERED, "project")
