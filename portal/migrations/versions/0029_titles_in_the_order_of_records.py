"""titles in the order of records: equal ones by Projects ID and key, not by when they were added."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.drop_index("ix_project_title_sort_id", table_name="project")
    op.create_index("ix_project_title_order", "project", ["title_sort", "number", "key", "id", "published_at"])


def downgrade() -> None:
    op.drop_index("ix_project_title_order", table_name="project")
    op.create_index("ix_project_title_sort_id", "project", ["title_sort", "id", "published_at"])
